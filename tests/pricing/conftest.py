"""Price books, every format of sheets, and a sheet that is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from costplane.app.prices import PriceBooks
from costplane.errors import CostplaneError, InvalidPriceSheet, TooLarge, UnreadableFile
from costplane.store.control_plane import ControlPlane
from tests.pricing.sheet_formats import FORMATS, Sheets

Refused = Callable[[Path], CostplaneError]


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PriceBooks]:
    plane = ControlPlane.open(tmp_path_factory.mktemp("store") / "control.sqlite")
    yield PriceBooks(plane.prices)
    plane.close()


@pytest.fixture(params=FORMATS)
def form(request: pytest.FixtureRequest) -> Sheets:
    found: Sheets = FORMATS[request.param]
    return found


@pytest.fixture
def refused(books: PriceBooks) -> Refused:
    """The error with which a file is refused; nothing of it is stored."""

    def importing(path: Path) -> CostplaneError:
        with pytest.raises((InvalidPriceSheet, UnreadableFile, TooLarge)) as caught:
            books.take(
                path,
                valid_from=datetime(2026, 1, 1, tzinfo=UTC),
                imported_at=datetime(2026, 11, 1, tzinfo=UTC),
            )
        assert books.sheets() == []
        return caught.value

    return importing
