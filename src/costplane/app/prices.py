"""Use cases of price sheets: import one, list them, say which price a use gets and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from pathlib import Path

from costplane.pricing.book import PriceBook
from costplane.pricing.changes import SheetChanges, sheet_changes
from costplane.pricing.importers import SheetReading, read_price_sheet
from costplane.pricing.model_names import priced_model
from costplane.pricing.ports import PriceStore, StoredSheet
from costplane.pricing.price import PriceRow
from costplane.pricing.question import Answer, PriceQuestion
from costplane.pricing.resolution import resolve

_KEPT = 4


@dataclass(frozen=True, slots=True)
class PriceImport:
    """What an import came to. `placed` and `unplaced` count the sheet's meters."""

    sheet: StoredSheet
    placed: int
    unplaced: int
    repeated: int
    other_services: int

    @property
    def already_known(self) -> bool:
        """Whether the same file had been taken before, so that nothing was added."""
        return self.sheet.already_known


@dataclass(frozen=True, slots=True)
class PricePreview:
    """What an import would come to. `already_known`: the same file was taken before."""

    reading: SheetReading
    already_known: bool
    changes: SheetChanges


class PriceBooks:
    """The stored prices as books. The last books are kept: reading one takes a while."""

    def __init__(self, store: PriceStore) -> None:
        self._store = store
        self._kept: dict[int, PriceBook] = {}

    def version(self) -> int:
        """The number of the newest sheet or mapping."""
        return self._store.version()

    def at(self, version: int) -> PriceBook:
        """The book as it was when `version` was the newest."""
        book = self._kept.get(version) or self._store.book(version)
        others = [kept for number, kept in self._kept.items() if number != version]
        self._kept = {kept.version: kept for kept in (*others[1 - _KEPT :], book)}
        return book

    def newest(self) -> PriceBook:
        """The book of today."""
        return self.at(self.version())

    def take(
        self,
        path: Path,
        *,
        name: str | None = None,
        scope: str | None = None,
        valid_from: datetime | None = None,
        imported_at: datetime,
    ) -> PriceImport:
        """Imports the sheet in a file (pricing/importers/reading.py says what is taken)."""
        return self.add(
            read_price_sheet(
                path, name=name, scope=scope, valid_from=valid_from, imported_at=imported_at
            )
        )

    def add(self, reading: SheetReading) -> PriceImport:
        """Keeps the sheet that was read as the next version."""
        mappings = reading.sheet.mappings
        placed = sum(mapping.key is not None for mapping in mappings)
        stored = self._store.add(reading.sheet)
        return PriceImport(
            stored, placed, len(mappings) - placed, reading.repeated, reading.other_services
        )

    def preview(self, reading: SheetReading) -> PricePreview:
        """What adding the sheet would change; nothing is stored."""
        sheet = reading.sheet
        earlier = [stored for stored in self._store.sheets() if stored.name == sheet.name]
        known = any(stored.sha256 == sheet.sha256 for stored in earlier)
        rows = chain.from_iterable(self._store.rows(stored.version) for stored in earlier)
        return PricePreview(reading, known, sheet_changes(rows, sheet.rows))

    def sheets(self) -> list[StoredSheet]:
        """All versions of all sheets, the oldest first."""
        return self._store.sheets()

    def rows(self, version: int) -> list[PriceRow]:
        """The rows of one version of a sheet."""
        return self._store.rows(version)

    def explain(self, question: PriceQuestion, at: datetime) -> Answer:
        """The price of a use at an instant, with the steps that led there, or why none.

        The model may be named as calls name it (pricing/model_names.py), as in rating.
        """
        if question.model is not None:
            model, version = priced_model(question.model, question.model_version, question.provider)
            question = replace(question, model=model, model_version=version)
        return resolve(self.newest(), question, at)
