"""Keeping named resources: nobody overwrites what somebody else has changed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from costplane.app.arm.keeping import ANY, Keeping, Versions
from costplane.core.arm_resource import ArmResource, Place
from costplane.errors import InvalidInput, NotFound, PreconditionFailed
from costplane.store.control_plane import ControlPlane

NOW = datetime(2026, 11, 22, tzinfo=UTC)
PLACE = Place("exports", "/subscriptions/s1")


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Keeping]:
    control = ControlPlane.open(tmp_path / "control.sqlite")
    yield Keeping(control.arm, lambda: NOW)
    control.close()


def save(kept: Keeping, text: str, versions: Versions = ANY) -> tuple[ArmResource, bool]:
    return kept.save(PLACE, "Daily", lambda _: text, "me", versions)


def test_created_then_updated(kept: Keeping) -> None:
    first, created = save(kept, "{}")
    again, updated = kept.save(PLACE, "DAILY", lambda found: f"{found is not None}", "you")
    assert (created, updated) == (True, False)
    assert first.etag != again.etag
    assert kept.get(PLACE, "daily") == again
    assert (again.name, again.document, again.created_by, again.modified_by) == (
        "Daily",
        "True",
        "me",
        "you",
    )


def test_an_old_version_is_refused_by_header_and_by_body(kept: Keeping) -> None:
    first, _ = save(kept, "1")
    second, _ = save(kept, "2", Versions(match=first.etag))
    for stale in (
        Versions(match=first.etag),
        Versions(body=first.etag),
        Versions(match="*", body=first.etag),
    ):
        with pytest.raises(PreconditionFailed):
            save(kept, "3", stale)
    assert kept.get(PLACE, "daily").document == "2"
    bare = second.etag.strip('"')
    for current in (bare, f"W/{second.etag}", f'"x", {second.etag}', "*"):
        second, _ = save(kept, "2", Versions(match=current.replace(bare, second.etag.strip('"'))))


def test_creating_under_conditions(kept: Keeping) -> None:
    with pytest.raises(PreconditionFailed, match="does not exist"):
        save(kept, "1", Versions(match="*"))
    save(kept, "1", Versions(body='"of another"', none_match="*", required=True))
    with pytest.raises(PreconditionFailed, match="exists already"):
        save(kept, "2", Versions(none_match="*"))
    with pytest.raises(InvalidInput, match="needs its latest eTag"):
        save(kept, "2", Versions(required=True))


def test_of_many_writers_with_one_version_one_wins(kept: Keeping) -> None:
    first, _ = save(kept, "0")

    def write(number: int) -> bool:
        try:
            save(kept, str(number), Versions(match=first.etag))
        except PreconditionFailed:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(write, range(8))) == 1


@pytest.mark.parametrize("name", ["", "a b", "a/b", "x" * 65, "ä", "a.b", "a\n"])
def test_names(kept: Keeping, name: str) -> None:
    with pytest.raises(InvalidInput, match="is no name"):
        kept.save(PLACE, name, lambda _: "{}", "me")


def test_what_is_not_there(kept: Keeping) -> None:
    with pytest.raises(NotFound, match="no 'x' among exports"):
        kept.get(PLACE, "x")
    assert not kept.remove(PLACE, "x", "me")
    save(kept, "{}")
    assert kept.remove(PLACE, "daily", "me")
