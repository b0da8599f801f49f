"""Which rows of `billed` a delivery takes the place of, and for which days it then answers.

A delivery restates, for each billing period that it tells of, the rows of its sub-accounts on its
days: from the first to the last that it has charges of. So the same export twice, a month to date
delivered daily and an overwritten month each replace what they restate and nothing else
(billing-rules 25). Charges whose days lie outside their billing period (corrections, purchases of
earlier terms) belong to its first day, or, where that is not told of, to their own days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlglot import exp

from costplane.bills.understood import Days, Part, Place, days_of
from costplane.core.period import day_start


@dataclass(frozen=True, slots=True)
class Cover:
    """The days of a billing period for which a delivery answers, `until` not included."""

    since: date
    until: date


def covers(
    parts: Iterable[Part], now: datetime, *, close_days: int, settling_days: int, final: bool
) -> dict[Place, Cover]:
    """The days of each account's billing periods, settling time taken off in an open month."""
    parts = list(parts)
    ends = {(part.account, part.period_start): part.period_end for part in parts}
    found = {}
    for place, days in days_of(parts).items():
        is_open = now < ends[place] + timedelta(days=close_days)
        waits = settling_days if is_open and not final else 0
        found[place] = Cover(days.first, max(days.first, days.after - timedelta(days=waits)))
    return found


def restated(parts: Iterable[Part]) -> exp.Condition:
    """The rows of `billed` that a delivery of these parts restates; all of its own are such."""
    parts = list(parts)
    days = days_of(parts)
    accounts: dict[str, list[Part]] = {}
    for part in parts:
        accounts.setdefault(part.account, []).append(part)
    return exp.or_(*(_of_account(account, own, days) for account, own in accounts.items()))


def _of_account(account: str, parts: list[Part], days: Mapping[Place, Days]) -> exp.Condition:
    named = sorted({part.sub_account for part in parts if part.sub_account is not None})
    places: list[exp.Condition] = []
    if named:
        places.append(_column("SubAccountId").isin(*map(exp.Literal.string, named)))
    if any(part.sub_account is None for part in parts):
        places.append(_column("SubAccountId").is_(exp.null()))
    periods: dict[datetime, list[Part]] = {}
    for part in parts:
        periods.setdefault(part.period_start, []).append(part)
    told = [
        _of_period(start, own, days.get((account, start))) for start, own in sorted(periods.items())
    ]
    is_account = _column("BillingAccountId").eq(exp.Literal.string(account))
    return exp.and_(is_account, exp.or_(*places), exp.or_(*told))


def _of_period(start: datetime, parts: list[Part], days: Days | None) -> exp.Condition:
    ranges = [] if days is None else [_between(days.first, days.last)]
    late = [(p.first_late, p.last_late) for p in parts if p.first_late and p.last_late]
    if days is not None and days.first <= start.date():
        time = _column("ChargePeriodStart")
        outside = exp.or_(time < _instant(start), time >= _column("BillingPeriodEnd"))
        ranges.append(outside)
    elif late:
        ranges.append(_between(min(first for first, _ in late), max(last for _, last in late)))
    return exp.and_(_column("BillingPeriodStart").eq(_instant(start)), exp.or_(*ranges))


def _between(first: date, last: date) -> exp.Condition:
    time = _column("ChargePeriodStart")
    after = day_start(last) + timedelta(days=1)
    return exp.and_(time >= _instant(day_start(first)), time < _instant(after))


def _column(name: str) -> exp.Column:
    return exp.column(name, quoted=True)


def _instant(instant: datetime) -> exp.Literal:
    return exp.Literal.string(f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}")
