"""Capacity that is charged by time: provisioned throughput, hosting, reservations
(billing-rules 19, 20).

Amounts are whole numbers of 1e-12 of the currency, quantities of 1e-12 unit-hours. A deployment
that stood for a part of an hour is charged by the minute: Azure prorates the hour's charge by
the minutes that the deployment existed (Microsoft Learn, "Provisioned throughput unit (PTU)
costs and billing"). Bounds are taken to the minute, down, so that what follows each other
neither overlaps nor leaves a gap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Literal

from costplane.catalog.reservations import Reservation
from costplane.core.apportion import nth_part
from costplane.core.money import LINE_PLACES
from costplane.core.period import HOUR, Period
from costplane.core.quantities import BY_NAME
from costplane.pricing.throughput import Throughput
from costplane.rating.rates import Rate

HOURS = BY_NAME["hours"]
"""What capacity is counted in: units x hours."""
MINUTES = 60
LineKind = Literal["used", "idle", "whole", "unused", "purchase", "refund"]
"""A caller's share of a deployment's hour, the idle share, an hour that is not split, an unused
reserved hour, a payment for a reservation, the refund for one that was given back."""


Place = tuple[str, str, str]
"""Resource id, deployment and its type, lower case."""
CallerKey = tuple[str, str, str]
"""Resource id and deployment, lower case, and the model whose weights hold ("": not known)."""


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """A deployment while nothing about it changes: its `units`, price and tags.

    `rate` is for one unit and hour; it has a reason in place of a price where none is known.
    `throughput` is what a unit does for its model, None where that is not known: its hours are
    not split then. `period` has bounds of whole minutes. `contracted` and `listed` are the
    rate's prices.
    """

    rate: Rate
    period: Period
    units: int
    throughput: Throughput | None = None
    contracted: Fraction = field(init=False)
    listed: Fraction = field(init=False)

    def __post_init__(self) -> None:
        # Asked once for every hour, and the same for all of them.
        object.__setattr__(self, "contracted", Fraction(*self.rate.contracted))
        object.__setattr__(self, "listed", Fraction(*self.rate.list))

    @property
    def key(self) -> tuple[str, str]:
        """Resource id and name of the deployment, lower case."""
        facts = self.rate.facts
        return (facts["resource_id"] or "").lower(), (facts["deployment"] or "").lower()

    @property
    def caller_key(self) -> CallerKey:
        """Whose callers share its hour: those of the deployment, while it had this model."""
        return (*self.key, self.throughput.model if self.throughput else "")

    @property
    def place(self) -> Place:
        """What a reservation is matched with: the deployment and its type."""
        return (*self.key, (self.rate.facts["deployment_type"] or "").lower())

    @property
    def order(self) -> tuple[object, ...]:
        """Its place in canonical order (billing-rules 14)."""
        meter = self.rate.offer.row.meter_name.lower() if self.rate.offer else ""
        return (*self.key, meter, self.period.start)

    def within(self, hour: Period) -> Part | None:
        """The part of `hour` in which it stands; None if it does not."""
        shared = self.period.intersection(hour)
        return None if shared is None else Part(self, shared)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A standing within one hour."""

    standing: Standing
    period: Period

    @property
    def unit_minutes(self) -> int:
        """Units x minutes."""
        return self.standing.units * minutes_of(self.period)

    @property
    def contracted(self) -> int:
        """What it costs at the contracted price, rounded once."""
        return _amount(self.unit_minutes, self.standing.contracted)

    @property
    def listed(self) -> int:
        """What it costs at list price, rounded once."""
        return _amount(self.unit_minutes, self.standing.listed)


@dataclass(frozen=True, slots=True, eq=False)
class Reserved:
    """A reservation as rating needs it: the hours of its term, and what the term costs.

    `rate` has the price of one unit for the term, or the reason for none; `total` is the whole
    price, None if unknown. It covers hours from `start` up to, not including, `end`; `term_hours`
    is what the price is spread over. `covers` names the deployments inside its applied scope.
    `held` are the hours for which all this holds, where another price does in others; None: all.
    """

    reservation: Reservation
    rate: Rate
    total: int | None
    listed: int | None
    start: datetime
    end: datetime
    term_hours: int
    covers: frozenset[Place]
    held: Period | None = None

    @property
    def order(self) -> tuple[object, ...]:
        """The narrowest scope covers first, then the earlier start."""
        one = self.reservation
        return one.width, one.valid_from, one.id

    @property
    def units(self) -> int:
        """The units that it covers in each hour."""
        return self.reservation.units

    def stands(self, hour: datetime) -> bool:
        """Whether it covers anything in `hour`."""
        return self.start <= hour < self.end and self.holds(hour)

    def holds(self, instant: datetime) -> bool:
        """Whether this is its price for what begins at `instant`."""
        return self.held is None or instant in self.held

    def amortized(self, hour: datetime) -> int | None:
        """The hour's part of the price: over all hours of the term they sum to it exactly."""
        if self.total is None:
            return None
        return nth_part(self.total, self.term_hours, (hour - self.start) // HOUR)


@dataclass(frozen=True, slots=True)
class CapacityLine:
    """One row to be: a share of a deployment's hour, an unused reserved hour, a payment or refund.

    `series` is that of the callers, None where nobody called. `reserved` is the reservation that
    covers it. `effective` is None where a reservation without known price covers it.
    """

    kind: LineKind
    period: Period
    rate: Rate
    series: int | None
    reserved: Reserved | None
    quantity: int
    billed: int
    contracted: int
    listed: int
    effective: int | None


Weights = Mapping[int, int] | None
"""Weighted tokens of a deployment's hour by series, in millionths; None: not known."""


def minutes_of(period: Period) -> int:
    """Whole minutes of a period whose bounds are whole minutes."""
    return int((period.end - period.start).total_seconds()) // MINUTES


def whole_minute(instant: datetime) -> datetime:
    """The minute of an instant."""
    return instant.replace(second=0, microsecond=0)


def unit_hours(unit_minutes: int) -> Fraction:
    """Unit-minutes in unit-hours."""
    return Fraction(unit_minutes, MINUTES)


def quantity_units(unit_minutes: int) -> int:
    """Unit-minutes in 1e-12 unit-hours, rounded half-even."""
    return _half_even(unit_hours(unit_minutes) * 10**LINE_PLACES)


def reserved_amount(reservation: Reservation, price: tuple[int, int]) -> int:
    """What all units of a reservation cost for its term, at a price for one, half-even."""
    return _half_even(reservation.units * 10**HOURS.scale * Fraction(*price))


def _amount(unit_minutes: int, price: Fraction) -> int:
    """Unit-minutes at a price for one stored quantity unit (Rate.contracted), half-even."""
    return _half_even(unit_hours(unit_minutes) * 10**HOURS.scale * price)


def _half_even(amount: Fraction) -> int:
    whole: int = round(amount)
    return whole
