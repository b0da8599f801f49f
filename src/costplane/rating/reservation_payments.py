"""What is paid for a reservation, and when (billing-rules 15, 19; FOCUS 1.4: ChargeCategory
Purchase).

Up front it is one payment at the start; by the month it is equal payments on the start's day of
every month. A payment is billed and has no effective cost: that is amortized over the hours.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from costplane.catalog.reservations import TERM_MONTHS, Reservation
from costplane.core.apportion import nth_part
from costplane.core.money import LINE_PLACES
from costplane.core.period import Period, months_later
from costplane.rating.capacity import CapacityLine, Reserved


def payments(reserved: Reserved, within: Period) -> Iterator[CapacityLine]:
    """The payments of a reservation whose time begins in `within`."""
    periods = payment_periods(reserved.reservation)
    for place, period in enumerate(periods):
        if period.start not in within or period.start >= reserved.reservation.valid_to:
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


def payment_periods(reservation: Reservation) -> list[Period]:
    """What each payment is for: the term, or its months."""
    months = TERM_MONTHS[reservation.term]
    start = reservation.valid_from
    if reservation.billing_plan == "Upfront":
        return [Period(start, months_later(start, months))]
    bounds = [months_later(start, month) for month in range(months + 1)]
    return [Period(first, last) for first, last in pairwise(bounds)]


def term_end_of(reservation: Reservation) -> datetime:
    """The end of the term that is paid for, also of a reservation that was given back."""
    return months_later(reservation.valid_from, TERM_MONTHS[reservation.term])
