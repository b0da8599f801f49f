"""Why capacity that no caller made costs what it costs (billing-rules 19, 20, 28): idle and
unsplit hours of a deployment, hosting, unused hours of a reservation, its payments and refund.

The lines of the hour are made again, as they were for the posting, with each price version, the
newest first, until one leads to what was posted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from costplane.app.capacity.estate import CapacityEstate, Versions
from costplane.app.capacity.hours import capacity_lines
from costplane.app.capacity.reserved import ReservedEstate
from costplane.app.explaining.covered import CapacityShare
from costplane.app.explaining.ledger_rows import Row
from costplane.app.tiers.usage import TierUsage
from costplane.catalog.ports import CatalogReader
from costplane.catalog.reservations import PROVISIONED_SCOPES
from costplane.core.apportion import nth_part
from costplane.core.exact_text import exact_text
from costplane.core.money import EXACT, LINE_PLACES
from costplane.core.period import HOUR
from costplane.core.tables import SERIES_FACTS
from costplane.rating.capacity import HOURS, CapacityLine, Reserved, Standing, minutes_of
from costplane.rating.charge_address import CapacityAddress
from costplane.rating.holder import Facts
from costplane.rating.rates import Rate
from costplane.rating.reservation_payments import payment_periods, unused_value

_FACTS = {
    "deployment": "x_Deployment",
    "deployment_type": "x_DeploymentType",
    "model": "x_Model",
    "model_version": "x_ModelVersion",
    "region": "RegionId",
    "resource_group": "x_ResourceGroupName",
    "resource_id": "x_AccountResourceId",
    "subscription_id": "SubAccountId",
}

_STANDING = ("used", "idle", "whole")


def facts_of(posted: Row) -> Facts:
    """The facts that a posted row has on it."""
    told = {fact: posted[column] for fact, column in _FACTS.items()}
    return {**dict.fromkeys(SERIES_FACTS), **told, "allocation_tags": "{}"}


@dataclass(frozen=True, slots=True)
class OwnCapacity:
    """Makes the lines of an hour again."""

    catalog: CatalogReader
    usage: TierUsage

    def explained(self, address: CapacityAddress, posted: Sequence[Row]) -> CapacityShare:
        """The charge at `address` with its arithmetic; without a price where the catalog and the
        prices no longer lead to one."""
        billed = Fraction(sum(Fraction(row["BilledCost"]) for row in posted))
        found = [one for one in self._shares(address) if one.rate is not None]
        exact = (one for one in found if Fraction(one.billed) == billed)
        return next(exact, found[0] if found else CapacityShare(None, Decimal(0)))

    def _shares(self, address: CapacityAddress) -> Iterator[CapacityShare]:
        prices = self.usage.prices
        versions = {prices.version(), *(sheet.version for sheet in prices.sheets())}
        for version in sorted(versions, reverse=True):
            parts = (self.catalog, prices.at, _everywhere(version), self.usage.holders)
            estate, reserved = CapacityEstate(*parts), ReservedEstate(*parts)
            lines = list(capacity_lines(address.period, estate, reserved, self.usage))
            own = [line for line in lines if _is_at(address, line)]
            if own:
                standings = estate.standings(address.period)
                working = tuple(_working(address, own, lines, standings))
                billed = _decimal(sum(line.billed for line in own))
                yield CapacityShare(own[0].rate, billed, working)


def _is_at(address: CapacityAddress, line: CapacityLine) -> bool:
    rate = line.rate
    if line.series is not None or rate.offer is None or rate.offer.id != address.price_id:
        return False
    if line.kind in ("idle", "whole"):
        return address.share == "own" and _deployment(rate) == address.resource.lower()
    assert line.reserved is not None
    resource = line.reserved.reservation.resource_id
    return line.kind == address.share and resource.lower() == address.resource.lower()


def _deployment(rate: Rate) -> str:
    return f"{rate.facts['resource_id']}/deployments/{rate.facts['deployment']}".lower()


def _working(
    address: CapacityAddress,
    own: Sequence[CapacityLine],
    lines: Sequence[CapacityLine],
    standings: Iterable[Standing],
) -> Iterator[str]:
    reserved = own[0].reserved
    if address.share == "purchase" and reserved:
        return _payment(own[0], reserved)
    if address.share == "refund" and reserved:
        return _refund(own[0], reserved)
    if address.share == "unused" and reserved:
        return _unused(own[0], reserved, lines)
    whole = [
        line
        for line in lines
        if line.kind in _STANDING and _deployment(line.rate) == _deployment(own[0].rate)
    ]
    stood = [one for one in standings if _deployment(one.rate) == _deployment(own[0].rate)]
    return _deployed(own, whole, stood)


def _deployed(
    own: Sequence[CapacityLine], whole: Sequence[CapacityLine], standings: Iterable[Standing]
) -> Iterator[str]:
    """Hours of a deployment: what it comes to, what reservations cover, whose it is."""
    for one in standings:
        minutes, price = minutes_of(one.period), exact_text(_price(one.contracted))
        cost = exact_text(Fraction(one.units * minutes, 60) * _price(one.contracted))
        currency = one.rate.currency
        counted = "deployment" if _is_hosting(one.rate) else "units"
        steps = f"{one.units} {counted} x {minutes} / 60 hours x {price} {currency}"
        yield f"{steps} = {cost} {currency}"
    if _is_hosting(own[0].rate):
        yield f"hosted, whether called or not: billed {_sum(own, 'billed')}"
        return
    for name, lines in _by_reservation(whole).items():
        if name is not None:
            yield f"{_sum(lines, 'quantity')} unit-hours of it covered by the reservation {name}"
    kind = "idle" if own[0].kind == "idle" else "not split among callers"
    yield f"{_sum(own, 'quantity')} of {_sum(whole, 'quantity')} unit-hours {kind}"
    for name, lines in _by_reservation(own).items():
        billed, effective = _sum(lines, "billed"), _sum(lines, "effective")
        place = f"reserved with {name}" if name is not None else "not reserved"
        hours = _sum(lines, "quantity")
        yield f"{hours} of these {place}: billed {billed}, effective {effective}"


def _unused(own: CapacityLine, reserved: Reserved, lines: Sequence[CapacityLine]) -> Iterator[str]:
    """Reserved hours that nothing used."""
    yield _bought(own, reserved)
    hour = _text(reserved.amortized(own.period.start) or 0)
    yield f"spread over {reserved.term_hours} hours: {hour} in this hour"
    covered = [line for line in lines if line.kind in _STANDING and line.reserved is reserved]
    used = _sum(covered, "quantity")
    yield f"{reserved.units} unit-hours reserved, {used} used, {_text(own.quantity)} not"
    yield f"these: billed 0, effective {_text(own.effective or 0)}"


def _payment(own: CapacityLine, reserved: Reserved) -> Iterator[str]:
    """A payment for a reservation."""
    yield _bought(own, reserved)
    periods = payment_periods(reserved.reservation)
    place = periods.index(own.period) + 1
    until = f"{own.period.start:%F} up to {own.period.end:%F}"
    yield f"payment {place} of {len(periods)}, {until}: billed {_text(own.billed)}"
    yield "effective 0: it is spread over the hours"


def _refund(own: CapacityLine, reserved: Reserved) -> Iterator[str]:
    """What comes back for a reservation that was given back."""
    yield _bought(own, reserved)
    one, total = reserved.reservation, reserved.total or 0
    periods = payment_periods(one)
    made = [place for place, period in enumerate(periods) if period.start < one.ends]
    paid = sum(nth_part(total, len(periods), place) for place in made)
    used = paid - unused_value(reserved, total)
    hours = max(0, (reserved.end - reserved.start) // HOUR)
    yield f"given back {one.ends:%F %T}: {len(made)} of {len(periods)} payments, {_text(paid)}"
    yield f"{hours} of {reserved.term_hours} hours of the term: {_text(used)}"
    yield f"the difference: billed {_text(own.billed)}, effective {_text(own.effective or 0)}"


def _is_hosting(rate: Rate) -> bool:
    return (rate.facts["deployment_type"] or "").lower() not in PROVISIONED_SCOPES


def _everywhere(version: int) -> Versions:
    return lambda _, period: [(period, version)]


def _bought(own: CapacityLine, reserved: Reserved) -> str:
    """What a reservation costs in all."""
    one, total, currency = reserved.reservation, _text(reserved.total or 0), own.rate.currency
    if one.price is not None:
        told = f"{one.name}: {one.units} units for {one.term}, as paid"
        return f"{told}, {total} {currency}"
    price = exact_text(_price(Fraction(*own.rate.contracted)))
    return f"{one.name}: {one.units} units x {price} {currency} for {one.term} = {total} {currency}"


def _by_reservation(lines: Iterable[CapacityLine]) -> Mapping[str | None, list[CapacityLine]]:
    found: dict[str | None, list[CapacityLine]] = {}
    for line in lines:
        found.setdefault(_name(line), []).append(line)
    return found


def _name(line: CapacityLine) -> str | None:
    return line.reserved.reservation.name if line.reserved else None


def _price(units: Fraction) -> Fraction:
    """A rate's price of one unit-hour, in the currency."""
    return units * Fraction(10**HOURS.scale, 10**LINE_PLACES)


def _sum(lines: Iterable[CapacityLine], name: str) -> str:
    return _text(sum(getattr(line, name) or 0 for line in lines))


def _text(amount: int) -> str:
    return exact_text(Fraction(amount, 10**LINE_PLACES))


def _decimal(amount: int) -> Decimal:
    return Decimal(amount).scaleb(-LINE_PLACES, EXACT)
