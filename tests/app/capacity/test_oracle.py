"""Random histories of capacity, in any order of arrival and settling, against a naive oracle.

Deployments, reservations, calls, price sheets, re-ratings and settlings that stop on the way come
as they please. The oracle loops over minutes and fractions, and shares no code with the product.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from costplane.catalog.reservations import Reservation
from costplane.core.period import DAY, Period
from costplane.core.scope import parse_scope
from costplane.ledger.delta import Ledger
from tests.app.capacity.capacity_world import OTHER, World, called, hourly, monthly, units
from tests.app.capacity.test_settling import RESOURCE, START
from tests.app.estate import take

PLACES = ((RESOURCE, "ptu"), (OTHER, "big"))
"""In canonical order."""
SCOPES = (None, "/subscriptions/s-1", "/subscriptions/s-2", OTHER.partition("/providers")[0])
WIDTHS = {None: 3, SCOPES[1]: 1, SCOPES[2]: 1, SCOPES[3]: 0}
HOURS = 8
TERM_HOURS = 31 * 24
"""From 2026-10-30 to 2026-11-30."""
TINY = Fraction(1, 10**10)
_Group = tuple[str | None, int, str | None]


@dataclass
class Bought:
    """A reservation as it was told last."""

    name: str
    start: int
    units: int
    scope: str | None
    plan: str
    back: int | None = None

    def value(self) -> Reservation:
        start = START + timedelta(minutes=self.start)
        end = start + timedelta(days=31)
        back = START + timedelta(minutes=self.back) if self.back else end
        return Reservation(
            *(self.name, "o-1", self.name, "Global", "westeurope", self.units, "P1M"),
            *(self.plan, start, back, "1", "s-1", self.scope),  # type: ignore[arg-type]
        )

    @property
    def hours(self) -> range:
        """The hours that it covers."""
        end = self.back // 60 if self.back else 10**6
        return range(self.start // 60, end)


@dataclass
class Oracle:
    """What was told, and which price each hour was charged with first."""

    prices: list[tuple[Fraction, Fraction]] = field(default_factory=list)
    history: dict[int, dict[int, int]] = field(default_factory=lambda: {0: {}, 1: {}})
    bought: dict[str, Bought] = field(default_factory=dict)
    calls: list[tuple[int, int, int, int, str]] = field(default_factory=list)
    chosen: dict[tuple[str | int, int], int] = field(default_factory=dict)
    until: int = 0

    def stood(self, place: int, minute: int) -> tuple[int, int]:
        """The start of the units that stand, and how many: equal ones told again are no change."""
        since, held = -1, 0
        for start, units_then in sorted(self.history[place].items()):
            if start <= minute and units_then != held:
                since, held = start, units_then
        return since, held

    def stands(self, place: int, hour: int) -> bool:
        return any(self.stood(place, 60 * hour + minute)[1] for minute in range(60))

    def charged(self, one: Bought) -> Iterator[int]:
        """The hours in which a reservation covers something or is paid for."""
        last = one.back // 60 if one.back else self.until - 1
        return iter(range(one.start // 60, min(last + 1, self.until)))

    def settled(self, now: int) -> None:
        """Prices are chosen for what never was charged."""
        self.until = max(self.until, now)
        newest = len(self.prices) - 1
        for hour in range(self.until):
            for place in self.history:
                if self.stands(place, hour):
                    self.chosen.setdefault((place, hour), newest)
        for one in self.bought.values():
            known = [hour for name, hour in self.chosen if name == one.name]
            price = self.chosen[one.name, min(known)] if known else newest
            for hour in self.charged(one):
                self.chosen.setdefault((one.name, hour), price)

    def rerated(self, subscription: str | None) -> None:
        newest = len(self.prices) - 1
        for place in self.history:
            if subscription in (None, PLACES[place][0].split("/")[2]):
                for hour in filter(lambda h: self.stands(place, h), range(self.until)):
                    self.chosen[place, hour] = newest
        for one in self.bought.values():
            if subscription in (None, "s-1"):
                for hour in self.charged(one):
                    self.chosen[one.name, hour] = newest

    def total(self, one: Bought, hour: int) -> int:
        """The price of the term as it holds for an hour, in 1e-12."""
        return int(one.units * self.prices[self.chosen[one.name, hour]][1] * 10**12)

    def covers(self, one: Bought, place: int) -> bool:
        return one.scope is None or PLACES[place][0].startswith(one.scope + "/")

    def hour(self, hour: int, found: dict[_Group, list[Fraction]]) -> None:
        """Adds what an hour comes to: contracted, billed, effective cost and unit-hours."""
        parts = self._parts(hour)
        free = {number: minutes for number, (_, minutes, _) in enumerate(parts)}
        effective: dict[int, Fraction] = defaultdict(Fraction)
        active = [one for one in self.bought.values() if hour in one.hours]
        for one in sorted(active, key=lambda o: (WIDTHS[o.scope], o.start, o.name)):
            spread = Fraction(amortized(self.total(one, hour), hour - one.start // 60), 10**12)
            left = one.units * 60
            for number, (place, _, _) in enumerate(parts):
                taken = min(left, free[number]) if self.covers(one, place) else 0
                effective[number] += spread * taken / (one.units * 60)
                free[number] -= taken
                left -= taken
            if left:
                rest = spread * left / (one.units * 60)
                found[one.name, hour, None] = [Fraction(0), Fraction(0), rest, Fraction(0)]
        for number, (place, minutes, cost) in enumerate(parts):
            billed = cost * free[number] / minutes
            hours = Fraction(round(Fraction(minutes, 60) * 10**12), 10**12)
            amounts = (cost, billed, billed + effective[number], hours)
            for team, share in self._shares(place, hour, parts).items():
                sums = found.setdefault((PLACES[place][1], hour, team), [Fraction(0)] * 4)
                for column, amount in enumerate(amounts):
                    sums[column] += amount * share

    def _parts(self, hour: int) -> list[tuple[int, int, Fraction]]:
        """Place, unit-minutes and cost of each stretch of units, rounded once."""
        found = []
        for place in self.history:
            minutes: dict[int, int] = defaultdict(int)
            for minute in range(60):
                start, held = self.stood(place, 60 * hour + minute)
                minutes[start] += held
            for start in sorted(minutes):
                if minutes[start]:
                    price = self.prices[self.chosen[place, hour]][0]
                    exact = price * minutes[start] / 60 * 10**12
                    found.append((place, minutes[start], Fraction(round(exact), 10**12)))
        return found

    def _shares(self, place: int, hour: int, parts: list[Any]) -> dict[str | None, Fraction]:
        used: dict[str | None, Fraction] = defaultdict(Fraction)
        for where, minute, tokens, output, team in self.calls:
            if where == place and minute // 60 == hour:
                used[team] += tokens + 4 * output
        room = sum(minutes for other, minutes, _ in parts if other == place) * 2500
        answered = sum(used.values(), Fraction(0))
        whole = max(Fraction(room), answered)
        used[None] = whole - answered
        return {team: weight / whole for team, weight in used.items() if weight}

    def paid(self, one: Bought) -> Fraction:
        """Payments less the refund."""
        if one.start // 60 >= self.until or (one.back and one.start >= one.back):
            return Fraction(0)
        found = self.total(one, one.start // 60)
        if one.back and one.back // 60 < self.until:
            total = self.total(one, one.back // 60)
            found -= total - sum(amortized(total, n) for n in range(len(one.hours)))
        return Fraction(found, 10**12)


def amortized(total: int, place: int) -> int:
    return total // TERM_HOURS + (place < total % TERM_HOURS)


class Campaign:
    """Does the same to the product and to the oracle."""

    def __init__(self, folder: Path, random: Random) -> None:
        self.world, self.oracle, self.random = World(folder), Oracle(), random
        self.hour, self.number = 1, 0
        self.world.now = START + timedelta(hours=1, minutes=20)
        self.price()

    def step(self) -> None:
        steps: tuple[Callable[[], None], ...] = (
            *(self.deploy, self.deploy, self.call, self.call, self.reserve, self.reserve),
            *(self.give_back, self.price, self.price, self.settle, self.stop, self.wait, self.wait),
            self.rerate,
        )
        self.random.choice(steps)()

    def price(self) -> None:
        hour, month = self.random.randrange(1, 999), self.random.randrange(1, 99_999)
        self.world.prices(hourly(hour / 100), monthly(month / 100))
        self.oracle.prices.append((Fraction(hour, 100), Fraction(month, 100)))

    def deploy(self) -> None:
        place, minute = self.random.randrange(2), self.random.randrange(HOURS * 60)
        held = self.random.choice((5, 15, 30, 50))
        if minute // 60 < self.hour:
            minute -= minute % 20  # now and then the same entry again
        resource, name = PLACES[place]
        entry = units(minute / 60, held, name=name, resource_id=resource)
        self.world.workspace.catalog.put_deployment(entry)
        self.oracle.history[place][minute] = held

    def reserve(self) -> None:
        name = self.random.choice(("r-1", "r-2", "r-3"))
        told = self.oracle.bought.get(name)
        if told is None:
            start = self.random.randrange(HOURS * 60)
            scope, plan = self.random.choice(SCOPES), self.random.choice(("Upfront", "Monthly"))
            told = self.oracle.bought[name] = Bought(name, start, 1, scope, plan)
        told.units = self.random.choice((3, 10, 40))
        self.world.workspace.catalog.put_reservation(told.value())

    def give_back(self) -> None:
        for told in self.oracle.bought.values():
            told.back = told.start + self.random.randrange(1, HOURS * 60)
            self.world.workspace.import_resources([], reservations=[told.value()])
            self.oracle.settled(self.hour)
            return

    def call(self) -> None:
        events = []
        for _ in range(self.random.randrange(1, 6)):
            place, minute = self.random.randrange(2), self.random.randrange(self.hour * 60)
            tokens, answered = self.random.randrange(3_000_000), self.random.randrange(300_000)
            team, self.number = self.random.choice("ab"), self.number + 1
            told = {"input_text": tokens, "output_text": answered}
            resource, name = PLACES[place]
            more = {"deployment": name, "resource_id": resource, "quantities": told}
            events.append(called(minute / 60 + 0.001, 0, str(self.number), team, **more))
            self.oracle.calls.append((place, minute, tokens, answered, team))
        take(self.world.workspace, events)
        self.oracle.settled(self.hour)

    def wait(self) -> None:
        self.hour = min(HOURS, self.hour + self.random.randrange(1, 4))
        self.world.now = START + timedelta(hours=self.hour, minutes=20)

    def settle(self) -> None:
        self.world.workspace.settle()
        self.oracle.settled(self.hour)

    def stop(self) -> None:
        """Settles, but for a stop before or after one of the appends."""
        left, late, append = self.random.randrange(2), self.random.random() < 0.5, Ledger.append

        def stopped(ledger: Ledger, table: str, *rest: Any, **named: Any) -> bool:
            nonlocal left
            if left == 0 and not late:
                raise OSError("stopped")
            done = append(ledger, table, *rest, **named)
            left -= 1
            if left < 0:
                raise OSError("stopped")
            return done

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Ledger, "append", stopped)
            with suppress(OSError):
                self.world.workspace.settle()
        self.oracle.settled(self.hour)

    def rerate(self) -> None:
        subscription = self.random.choice((None, "s-1", "s-2"))
        scope = parse_scope(f"/subscriptions/{subscription}" if subscription else "/")
        preview = self.world.workspace.preview_rerating(scope, Period(START, START + DAY))
        self.world.workspace.rerate(preview, "tester", "rerate")
        self.oracle.settled(self.hour)
        self.oracle.rerated(subscription)

    def check(self) -> None:
        self.settle()
        assert self.world.workspace.settle() == 0
        found, want = self.posted(), dict[_Group, list[Fraction]]()
        for hour in range(self.hour):
            self.oracle.hour(hour, want)
        for group in found.keys() | want.keys():
            nothing = [Fraction(0)] * 4
            sums = zip(found.get(group, nothing), want.get(group, nothing), strict=True)
            assert all(abs(one - other) <= TINY for one, other in sums), group
        for column in (0, 3):  # shares sum to each stretch, which was rounded once
            assert whole(found, column) == {
                place: round(cost * 10**12) for place, cost in whole_of(want, column).items()
            }
        self.check_payments()

    def posted(self) -> dict[_Group, list[Fraction]]:
        found: dict[_Group, list[Fraction]] = {}
        for row in self.world.rows(
            "SELECT COALESCE(x_Deployment, CommitmentDiscountName) AS name, Tags AS tags, "
            "ChargePeriodStart AS time, SUM(ContractedCost) AS contracted, "
            "SUM(BilledCost) AS billed, SUM(EffectiveCost) AS effective, "
            "SUM(COALESCE(ConsumedQuantity, 0)) AS hours, x_Series IS NULL AS nobody FROM charges "
            "WHERE x_ChargeBasis = 'Capacity' AND ChargeCategory = 'Usage' GROUP BY ALL"
        ):
            team = None if row["nobody"] else ("a" if '"a"' in row["tags"] else "b")
            hour = (row["time"] - START) // timedelta(hours=1)
            sums = found.setdefault((row["name"], hour, team), [Fraction(0)] * 4)
            for column, name in enumerate(("contracted", "billed", "effective", "hours")):
                sums[column] += Fraction(row[name])
        return found

    def check_payments(self) -> None:
        rows = self.world.rows(
            "SELECT CommitmentDiscountName AS name, SUM(BilledCost) AS cost, "
            "SUM(EffectiveCost) AS spread FROM charges WHERE ChargeCategory = 'Purchase' GROUP BY 1"
        )
        assert all(row["spread"] == 0 for row in rows)
        found = {row["name"]: Fraction(row["cost"]) for row in rows if row["cost"]}
        want = {one.name: self.oracle.paid(one) for one in self.oracle.bought.values()}
        assert found == {name: cost for name, cost in want.items() if cost}


def whole(found: dict[_Group, list[Fraction]], column: int) -> dict[tuple[str | None, int], int]:
    return {place: int(cost * 10**12) for place, cost in whole_of(found, column).items()}


def whole_of(
    found: dict[_Group, list[Fraction]], column: int
) -> dict[tuple[str | None, int], Fraction]:
    """By deployment and hour, without what is nothing."""
    sums: dict[tuple[str | None, int], Fraction] = defaultdict(Fraction)
    for (name, hour, _), amounts in found.items():
        sums[name, hour] += amounts[column]
    return {place: cost for place, cost in sums.items() if cost}


def run(seed: int, steps: int) -> None:
    with TemporaryDirectory() as folder:
        campaign = Campaign(Path(folder), Random(seed))
        for _ in range(steps):
            campaign.step()
        campaign.check()
        campaign.world.workspace.close()


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**32))
def test_any_history_is_that_of_the_oracle(seed: int) -> None:
    run(seed, 12)


@pytest.mark.torture
@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32))
@example(518)  # a reservation is rated anew where another subscription uses it
def test_any_long_history_is_that_of_the_oracle(seed: int) -> None:
    run(seed, 25)
