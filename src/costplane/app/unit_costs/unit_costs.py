"""Unit costs as a use case: a scope and a question in, costs divided by what they bought out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from costplane.analysis.definition import QueryDefinition
from costplane.analysis.pseudonyms import FEWEST
from costplane.analysis.zones import local_date, local_midnight
from costplane.app.access.persons import Persons
from costplane.app.access.visible import EVERYTHING
from costplane.app.queries.queries import Queries
from costplane.app.unit_costs.counting import Asked, Counted, Counts, count_groups
from costplane.app.unit_costs.ports import CountStore
from costplane.app.unit_costs.question import UnitCostQuestion, parse_question
from costplane.app.unit_costs.result import (
    GroupValue,
    Reason,
    UnitCost,
    UnitCostAnswer,
    UnitCostRow,
    share,
    unit_cost,
)
from costplane.app.unit_costs.sums import Place, Sums, Total, counted_by, sums_of
from costplane.app.unit_costs.units import Unit
from costplane.catalog.containment import Containment
from costplane.catalog.ports import CatalogReader
from costplane.core.money import total
from costplane.core.quantities import PRICED
from costplane.core.scope import Scope, parse_scope
from costplane.errors import InvalidQuery

MOST_ROWS = 10_000
"""An answer is one page: whoever wants more rows asks for fewer groups or days at a time."""

_NO_COUNTS = Counts({}, {}, wider=False)
_NOT_COUNTED = Counted(frozenset(), Decimal(0), parts=False, overlaps=False)


@dataclass(frozen=True, slots=True)
class UnitCosts:
    """Answers questions about unit costs. Threads may share it."""

    queries: Queries
    catalog: CatalogReader
    counts: CountStore
    persons: Persons
    now: Callable[[], datetime]

    def ask(
        self,
        scope: Scope,
        body: Mapping[str, object],
        visible: Sequence[Scope] = EVERYTHING,
        looker: str | None = None,
    ) -> UnitCostAnswer:
        """The unit costs of a scope; `visible` is what `/` means for the caller, `looker` its name
        if it sees persons: without one, fewer than five in a group are one (billing-rules 30).
        Raises InvalidQuery for what cannot be asked, and for more than MOST_ROWS rows."""
        now = self.now()
        question = parse_question(body, now)
        named = [unit.dimension for unit in question.units if unit.kind == "Values"]
        if looker is not None and named:
            self.persons.look_at_counts(looker, scope, sorted(set(named)))
        sums = sums_of(question, self.queries.view(scope, visible))
        if len(sums.totals) > MOST_ROWS:
            raise InvalidQuery(
                f"the answer has {len(sums.totals):,} rows, {MOST_ROWS:,} at most are given; "
                "group by less, or ask for fewer days",
                target="dataset.grouping",
            )
        asked = self._asked(scope, question.query, visible)
        days = frozenset() if question.hourly else whole_days(question.query, now)
        counts = {unit: self._counts(unit, asked, days) for unit in counted_by(question.units)}
        fewest = FEWEST if looker is None else 1
        answer = _Answer(question, sums, asked, counts, fewest)
        return UnitCostAnswer(question.query.period, tuple(answer.rows()), sums.unpriced)

    def _asked(self, scope: Scope, definition: QueryDefinition, visible: Sequence[Scope]) -> Asked:
        within = [s.id for s in visible] if scope.kind == "All" else [scope.id]
        containment = Containment(self.catalog.hierarchy())
        known: dict[str, frozenset[str]] = {}

        def around(scope_id: str) -> frozenset[str]:
            if scope_id not in known:
                known[scope_id] = containment.around(parse_scope(scope_id))
            return known[scope_id]

        return Asked(definition, frozenset(within), around)

    def _counts(self, unit: str, asked: Asked, days: frozenset[date]) -> Counts:
        if not days:
            return _NO_COUNTS
        return count_groups(self.counts.between(min(days), max(days), unit), asked, days)


def whole_days(definition: QueryDefinition, now: datetime) -> frozenset[date]:
    """The days of the asker's zone that lie in the range as a whole, and have begun."""
    period, zone = definition.period, definition.zone
    day, found = local_date(period.start, zone), set()
    while (start := local_midnight(day, zone)) < min(period.end, now):
        following = day + timedelta(days=1)
        if start >= period.start and local_midnight(following, zone) <= period.end:
            found.add(day)
        day = following
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class _Answer:
    """Puts an answer together. Groups with fewer persons than `fewest` do not tell how many."""

    question: UnitCostQuestion
    sums: Sums
    asked: Asked
    counts: dict[str, Counts]
    fewest: int

    def rows(self) -> Iterator[UnitCostRow]:
        """The rows by date, groups and currency."""
        for place in sorted({*self.sums.totals, *self._only_counted()}, key=_order):
            yield self._row(place)

    def _only_counted(self) -> Iterator[Place]:
        """Groups that business counts tell of, and no charge: a misspelt tag shows so."""
        known = {self.asked.folded(key) for key, _ in self.sums.totals}
        for counts in self.counts.values():
            for key in counts.by_key.keys() - known:
                yield counts.spelled[key], self.sums.currency

    def _row(self, place: Place) -> UnitCostRow:
        (day, values), currency = place
        summed = self.sums.totals.get(place, Total(None, None, 0))
        unpriced = self.sums.without_price.get(place, 0)
        groups = zip(self.question.query.groupings, values, strict=True)
        return UnitCostRow(
            day.isoformat() if day else None,
            tuple(GroupValue(g.kind, g.written, value) for g, value in groups),
            currency,
            summed.cost,
            summed.tokens,
            summed.calls,
            unpriced,
            share(unpriced, summed.calls),
            tuple(self._unit(unit, place, summed) for unit in self.question.units),
        )

    def _unit(self, unit: Unit, place: Place, summed: Total) -> UnitCost:
        lacking = list(self._unpriced(place, summed))
        if unit.kind == "Calls":
            none = Reason("NoneCounted", "there are no calls")
            return unit_cost(unit.name, 1, summed.cost, summed.calls, lacking, none)
        if unit.kind == "Tokens":
            return self._tokens(unit, place, summed, lacking)
        if unit.kind == "Values":
            return self._values(unit, place, summed, lacking)
        return self._business(unit, place, lacking)

    def _unpriced(self, place: Place, summed: Total) -> Iterator[Reason]:
        calls = self.sums.without_price.get(place, 0)
        if calls:
            yield Reason(
                "CallsWithoutPrice",
                f"{calls:,} of {summed.calls:,} calls have a part without a price, or told no "
                "usage: the cost is too low by that",
            )

    def _tokens(self, unit: Unit, place: Place, summed: Total, lacking: list[Reason]) -> UnitCost:
        none = Reason("NoneCounted", "no tokens were told")
        if unit.direction is None:
            return unit_cost(unit.name, unit.size, summed.cost, summed.tokens, lacking, none)
        types = self.sums.by_type.get(place, {})
        chosen = [types[name] for name in types if _direction(name) == unit.direction]
        costs = [one.cost for one in chosen if one.cost is not None]
        apart = total(types[n].cost or Decimal(0) for n in types if n in ("", "hours"))
        if apart:
            lacking.append(
                Reason(
                    "CostsWithoutDirection",
                    f"{apart.normalize():f} of the group's cost is of hours or purchases, which "
                    "are of neither input nor output",
                )
            )
        tokens = sum(one.tokens for one in chosen)
        cost = total(costs) if costs else None
        return unit_cost(unit.name, unit.size, cost, tokens, lacking, none)

    def _values(self, unit: Unit, place: Place, summed: Total, lacking: list[Reason]) -> UnitCost:
        noun = unit.dimension.lower()
        none = Reason("NoneCounted", f"no call names a {noun}")
        named = self.sums.named[unit.dimension].get(place[0])
        if named is not None and named.untold:
            message = f"{named.untold:,} calls name no {noun}, but their cost counts"
            lacking.append(Reason("CallsThatNameNone", message))
        counted = named.values if named else None
        if counted and counted < self.fewest:
            few = f"fewer than {self.fewest} {noun}s; whoever is Person Reader sees how many"
            return unit_cost(unit.name, 1, summed.cost, None, (), Reason("FewPersons", few))
        return unit_cost(unit.name, 1, summed.cost, counted, lacking, none)

    def _business(self, unit: Unit, place: Place, lacking: list[Reason]) -> UnitCost:
        """Cost and count of the days that were counted."""
        counts, key = self.counts[unit.count], self.asked.folded(place[0])
        counted = counts.by_key.get(key, _NOT_COUNTED)
        daily = self.sums.daily.get(place, {})
        costs = [daily[day] for day in counted.days if day in daily]
        cost = total(costs) if costs else None
        lacking += _lacking(counted, len(daily.keys() - counted.days))
        quantity = counted.count if counted.days else None
        none = _BY_DAY if self.question.hourly else _no_count(unit.count, counts, counted)
        return unit_cost(unit.name, 1, cost, quantity, lacking, none)


