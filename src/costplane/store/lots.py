"""Lots of prepayment and credit, and what they paid (billing/ports.py, LotStore)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, func, select

from costplane.billing.draws import Draw
from costplane.billing.lot import Lot, drawing_order
from costplane.core.money import EXACT
from costplane.errors import InvalidInput
from costplane.store import tables
from costplane.store.database import Database, insert_new

_LISTS = ("publisher_types", "products")
_ZERO = Decimal(0)


class StoredLots:
    """The lots as a database holds them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, lots: Iterable[Lot], source_file: str, imported_at: datetime) -> int:
        """Keep lots, all or none; how many are new. Raises InvalidInput for one that is kept
        already with other facts."""
        with self._database.writing() as connection:
            known = {(lot.billing_key, lot.id): lot for lot in _read(connection)}
            new = []
            for lot in lots:
                kept = known.get((lot.billing_key, lot.id))
                if kept is not None:
                    _check_same(kept, lot)
                else:
                    known[lot.billing_key, lot.id] = lot
                    new.append(lot)
            about = {"source_file": source_file, "imported_at": imported_at}
            insert_new(connection, tables.lot, [_row(lot) | about for lot in new])
        return len(new)

    def lots(self, billing_key: str | None = None) -> list[Lot]:
        """The lots of a billing key, or all, by key and in the order of drawing."""
        with self._database.reading() as connection:
            found = _read(connection)
        chosen = [lot for lot in found if billing_key in (None, lot.billing_key)]
        return sorted(chosen, key=lambda lot: (lot.billing_key, drawing_order(lot)))

    def drawn(self, billing_key: str) -> list[Draw]:
        """What was posted, summed by lot and day, without what sums to nothing."""
        table = tables.draw
        query = select(table.c.lot_id, table.c.day, table.c.amount).where(
            table.c.billing_key == billing_key
        )
        sums: dict[tuple[datetime, str], Decimal] = defaultdict(Decimal)
        with self._database.reading() as connection:
            for lot_id, day, amount in connection.execute(query):
                sums[day, lot_id] = EXACT.add(sums[day, lot_id], amount)
        return [
            Draw(lot_id, day, sums[day, lot_id])
            for day, lot_id in sorted(sums)
            if sums[day, lot_id]
        ]

    def post(self, billing_key: str, differences: Iterable[Draw], posted_at: datetime) -> None:
        """Add postings."""
        table = tables.draw
        with self._database.writing() as connection:
            last = connection.scalar(
                select(func.max(table.c.posting)).where(table.c.billing_key == billing_key)
            )
            about = {
                "billing_key": billing_key,
                "posting": (last or 0) + 1,
                "posted_at": posted_at,
            }
            insert_new(connection, table, [asdict(draw) | about for draw in differences])


def _read(connection: Connection) -> list[Lot]:
    return [_lot(row) for row in connection.execute(select(tables.lot)).mappings()]


def _lot(row: Mapping[Any, Any]) -> Lot:
    facts = {field.name: row[field.name] for field in fields(Lot)}
    return Lot(**facts | {name: tuple(json.loads(facts[name])) for name in _LISTS})


def _row(lot: Lot) -> dict[str, object]:
    return asdict(lot) | {name: json.dumps(getattr(lot, name)) for name in _LISTS}


def _check_same(kept: Lot, given: Lot) -> None:
    for field in fields(Lot):
        before, after = getattr(kept, field.name), getattr(given, field.name)
        if before != after:
            raise InvalidInput(
                f"{field.name}: lot {given.id} of {given.billing_key} is kept with {before}, not "
                f"{after}; a lot stays as it is, so give what was added an id of its own",
                target=field.name,
            )
