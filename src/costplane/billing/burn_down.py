"""How a commitment is drawn down: per day, per milestone, and what is to be expected at its end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

from costplane.billing.commitment import Commitment, Counting
from costplane.core.money import EXACT, LINE_PLACES, total
from costplane.core.period import DAY, day_start

RUN_RATE_DAYS = 30
"""Whole days whose mean is taken as the run rate."""

_ZERO = Decimal(0)
_QUANTUM = Decimal(1).scaleb(-LINE_PLACES)


Recurrence = Literal["usage", "recurring", "once"]
"""What is used day by day; what is due again each month, such as a reservation paid monthly; and
what happens once: a purchase, a refund, a credit."""


@dataclass(frozen=True, slots=True)
class Use:
    """Billed cost of a UTC day that counts, does not, or of which that is not known."""

    day: datetime
    counts: Counting
    billed_cost: Decimal
    recurrence: Recurrence = "usage"


@dataclass(frozen=True, slots=True)
class BurnDownDay:
    """A day's billed cost, and what counts up to its end."""

    day: datetime
    counted: Decimal
    unknown: Decimal
    cumulative: Decimal


@dataclass(frozen=True, slots=True)
class MilestoneState:
    """A milestone: the day on which it was `reached`, what counts (or is expected to) before its
    date, and what is missing then. `expected` is null where no forecast is possible."""

    date: datetime
    amount: Decimal
    reached: datetime | None
    expected: Decimal | None
    shortfall: Decimal | None


@dataclass(frozen=True, slots=True)
class BurnDown:
    """A commitment as of an instant. `percent` is what counts, of the amount.

    `unknown` is billed cost of which nobody has stated whether it counts; it is in no other
    figure. `forecast` is what is expected to count at the end of the term, by `formula`: what
    counted, and `run_rate` for each day to come. `once` is what counted in the days of the run
    rate and is not in it, since it does not recur.
    """

    counted: Decimal
    excluded: Decimal
    unknown: Decimal
    percent: Decimal
    remaining: Decimal
    run_rate: Decimal | None
    once: Decimal
    forecast: Decimal | None
    shortfall: Decimal | None
    formula: str
    milestones: tuple[MilestoneState, ...]
    days: tuple[BurnDownDay, ...]


def burn_down(commitment: Commitment, uses: Iterable[Use], now: datetime) -> BurnDown:
    """The state of `commitment` at `now`, of billed costs in its currency."""
    within = [u for u in uses if commitment.start <= u.day < min(commitment.end, now)]
    days = _days(within)
    counted = total(day.counted for day in days)
    today = min(max(day_start(now.astimezone(UTC).date()), commitment.start), commitment.end)
    rate = _run_rate(commitment, within, today)
    past = total(day.counted for day in days if day.day < today)
    forecast = _expected(past, rate.a_day, (commitment.end - today).days)
    percent = EXACT.divide(EXACT.multiply(counted, Decimal(100)), commitment.amount)
    return BurnDown(
        counted=counted,
        excluded=total(u.billed_cost for u in within if u.counts == "no"),
        unknown=total(day.unknown for day in days),
        percent=percent.quantize(Decimal("0.01"), context=EXACT),
        remaining=max(EXACT.subtract(commitment.amount, counted), _ZERO),
        run_rate=rate.a_day,
        once=rate.once,
        forecast=forecast,
        shortfall=_missing(commitment.amount, forecast),
        formula=_formula(commitment, today, rate),
        milestones=tuple(
            _milestone(m.date, m.amount, days, past, rate.a_day, today)
            for m in commitment.milestones
        ),
        days=tuple(days),
    )


def _days(uses: Iterable[Use]) -> list[BurnDownDay]:
    sums: dict[datetime, dict[Counting, Decimal]] = {}
    for use in uses:
        day = sums.setdefault(use.day, {"yes": _ZERO, "no": _ZERO, "unknown": _ZERO})
        day[use.counts] = EXACT.add(day[use.counts], use.billed_cost)
    found, cumulative = [], _ZERO
    for at in sorted(sums):
        cumulative = EXACT.add(cumulative, sums[at]["yes"])
        found.append(BurnDownDay(at, sums[at]["yes"], sums[at]["unknown"], cumulative))
    return found


@dataclass(frozen=True, slots=True)
class _RunRate:
    """What is expected a day, from that many whole days; None without any. `recurring` and `once`
    are what these days had of both."""

    days: int
    a_day: Decimal | None
    recurring: Decimal
    once: Decimal


def _run_rate(commitment: Commitment, uses: Iterable[Use], today: datetime) -> _RunRate:
    """Usage at its mean of the last whole days of the term. What recurs does so each month: it is
    spread over RUN_RATE_DAYS, however few days are known."""
    known = min(RUN_RATE_DAYS, (today - commitment.start).days)
    since = today - known * DAY
    sums: dict[Recurrence, Decimal] = {"usage": _ZERO, "recurring": _ZERO, "once": _ZERO}
    for use in uses:
        if use.counts == "yes" and since <= use.day < today:
            sums[use.recurrence] = EXACT.add(sums[use.recurrence], use.billed_cost)
    if known == 0:
        return _RunRate(0, None, _ZERO, _ZERO)
    a_day = EXACT.add(
        EXACT.divide(sums["usage"], Decimal(known)),
        EXACT.divide(sums["recurring"], Decimal(RUN_RATE_DAYS)),
    )
    rounded = a_day.quantize(_QUANTUM, context=EXACT)
    return _RunRate(known, rounded, sums["recurring"], sums["once"])


def _expected(past: Decimal, rate: Decimal | None, days: int) -> Decimal | None:
    if days == 0:
        return past
    return None if rate is None else EXACT.add(past, EXACT.multiply(rate, Decimal(days)))


def _missing(amount: Decimal, expected: Decimal | None) -> Decimal | None:
    return None if expected is None else max(EXACT.subtract(amount, expected), _ZERO)


def _formula(commitment: Commitment, today: datetime, rate: _RunRate) -> str:
    days = (commitment.end - today).days
    if days == 0:
        return "what counted within the term"
    if rate.a_day is None:
        return "none before the first whole day of the term"
    usage = f"the mean usage of the {rate.days} days before it"
    a_day = usage
    if rate.recurring:
        monthly = f"1/{RUN_RATE_DAYS} of the {rate.recurring.normalize():f} that recurs monthly"
        a_day = f"({usage} + {monthly})"
    left_out = f"; {rate.once.normalize():f} in these days was once and is not repeated"
    told = f"what counted before {today:%F} + {days} days x {a_day}"
    return told + (left_out if rate.once else "")


def _milestone(
    date: datetime,
    amount: Decimal,
    days: Sequence[BurnDownDay],
    past: Decimal,
    rate: Decimal | None,
    today: datetime,
) -> MilestoneState:
    before = [day for day in days if day.day < date]
    reached = next((day.day for day in before if day.cumulative >= amount), None)
    if date <= today:
        expected: Decimal | None = total(day.counted for day in before)
    else:
        expected = _expected(past, rate, (date - today).days)
    return MilestoneState(date, amount, reached, expected, _missing(amount, expected))