def _direction(token_type: str) -> str | None:
    return PRICED[token_type].direction if token_type in PRICED else None


def _lacking(counted: Counted, uncounted: int) -> Iterable[Reason]:
    """What a quotient leaves out; `uncounted` days have a cost and no count."""
    if uncounted:
        days = "1 day" if uncounted == 1 else f"{uncounted:,} days"
        message = f"nothing was counted on {days} with a cost, which is left out"
        yield Reason("CountOfSomeDays", message)
    if counted.overlaps:
        yield _OVERLAP
    if counted.parts:
        message = "only parts of it were counted, and the whole cost is divided"
        yield Reason("CountOfParts", message)


_OVERLAP = Reason(
    "CountsOverlap",
    "on some days counts of different scopes or dimensions may count the same and are left out; "
    "upload one count that holds them all",
)


_BY_DAY = Reason(
    "CountOfWholeDays", "counts are told by day, not by hour; ask with the granularity Daily"
)


def _no_count(unit: str, counts: Counts, counted: Counted) -> Reason:
    if counted.days:
        return Reason("ZeroCount", f"the count of {unit} is zero")
    if counted.overlaps:
        return _OVERLAP
    if counts.wider:
        message = f"{unit} are counted only for wider scopes, or not by these groups and filters"
        return Reason("CountOfWiderScope", message)
    return Reason("NoCount", f"nobody told how many {unit} there were; 'costplane counts import'")


def _order(place: Place) -> tuple[str, tuple[str, ...], str]:
    (day, values), currency = place
    return (day.isoformat() if day else "", values, currency)
