"""What pricing asks of the control plane: sheets and mappings, kept as versions.

Every change (a sheet, a set of confirmed mappings) gets the next whole number. What a number
stood for never changes, so that a rating can be repeated with what was known then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from costplane.pricing.adjustment import Adjustment, Told
from costplane.pricing.book import PriceBook
from costplane.pricing.price import MeterMapping, PriceRow, PriceSheet, SheetKind


@dataclass(frozen=True, slots=True)
class StoredSheet:
    """A version of a sheet without its rows. `already_known`: this import added nothing,
    because the same file had been taken under the same name."""

    version: int
    name: str
    kind: SheetKind
    scope: str | None
    source_file: str
    sha256: str
    imported_at: datetime
    currency: str
    row_count: int
    already_known: bool = False


@dataclass(frozen=True, slots=True)
class RecordedMapping:
    """A mapping with the version that brought it."""

    version: int
    mapping: MeterMapping


@dataclass(frozen=True, slots=True)
class StoredAgreement:
    """An import of an agreement's discounts, markups and exchange rates, `rows` of them.

    `already_known`: this import added nothing, because the same file had been taken."""

    version: int
    name: str
    source_file: str
    sha256: str
    imported_at: datetime
    rows: int
    already_known: bool = False


class AgreementStore(Protocol):
    """The stored adjustments. They count in the versions of prices: a book has those of its
    version."""

    def add(self, told: Told, adjustments: Sequence[Adjustment]) -> StoredAgreement:
        """Keep the adjustments of a file as the next version. The same file (sha256, agreement)
        again is no new version."""
        ...

    def versions(self) -> list[StoredAgreement]:
        """Every import, the oldest first."""
        ...

    def adjustments(self, version: int | None = None) -> list[Adjustment]:
        """Every adjustment that was told up to a version, by version and place in the file."""
        ...


class PriceStore(Protocol):
    """The stored price sheets. `version` None is the newest everywhere."""

    def add(self, sheet: PriceSheet) -> StoredSheet:
        """Keep a sheet with its rows and mappings as the next version.

        The same file (sha256, name) again is no new version.
        """
        ...

    def sheets(self) -> list[StoredSheet]:
        """All versions of all sheets, the oldest first."""
        ...

    def rows(self, version: int) -> list[PriceRow]:
        """The rows of one sheet version, in the order of its file; NotFound if there is none."""
        ...

    def confirm(self, mappings: Iterable[MeterMapping]) -> int:
        """Record mappings and answer the version that brought them.

        A mapping that equals the last of the same meter and confirmer adds nothing.
        """
        ...

    def mappings(self, version: int | None = None) -> list[MeterMapping]:
        """The mapping that stands for each meter: a user's before a sheet's before the
        parser's, and of each the latest."""
        ...

    def mapping_history(
        self, product: str, meter_name: str, unit_of_measure: str
    ) -> list[RecordedMapping]:
        """Every mapping that one meter ever had, the oldest first."""
        ...

    def book(self, version: int | None = None) -> PriceBook:
        """Every row whose meter has a key, ready for resolution."""
        ...

    def version(self) -> int:
        """The number of the newest change; 0 when nothing is stored."""
        ...
