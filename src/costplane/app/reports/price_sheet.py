"""A payer's price sheet of a month: its own prices, and list prices for whatever it has none of.

What holds during any part of the month is listed, as it was imported. Of several imports of a
sheet the last one stands for equal starts (billing-rules 8). The market price beside a price is
that of the public list. Numbers of a publisher's consumption units are no prices of a currency,
and are left out; negotiated percentages stand in the agreement, not in the sheet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from costplane.app.prices import PriceBooks
from costplane.core.period import Period
from costplane.pricing.ports import StoredSheet
from costplane.pricing.price import PriceRow

_Meter = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A price of the month; `market` is the public list's for the same meter and block, if any.

    `included` is the quantity that costs nothing in a month, in units of measure.
    """

    row: PriceRow
    market: PriceRow | None


def price_sheet(
    prices: PriceBooks, payers: Iterable[str], month: Period, version: int | None = None
) -> list[SheetLine]:
    """The lines of whoever pays by the scopes `payers` (lower case), by product, meter, region,
    tier and start; as they were when `version` of the prices was the newest, if told."""
    scopes = frozenset(payers)
    sheets = [s for s in prices.sheets() if version is None or s.version <= version]
    own = _current(prices, (s for s in sheets if s.kind == "customer" and _pays(s, scopes)), month)
    listed = _current(prices, (s for s in sheets if s.kind == "list"), month)
    public: dict[_Meter, PriceRow] = {}
    for row in listed:
        public[_meter(row)] = row
    known = {_meter(row) for row in own}
    lines = [SheetLine(row, public.get(_meter(row))) for row in own]
    lines += [SheetLine(row, row) for row in listed if _meter(row) not in known]
    return sorted(lines, key=lambda line: _order(line.row))


def _pays(sheet: StoredSheet, scopes: frozenset[str]) -> bool:
    return sheet.scope is None or sheet.scope.lower() in scopes


def _current(prices: PriceBooks, sheets: Iterable[StoredSheet], month: Period) -> list[PriceRow]:
    """The rows that hold in the month, each as it was imported last."""
    found: dict[tuple[object, ...], PriceRow] = {}
    for sheet in sorted(sheets, key=lambda one: one.version):
        for row in prices.rows(sheet.version):
            if row.consumption_unit is None and _holds(row, month):
                found[(*_meter(row), row.sheet, row.currency, row.valid_from)] = row
    return list(found.values())


def _holds(row: PriceRow, month: Period) -> bool:
    ends: datetime | None = row.valid_to
    return row.valid_from < month.end and (ends is None or ends > month.start)


def _meter(row: PriceRow) -> _Meter:
    """What is priced: equal for the same meter in two sheets."""
    return (row.meter_id, row.region, row.tier_minimum, row.kind, row.term, row.block_size)


def _order(row: PriceRow) -> tuple[object, ...]:
    return (
        row.category,
        row.product,
        row.meter_name,
        row.region or "",
        row.meter_id,
        row.kind,
        row.term or "",
        row.tier_minimum,
        row.valid_from,
        row.currency,
        row.sheet,
    )
