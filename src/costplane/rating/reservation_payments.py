"""What is paid for a reservation and refunded, and when (billing-rules 15, 19; FOCUS 1.4:
ChargeCategory Purchase).

Up front it is one payment at the start; by the month it is equal payments on the start's day of
every month. A payment is billed and has no effective cost: that is amortized over the hours.

A reservation that is given back is not paid for any further, and what was paid for hours after
that is refunded: Azure refunds the value of the rest of the term, in proportion to time, without
a fee (Microsoft Learn, "Self-service exchanges and refunds for Azure Reservations"; an exchange is
a refund and a new purchase). So what is billed for it and what was amortized come to the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from costplane.catalog.reservations import TERM_MONTHS, Reservation
from costplane.core.apportion import first_parts, nth_part
from costplane.core.money import LINE_PLACES
from costplane.core.period import HOUR, Period, hour_start, months_later
from costplane.rating.capacity import CapacityLine, Reserved


def payments(reserved: Reserved, within: Period) -> Iterator[CapacityLine]:
    """The payments of a reservation whose time begins in `within`, then its refund."""
    periods = payment_periods(reserved.reservation)
    for place, period in enumerate(periods):
        if period.start not in within or not reserved.holds(period.start):
            continue
        if period.start >= reserved.reservation.ends:
            continue  # one that was given back is not paid for any further
        billed = nth_part(reserved.total or 0, len(periods), place)
        yield CapacityLine(
            kind="purchase",
            period=period,
            rate=reserved.rate,
            series=None,
            reserved=reserved,
            quantity=nth_part(reserved.units * 10**LINE_PLACES, len(periods), place),
            billed=billed,
            contracted=billed,
            listed=nth_part(reserved.listed or 0, len(periods), place),
            effective=None if reserved.total is None else 0,
        )
    yield from _refund(reserved, within)


def _refund(reserved: Reserved, within: Period) -> Iterator[CapacityLine]:
    """What comes back for a reservation that was given back in `within`."""
    one, at = reserved.reservation, reserved.reservation.ends
    if not one.given_back or at not in within or not reserved.holds(hour_start(at)):
        return
    rest = unused_value(reserved, reserved.total or 0)
    yield CapacityLine(
        kind="refund",
        period=Period(at, one.term_end),
        rate=reserved.rate,
        series=None,
        reserved=reserved,
        quantity=-max(0, round(reserved.units * 10**LINE_PLACES * _unused_share(reserved))),
        billed=-max(0, rest),
        contracted=-max(0, rest),
        listed=-max(0, unused_value(reserved, reserved.listed or 0)),
        # Long months can have used more than the payments so far: nobody pays for that.
        effective=None if reserved.total is None else min(0, rest),
    )


def unused_value(reserved: Reserved, whole: int) -> int:
    """What was paid of `whole`, its price for the term, less what its hours used of that."""
    paid, payments_, used = _counts(reserved)
    return first_parts(whole, payments_, paid) - first_parts(whole, reserved.term_hours, used)


def _unused_share(reserved: Reserved) -> Fraction:
    """The same as a share of the term."""
    paid, payments_, used = _counts(reserved)
    return Fraction(paid, payments_) - Fraction(used, reserved.term_hours)


def _counts(reserved: Reserved) -> tuple[int, int, int]:
    """How many payments were made, of how many, and how many hours were used."""
    periods = payment_periods(reserved.reservation)
    paid = sum(period.start < reserved.reservation.ends for period in periods)
    return paid, len(periods), max(0, (reserved.end - reserved.start) // HOUR)


def payment_periods(reservation: Reservation) -> list[Period]:
    """What each payment is for: the term, or its months."""
    months = TERM_MONTHS[reservation.term]
    start = reservation.valid_from
    if reservation.billing_plan == "Upfront":
        return [Period(start, months_later(start, months))]
    bounds = [months_later(start, month) for month in range(months + 1)]
    return [Period(first, last) for first, last in pairwise(bounds)]
