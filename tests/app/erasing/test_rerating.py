"""A period that is rated anew after somebody was erased from it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from costplane.app.workspace import Workspace
from costplane.core.period import Period
from tests.app.erasing.test_erasing import (
    CHAT,
    NAME,
    SCOPE,
    call,
    files_that_name,
    filled,
    made,
    sums,
)
from tests.app.estate import NOW, SHEET, body, take

__all__ = ["filled"]

MONTH = Period(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
DEARER = SHEET.replace("price: 0.1234567}", "price: 3.7654321}")
SHAPES = [("Model",), ("Session", "tag:team")]


@pytest.fixture
def copied(filled: Path, tmp_path: Path) -> Iterator[Callable[[str], Workspace]]:
    """Opens copies of the filled workspace."""
    with ExitStack() as copies:

        def copy(name: str) -> Workspace:
            shutil.copytree(filled, tmp_path / name)
            found = Workspace.open(tmp_path / name, now=lambda: NOW)
            return copies.enter_context(closing(found))

        yield copy


def rerate(workspace: Workspace, sheet: str) -> int:
    """Rates the month by a sheet; how many charges that changed."""
    file = workspace.data.parent / "corrected.yaml"
    file.write_text(f"# {len(workspace.price_sheets())}\n{sheet}")
    workspace.import_prices(file)
    preview = workspace.preview_rerating(SCOPE, MONTH)
    assert preview.changes.rows
    workspace.rerate(preview, "owner", "prices were wrong")
    return preview.changes.rows


def test_it_brings_no_name_back_and_comes_to_the_same(
    copied: Callable[[str], Workspace],
) -> None:
    """Before and after, with calls of the person that come late, and back to the first prices."""
    erased, whole = both = copied("erased"), copied("whole")
    before = sums(whole, *SHAPES)
    erased.erase_person(NAME, "owner", sessions=True)
    assert rerate(erased, DEARER) == rerate(whole, DEARER)
    assert sums(erased, *SHAPES) == sums(whole, *SHAPES) != before
    late = [call(50, NAME, CHAT), call(51, "bob", CHAT)]
    for workspace in both:
        assert take(workspace, late).accepted == 2
        assert take(workspace, made()).accepted == 0
        rerate(workspace, SHEET)
    assert sums(erased, *SHAPES) == sums(whole, *SHAPES)
    assert files_that_name(erased.data, NAME, CHAT) == []
    users = erased.query_whole(SCOPE, erased.definition(body("User")), "auditor").rows
    assert [name[:7] for name in users["User"].to_pylist()] == ["", "bob", "erased-"]
