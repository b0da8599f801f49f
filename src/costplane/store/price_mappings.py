"""What meters price, as the parser, sheets and users said it over time (billing-rules 10).

Nothing is overwritten: each word of each of them stays, and the strongest latest one stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields

from sqlalchemy import Connection, RowMapping, select

from costplane.pricing.model_key import ModelKey
from costplane.pricing.ports import RecordedMapping
from costplane.pricing.price import ConfirmedBy, MeterMapping
from costplane.store import tables
from costplane.store.database import insert_new

Meter = tuple[str, str, str]
"""Product, meter name, unit of measure."""

CONFIRMERS: tuple[ConfirmedBy, ...] = ("parser", "sheet", "user")
"""Who may say what a meter prices, the weakest first."""

_KEY_FIELDS = tuple(field.name for field in fields(ModelKey))


def record(connection: Connection, mappings: Iterable[MeterMapping], version: int) -> int:
    """Record those of `mappings` that say something new; answer how many did."""
    said = {_speaker(entry.mapping): entry.mapping for entry in history(connection)}
    given = {_speaker(mapping): mapping for mapping in mappings}
    new = [mapping for speaker, mapping in given.items() if said.get(speaker) != mapping]
    insert_new(connection, tables.meter_mapping, [_row(mapping, version) for mapping in new])
    return len(new)


def standing(connection: Connection, version: int) -> dict[Meter, MeterMapping]:
    """The mapping that stood for each meter at a version."""
    found: dict[Meter, MeterMapping] = {}
    for entry in history(connection):
        mapping, meter = entry.mapping, meter_of(entry.mapping)
        weaker = meter in found and _strength(mapping) < _strength(found[meter])
        if entry.version <= version and not weaker:
            found[meter] = mapping
    return found


def history(connection: Connection, meter: Meter | None = None) -> list[RecordedMapping]:
    """Every mapping of one meter, or of all, the oldest first."""
    table = tables.meter_mapping
    query = select(table).order_by(table.c.recorded, *table.primary_key)
    if meter is not None:
        columns = (table.c.product, table.c.meter_name, table.c.unit_of_measure)
        query = query.where(*(c == part for c, part in zip(columns, meter, strict=True)))
    rows = connection.execute(query).mappings()
    return [RecordedMapping(row["recorded"], _mapping(row)) for row in rows]


def meter_of(mapping: MeterMapping) -> Meter:
    """The meter that a mapping is about."""
    return mapping.product, mapping.meter_name, mapping.unit_of_measure


def _speaker(mapping: MeterMapping) -> tuple[Meter, str]:
    return meter_of(mapping), mapping.confirmed_by


def _strength(mapping: MeterMapping) -> int:
    return CONFIRMERS.index(mapping.confirmed_by)


def _row(mapping: MeterMapping, version: int) -> dict[str, object]:
    row = asdict(mapping)
    key = row.pop("key") or dict.fromkeys(_KEY_FIELDS)
    return {**row, **key, "recorded": version}


def _mapping(row: RowMapping) -> MeterMapping:
    key = None if row["model"] is None else ModelKey(**{f: row[f] for f in _KEY_FIELDS})
    return MeterMapping(
        row["product"],
        row["meter_name"],
        row["unit_of_measure"],
        key,
        row["unplaced_reason"],
        row["confirmed_by"],
    )
