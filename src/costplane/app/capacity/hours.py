"""Hours of capacity at the prices that hold for each of them (billing-rules 14, 19, 20)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from costplane.app.capacity.estate import CapacityEstate, capacity_entries, place_of, stood
from costplane.app.capacity.priced_hours import PricedHours
from costplane.app.capacity.reserved import ReservedEstate, charged_hours
from costplane.app.capacity.weights import CapacityWeights
from costplane.app.tiers.usage import TierUsage
from costplane.catalog.ports import CatalogReader
from costplane.catalog.reservations import PROVISIONED_SCOPES, Reservation
from costplane.core.period import HOUR, Period, hour_start
from costplane.core.relation import Derived, Relation
from costplane.core.rerating import Selection
from costplane.core.scope import parse_scope
from costplane.core.tables import SERIES_FACTS
from costplane.rating.capacity import CapacityLine, Reserved, Standing
from costplane.rating.capacity_hour import capacity_hour
from costplane.rating.capacity_rows import CapacityRows
from costplane.rating.holder import Facts
from costplane.rating.reservation_payments import payments
from costplane.rating.rows import RatedRows


@dataclass(frozen=True, slots=True)
class CapacityHours:
    """The capacity of the catalog, and with which prices it is charged when."""

    catalog: CatalogReader
    usage: TierUsage
    priced: PricedHours

    def rows(self, hours: Period, today: date) -> RatedRows:
        """The rows of units and hours, of reservations and their payments."""
        lines = capacity_lines(hours, self._estate(), self._reserved(), self.usage)
        return CapacityRows(self.usage.series, self.usage.holders).rows(lines, today)

    def choose_prices(self, hours: Period) -> None:
        """Decides with which prices is charged what never was, or had no price until now: those
        of today. A reservation was bought once: its further hours have the price of its first."""
        newest = self.usage.prices.version()
        for place, period in self._places(hours):
            first = self.priced.first(place) if place in self._bought() else None
            for part, version in list(self.priced.of(place, period)):
                if version is None:
                    self.priced.raise_to(place, part, newest if first is None else first)
        if self._older(hours):
            for place, period in list(self._unpriced(hours)):
                self.priced.raise_to(place, period, self._next(place, period))

    def raise_prices(self, chosen: Selection, version: int, hours: Period) -> None:
        """Charges what a selection means with a version of the prices, in some of its hours."""
        for place, period in self._places(hours):
            if self._is_of(place, chosen):
                self.priced.raise_to(place, period, version)

    def reservations_of(self, chosen: Selection) -> list[Reservation]:
        """The reservations that a selection pays for."""
        return [one for id_, one in self._bought().items() if self._is_of(id_, chosen)]

    def _places(self, hours: Period) -> Iterator[tuple[str, Period]]:
        """What is charged in some hours, by its id, and the full hours of it."""
        for entry in capacity_entries(self.catalog):
            period = stood(entry, hours)
            if period is not None:
                last = hour_start(period.end)
                end = period.end if last == period.end else last + HOUR
                yield place_of(entry), Period(hour_start(period.start), end)
        for one in self.catalog.reservations():
            charged = charged_hours(one, hours)
            if charged is not None:
                yield one.resource_id, charged

    def _older(self, hours: Period) -> bool:
        """Whether some price of another version than today's holds."""
        newest = self.usage.prices.version()
        return any(
            version != newest
            for place, period in self._places(hours)
            for _, version in self.priced.of(place, period)
        )

    def _next(self, place: str, period: Period) -> int:
        """The version to take where the one that holds has no price: a reservation's first, if
        that has one by now, else today's."""
        held, first = next(self.priced.of(place, period))[1], self.priced.first(place)
        if place in self._bought() and first is not None and held != first:
            return first
        return self.usage.prices.version()

    def _unpriced(self, hours: Period) -> Iterator[tuple[str, Period]]:
        """What has no price for some time with the prices that hold for it."""
        standings = self._estate().standings(hours)
        for standing in standings:
            if standing.rate.offer is None:
                facts = standing.rate.facts
                yield f"{facts['resource_id']}/deployments/{facts['deployment']}", standing.period
        for one in self._reserved().reserved((), hours):
            if one.rate.offer is None and one.held is not None:
                yield one.reservation.resource_id, one.held

    def _bought(self) -> Mapping[str, Reservation]:
        return {one.resource_id: one for one in self.catalog.reservations()}

    def _is_of(self, place: str, chosen: Selection) -> bool:
        one = self._bought().get(place)
        if one is not None:
            nowhere = chosen.resource_group is None and chosen.resource_id is None
            return nowhere and _among(one.billing_subscription, chosen.subscriptions)
        resource = place.rpartition("/deployments/")[0]
        parts = dict(parse_scope(resource).parts)
        return (
            _among(parts.get("subscription"), chosen.subscriptions)
            and chosen.resource_group in (None, parts.get("group"))
            and chosen.resource_id in (None, resource)
        )

    def _estate(self) -> CapacityEstate:
        return CapacityEstate(
            self.catalog, self.usage.prices.at, self._versions, self.usage.holders
        )

    def _reserved(self) -> ReservedEstate:
        return ReservedEstate(
            self.catalog, self.usage.prices.at, self._versions, self.usage.holders
        )

    def _versions(self, place: str, period: Period) -> Iterator[tuple[Period, int]]:
        for part, version in self.priced.of(place, period):
            yield part, self.usage.prices.version() if version is None else version


def capacity_lines(
    hours: Period, estate: CapacityEstate, bought: ReservedEstate, usage: TierUsage
) -> Iterator[CapacityLine]:
    """What capacity comes to in full hours."""
    standings = estate.standings(hours)
    weights = CapacityWeights.of(usage.engine, covered_calls(hours, usage), usage.series)
    return _lines(hours, standings, bought.reserved(standings, hours), weights, usage.series)


def covered_calls(hours: Period, usage: TierUsage) -> Relation:
    """The calls that provisioned throughput pays for."""
    time, kind = exp.column("time"), exp.Lower(this=exp.column("deployment_type"))
    start, end = (
        exp.cast(exp.Literal.string(bound.isoformat()), "timestamptz")
        for bound in (hours.start, hours.end)
    )
    chosen = exp.and_(time >= start, time.copy() < end, kind.isin(*PROVISIONED_SCOPES))
    return Derived(exp.select("*").from_("usage").where(chosen), {"usage": usage.usage})


def _lines(
    hours: Period,
    standings: list[Standing],
    reserved: list[Reserved],
    weights: CapacityWeights,
    series: Mapping[int, Facts],
) -> Iterator[CapacityLine]:
    """The lines of each hour, then the payments for reservations."""

    def rank(number: int) -> tuple[str, ...]:
        return tuple(series[number][fact] or "" for fact in SERIES_FACTS)

    start = hours.start
    while start < hours.end:
        hour = Period(start, start + HOUR)
        standing = [one for one in standings if one.period.intersection(hour)]
        active = [one for one in reserved if one.stands(start)]
        if standing or active:
            of_hour = weights.at(start, standing)
            yield from capacity_hour(hour, standing, active, of_hour, rank)
        start = hour.end
    for one in reserved:
        yield from payments(one, hours)


def _among(id_: str | None, chosen: Collection[str] | None) -> bool:
    return chosen is None or id_ in chosen
