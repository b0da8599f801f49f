"""Forecasts as a use case: what was spent, and what the coming days will cost beside it.

The days' usage charges of the last three months make the model, one for each sum and currency.
What is bought at once (reservations, credits, adjustments) is no run rate: it counts where it was
charged and is not foretold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import inf
from typing import Literal

from costplane.analysis.definition import Grouping, QueryDefinition
from costplane.analysis.result import QueryResult, json_rows
from costplane.analysis.unpriced import Unpriced
from costplane.analysis.zones import local_date, local_midnight
from costplane.app.forecasting.definition import ForecastDefinition
from costplane.app.forecasting.run_rate import FEWEST_DAYS, LONGEST_HISTORY, RunRate, fit
from costplane.core.period import Period
from costplane.errors import FailedDependency

Status = Literal["Actual", "Forecast"]
Amounts = dict[date, Decimal]
"""What each day cost; a day without any is absent."""

_USAGE = "Usage"
_PLACES = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class ForecastRow:
    """The sums of some days, which share a status and a currency. `day` is the first of the day or
    month; None for the whole period. A sum that cannot be told is None. `ranges` are the low and
    high ends of foretold sums."""

    day: date | None
    status: Status
    currency: str
    amounts: tuple[Decimal | None, ...]
    ranges: tuple[tuple[Decimal, Decimal] | None, ...]


@dataclass(frozen=True, slots=True)
class Forecast:
    """An answer. `unavailable` says why nothing is foretold, if nothing is."""

    rows: tuple[ForecastRow, ...]
    unpriced: tuple[Unpriced, ...]
    unavailable: str | None


@dataclass(frozen=True, slots=True)
class _Sum:
    """One aggregation in one currency: what each day cost, and the model of its usage."""

    days: Amounts
    model: RunRate | None


def days_asked(definition: ForecastDefinition, now: datetime) -> QueryDefinition:
    """The query behind a forecast: each day's costs by type of charge, from the first day that
    counts to today."""
    today = local_date(now, definition.query.zone)
    first = min(definition.first, today - timedelta(days=LONGEST_HISTORY))
    zone = definition.query.zone
    end = local_midnight(today + timedelta(days=1), zone)
    return replace(
        definition.query,
        period=Period(local_midnight(first, zone), end),
        granularity="Daily",
        groupings=(Grouping("Dimension", "ChargeType", "ChargeType"),),
        sorting=(),
    )


def forecast(definition: ForecastDefinition, found: QueryResult, now: datetime) -> Forecast:
    """The forecast made of the answer to `days_asked`. Raises FailedDependency if nothing can be
    foretold and what was spent is not asked for."""
    today = local_date(now, definition.query.zone)
    sums = _sums(found, len(definition.query.aggregations), today)
    foretold = any(s.model for parts in sums.values() for s in parts)
    unavailable = None if foretold else _too_little(definition)
    rows = [
        *(_actual(definition, sums, today) if definition.actual else ()),
        *(_coming(definition, sums, today) if foretold else ()),
    ]
    rows.sort(key=lambda row: (row.day or today, row.status, row.currency))
    return Forecast(tuple(rows), found.unpriced, unavailable)


def _too_little(definition: ForecastDefinition) -> str:
    reason = (
        f"A forecast needs {FEWEST_DAYS} days of costs before today; ask again when they are there"
    )
    if not definition.actual:
        raise FailedDependency(reason)
    return reason


def _sums(found: QueryResult, count: int, today: date) -> dict[str, tuple[_Sum, ...]]:
    """By currency, each aggregation."""
    rows = [(_day(row[count]), row) for row in json_rows(found.rows)]
    currencies = sorted({str(row[-1]) for _, row in rows})
    return {
        currency: tuple(
            _sum([(day, row[n], row[-2]) for day, row in rows if row[-1] == currency], today)
            for n in range(count)
        )
        for currency in currencies
    }


def _sum(parts: Iterable[tuple[date, object, object]], today: date) -> _Sum:
    days: Amounts = {}
    usage: Amounts = {}
    for day, amount, charge_type in parts:
        if isinstance(amount, Decimal | int):
            days[day] = days.get(day, Decimal(0)) + amount
            if charge_type == _USAGE:
                usage[day] = usage.get(day, Decimal(0)) + amount
    return _Sum(days, _fitted(usage, today))


def _fitted(usage: Mapping[date, Decimal], today: date) -> RunRate | None:
    past = (today - timedelta(days=days) for days in range(LONGEST_HISTORY, 0, -1))
    return fit([float(usage.get(day, 0)) for day in past], today.weekday())


def _day(value: object) -> date:
    return date.fromisoformat(str(value))


def _actual(
    definition: ForecastDefinition, sums: Mapping[str, Sequence[_Sum]], today: date
) -> Iterator[ForecastRow]:
    last = min(definition.last, today if definition.partial else today - timedelta(days=1))
    for start, days in _stretches(definition, definition.first, last):
        for currency, parts in sums.items():
            spent = [[s.days[day] for day in days if day in s.days] for s in parts]
            if any(spent):
                amounts = tuple(sum(part, Decimal(0)) if part else None for part in spent)
                yield ForecastRow(start, "Actual", currency, amounts, (None,) * len(amounts))


def _coming(
    definition: ForecastDefinition, sums: Mapping[str, Sequence[_Sum]], today: date
) -> Iterator[ForecastRow]:
    for start, days in _stretches(definition, max(definition.first, today), definition.last):
        ahead = [(day - today).days for day in days]
        for currency, parts in sums.items():
            if any(s.model for s in parts):
                counted = definition.partial and today in days
                told = [_foretold(s, ahead, today if counted else None) for s in parts]
                amounts = tuple(t[0] if t else None for t in told)
                ranges = tuple((t[1], t[2]) if t else None for t in told)
                yield ForecastRow(start, "Forecast", currency, amounts, ranges)


def _foretold(
    sum_: _Sum, ahead: Sequence[int], counted: date | None
) -> tuple[Decimal, Decimal, Decimal] | None:
    """The mean, low and high end of the sum of some days, less what `counted` has cost already."""
    if sum_.model is None:
        return None
    whole = sum_.model.total(ahead)
    spent = float(sum_.days.get(counted, 0)) if counted else 0.0
    # What is left of a day that has cost more than expected is nothing, and no credit.
    least = 0.0 if whole.mean >= 0 else -inf
    mean, low, high = (max(end - spent, least) for end in (whole.mean, whole.low, whole.high))
    return _amount(mean), _amount(low), _amount(high)


def _amount(value: float) -> Decimal:
    return Decimal(value).quantize(_PLACES)


def _stretches(
    definition: ForecastDefinition, first: date, last: date
) -> Iterator[tuple[date | None, list[date]]]:
    """The days of each row from `first` to `last`, with the day or month that names the row."""
    found: dict[date | None, list[date]] = {}
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        found.setdefault(_start(definition, day), []).append(day)
    yield from found.items()


def _start(definition: ForecastDefinition, day: date) -> date | None:
    granularity = definition.query.granularity
    if granularity == "None":
        return None
    return day if granularity == "Daily" else day.replace(day=1)
