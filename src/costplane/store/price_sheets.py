"""Price sheets as immutable versions (pricing/ports.py, PriceStore; billing-rules 12)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace

from sqlalchemy import Connection, insert, select

from costplane.errors import NotFound
from costplane.pricing.adjustments import Adjustments
from costplane.pricing.book import Offer, PriceBook
from costplane.pricing.ports import RecordedMapping, StoredSheet
from costplane.pricing.price import MeterMapping, PriceRow, PriceSheet
from costplane.store import price_mappings, tables
from costplane.store.agreements import adjustments_of
from costplane.store.catalog_reader import value_of
from costplane.store.database import Database
from costplane.store.price_mappings import Meter
from costplane.store.price_version import newest_version, next_version

_FIELDS = tuple(field.name for field in fields(PriceRow))
_COLUMNS = tuple(tables.price_row.c[name] for name in _FIELDS)
_METER = tuple(_FIELDS.index(name) for name in ("product", "meter_name", "unit_of_measure"))


class PriceSheets:
    """The price sheets and meter mappings as a database holds them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._newest = PriceBook((), 0)

    def add(self, sheet: PriceSheet) -> StoredSheet:
        """Keep a sheet as the next version; the same file again is the version it was."""
        with self._database.writing() as connection, connection.begin_nested() as attempt:
            # Counting first lets one writer in at a time: the next sees what this one added.
            version = next_version(connection)
            known = _same_file(connection, sheet)
            if known is not None:
                attempt.rollback()
                return replace(known, already_known=True)
            stored = _stored(sheet, version)
            connection.execute(insert(tables.price_sheet), _sheet_row(stored))
            if sheet.rows:
                connection.execute(insert(tables.price_row), list(_price_rows(sheet, version)))
            price_mappings.record(connection, sheet.mappings, version)
        return stored

    def sheets(self) -> list[StoredSheet]:
        """All versions of all sheets, the oldest first."""
        with self._database.reading() as connection:
            return _sheets(connection)

    def rows(self, version: int) -> list[PriceRow]:
        """The rows of one sheet version, in the order of its file."""
        table = tables.price_row
        query = select(*_COLUMNS).where(table.c.version == version).order_by(table.c.position)
        with self._database.reading() as connection:
            if version not in {sheet.version for sheet in _sheets(connection)}:
                raise NotFound(f"no price sheet has version {version}", target="version")
            return [PriceRow(*row) for row in connection.execute(query)]

    def confirm(self, mappings: Iterable[MeterMapping]) -> int:
        """Record mappings and answer the version that brought them."""
        with self._database.writing() as connection, connection.begin_nested() as attempt:
            version = next_version(connection)
            if not price_mappings.record(connection, mappings, version):
                attempt.rollback()
                return version - 1
        return version

    def mappings(self, version: int | None = None) -> list[MeterMapping]:
        """The mapping that stands for each meter."""
        with self._database.reading() as connection:
            at = newest_version(connection) if version is None else version
            return list(price_mappings.standing(connection, at).values())

    def mapping_history(
        self, product: str, meter_name: str, unit_of_measure: str
    ) -> list[RecordedMapping]:
        """Every mapping that one meter ever had, the oldest first."""
        with self._database.reading() as connection:
            return price_mappings.history(connection, (product, meter_name, unit_of_measure))

    def book(self, version: int | None = None) -> PriceBook:
        """Every row whose meter has a key, as of a version; the newest book is kept at hand."""
        with self._database.reading() as connection:
            newest = newest_version(connection)
            at = newest if version is None else min(version, newest)
            if at == self._newest.version:
                return self._newest
            standing = price_mappings.standing(connection, at)
            adjustments = Adjustments(adjustments_of(connection, at))
            book = PriceBook(_offers(connection, standing, at), at, adjustments)
        if at == newest:
            self._newest = book
        return book

    def version(self) -> int:
        """The number of the newest change; 0 when nothing is stored."""
        with self._database.reading() as connection:
            return newest_version(connection)


def _sheets(connection: Connection) -> list[StoredSheet]:
    table = tables.price_sheet
    rows = connection.execute(select(table).order_by(table.c.version)).mappings()
    return [value_of(StoredSheet, row) for row in rows]


def _same_file(connection: Connection, sheet: PriceSheet) -> StoredSheet | None:
    found = (s for s in _sheets(connection) if (s.sha256, s.name) == (sheet.sha256, sheet.name))
    return next(found, None)


def _stored(sheet: PriceSheet, version: int) -> StoredSheet:
    return StoredSheet(
        version,
        sheet.name,
        sheet.kind,
        sheet.scope,
        sheet.source_file,
        sheet.sha256,
        sheet.imported_at,
        sheet.currency,
        len(sheet.rows),
    )


def _sheet_row(stored: StoredSheet) -> dict[str, object]:
    return {column.name: getattr(stored, column.name) for column in tables.price_sheet.c}


def _price_rows(sheet: PriceSheet, version: int) -> Iterator[dict[str, object]]:
    for position, row in enumerate(sheet.rows):
        values = {name: getattr(row, name) for name in _FIELDS}
        yield {"version": version, "position": position, **values}


def _offers(
    connection: Connection, standing: dict[Meter, MeterMapping], version: int
) -> Iterator[Offer]:
    """The offers of every sheet up to `version`, in the order of import and file."""
    table = tables.price_row
    sheets = {sheet.version: sheet for sheet in _sheets(connection)}
    query = (
        select(table.c.version, *_COLUMNS)
        .where(table.c.version <= version)
        .order_by(table.c.version, table.c.position)
    )
    for number, *values in connection.execute(query).all():
        mapping = standing.get((values[_METER[0]], values[_METER[1]], values[_METER[2]]))
        if mapping is not None and mapping.key is not None:
            sheet = sheets[number]
            yield Offer(mapping.key, PriceRow(*values), number, sheet.kind, sheet.scope)
