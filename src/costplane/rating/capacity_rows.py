"""Lines of capacity as rows of `charges` and `uncharged`.

All texts of a row follow from its kind, its rate, who called and what reserved it; there are few
such templates, however many hours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pyarrow as pa

from costplane.catalog.reservations import Reservation
from costplane.core.tables import CHARGES, INSTANT, UNCHARGED
from costplane.rating.capacity import CapacityLine
from costplane.rating.capacity_templates import (
    OF_RESERVATION,
    capacity_template,
    reservation_identity,
)
from costplane.rating.holder import Facts, Holders
from costplane.rating.rates import Rate
from costplane.rating.rows import RatedRows, in_money, month_of, table_of
from costplane.rating.templates import uncharged_template

_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AMOUNTS = ("BilledCost", "ContractedCost", "ListCost", "EffectiveCost")
_DERIVED = (
    "PricingCurrencyEffectiveCost",
    "x_BilledCostInUsd",
    "x_EffectiveCostInUsd",
    "x_CrossChargeCost",
)
"""Amounts that follow from others of the row by the ratios of its rate."""
_QUANTITIES = ("ConsumedQuantity", "PricingQuantity", "CommitmentDiscountQuantity")


@dataclass(frozen=True, slots=True)
class CapacityRows:
    """Makes rows of lines. `series` has the facts of every series that lines name."""

    series: Mapping[int, Facts]
    holders: Holders

    def rows(self, lines: Iterable[CapacityLine], recorded: date) -> RatedRows:
        """Rows of both tables: what has no price is uncharged, with its reason."""
        charged = _Columns(
            lambda line: capacity_template(line, self._rate(line)),
            unconsumed=OF_RESERVATION,
        )
        # Unused hours have no cost that could show them here: their quantity does.
        uncharged = _Columns(self._uncharged, unconsumed=("purchase", "refund"))
        for line in lines:
            priced = line.rate.offer is not None and line.effective is not None
            (charged if priced else uncharged).add(line)
        return RatedRows(_charges(charged, recorded), _uncharged(uncharged, recorded))

    def _uncharged(self, line: CapacityLine) -> dict[str, Any]:
        rate = self._rate(line)
        reason = rate.reason
        if rate.offer is not None and line.reserved is not None:
            reason = price_unknown(line.reserved.reservation)
        template = uncharged_template(replace(rate, status="Unpriced", reason=reason))
        of_reservation = line.reserved if line.kind in OF_RESERVATION else None
        place = reservation_identity(of_reservation) if of_reservation else {}
        return template | {"x_Series": None, **place}

    def _rate(self, line: CapacityLine) -> Rate:
        """The line's rate with the facts and tags of its callers."""
        if line.series is None:
            return line.rate
        facts = self.series[line.series]
        tags = self.holders.tags(facts, line.period)[0].tags
        use = replace(line.rate.use, series=line.series)
        return replace(line.rate, facts=facts, tags=tags, use=use)


def price_unknown(reservation: Reservation) -> str:
    """The reason why what a reservation covers has no price."""
    return f"ReservationPriceUnknown: {reservation.name}"


class _Columns:
    """Lines in columns, each with the number of its template."""

    def __init__(
        self, template: Callable[[CapacityLine], dict[str, Any]], unconsumed: tuple[str, ...]
    ) -> None:
        self._template = template
        self._unconsumed = unconsumed
        self._numbers: dict[tuple[object, ...], int] = {}
        self._rows: list[tuple[int | None, ...]] = []
        self._ratios: list[_Ratios] = []
        self.templates: list[dict[str, Any]] = []

    def add(self, line: CapacityLine) -> None:
        """Takes a line."""
        # The same few rates come again and again: to tell them by identity is cheap, and two
        # equal templates do no harm.
        key = (id(line.rate), line.kind, line.series, id(line.reserved))
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.templates)
            self.templates.append(self._template(line))
            self._ratios.append(_ratios(line.rate))
        priced, usd, cross_charge = self._ratios[number]
        consumed = line.kind not in self._unconsumed
        self._rows.append(
            (
                number,
                (line.period.start - _EPOCH) // _MICROSECOND,
                (line.period.end - _EPOCH) // _MICROSECOND,
                line.billed,
                line.contracted,
                line.listed,
                line.effective,
                line.quantity if consumed else None,
                0 if line.kind == "unused" else line.quantity,
                line.quantity if line.reserved else None,
                _times_ratio(line.effective, priced),
                _times_ratio(line.billed, usd),
                _times_ratio(line.effective, usd),
                _times_ratio(line.effective, cross_charge),
            )
        )

    def table(self) -> pa.Table:
        """The lines so far: times in microseconds, amounts and quantities in 1e-12."""
        names = ("rate", "start", "end", *_AMOUNTS, *_QUANTITIES, *_DERIVED)
        columns = list(zip(*self._rows, strict=True)) or [()] * len(names)
        types = {"rate": pa.int32(), "start": pa.int64(), "end": pa.int64()}
        whole = pa.decimal128(38, 0)
        return pa.table(
            {
                name: pa.chunked_array([pa.array(column, types.get(name, whole))])
                for name, column in zip(names, columns, strict=True)
            }
        )


_Ratios = tuple[Fraction | None, Fraction | None, Fraction | None]


def _ratios(rate: Rate) -> _Ratios:
    """The rate's price in its own currency, in USD and marked up, each for one contracted."""
    own = Fraction(*rate.contracted)
    found = (rate.priced, rate.usd, rate.cross_charge)
    priced, usd, cross_charge = (
        None if other is None else Fraction(*other) / own if own else Fraction(1) for other in found
    )
    return priced, usd, cross_charge


def _times_ratio(amount: int | None, ratio: Fraction | None) -> int | None:
    """An amount at another of its rate's prices, half-even."""
    if amount is None or ratio is None or ratio == 1:
        return None if ratio is None else amount
    whole: int = round(amount * ratio)
    return whole


def _charges(columns: _Columns, recorded: date) -> pa.Table:
    lines = columns.table()
    amounts = {name: in_money(lines[name]) for name in (*_AMOUNTS, *_QUANTITIES)}
    computed = {
        **_times(lines),
        **month_of(lines["start"]),
        **amounts,
        **{name: in_money(lines[name]) for name in _DERIVED},
        "x_Events": _no_events(lines),
    }
    return table_of(CHARGES, lines, columns.templates, computed, (), recorded)


def _uncharged(columns: _Columns, recorded: date) -> pa.Table:
    lines = columns.table()
    computed = {
        **_times(lines),
        "ConsumedQuantity": in_money(lines["ConsumedQuantity"]),
        "x_Events": _no_events(lines),
    }
    return table_of(UNCHARGED, lines, columns.templates, computed, (), recorded)


def _times(lines: pa.Table) -> dict[str, pa.ChunkedArray]:
    return {
        "ChargePeriodStart": lines["start"].cast(INSTANT),
        "ChargePeriodEnd": lines["end"].cast(INSTANT),
    }


def _no_events(lines: pa.Table) -> pa.ChunkedArray:
    return pa.chunked_array([pa.repeat(pa.scalar(0, pa.int64()), len(lines))])
