"""Which business counts tell of which group of a question.

A count covers all that its scope and dimensions hold. Where one holds another (a subscription's
count that of its group, a count without tags that of a team), the wider one stands and the
narrower is a part of it. What neither holds the other nor is apart from it cannot be added.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import combinations

from costplane.analysis.definition import QueryDefinition
from costplane.analysis.filters import leaves_of
from costplane.app.unit_costs.facts import (
    DESCRIBED,
    fact_name,
    facts_of,
    folded,
    holds,
    scope_facts,
)
from costplane.app.unit_costs.rows import Key
from costplane.core.business_count import BusinessCount
from costplane.core.money import total
from costplane.core.scope import parse_scope

Around = Callable[[str], frozenset[str]]
"""The ids of all scopes that hold a scope, itself among them."""

Facts = Mapping[str, str]
Signature = tuple[str, tuple[str, ...]]
"""The scope and the names of the dimensions of a count."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted of a group: on which days, how much. `parts` tells that only parts of the
    group were counted, `overlaps` that on some days counts cannot be added, which are left out."""

    days: frozenset[date]
    count: Decimal
    parts: bool
    overlaps: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of one unit by group, under keys with `folded` values; `spelled` has the values as
    they were told. `wider` tells that there are counts of more than was asked."""

    by_key: Mapping[Key, Counted]
    spelled: Mapping[Key, Key]
    wider: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A question at a scope: `within` has its id, or those of the scopes that `/` means."""

    definition: QueryDefinition
    within: frozenset[str]
    around: Around = field(repr=False)

    @property
    def groups(self) -> tuple[str, ...]:
        """The names of the groups among facts."""
        return tuple(fact_name(g.kind, g.name) for g in self.definition.groupings)

    @property
    def told(self) -> frozenset[str]:
        """What every group of the answer tells by itself: groups, filters, the scope's facts."""
        filtered = {fact_name(f.kind, f.name) for f in leaves_of(self.definition.filter)}
        implied = {n for s in self.within if len(self.within) == 1 for n, _ in scope_facts(s)}
        return frozenset({*self.groups, *filtered, *implied})

    def bucket(self, day: date) -> date | None:
        """The first day of the day's bucket."""
        granularity = self.definition.granularity
        if granularity == "None":
            return None
        return day if granularity == "Daily" else day.replace(day=1)

    def folded(self, key: Key) -> Key:
        """The key as counts are found by."""
        values = zip(self.groups, key[1], strict=True)
        return key[0], tuple(folded(name, value) for name, value in values)


def count_groups(records: Iterable[BusinessCount], asked: Asked, days: frozenset[date]) -> Counts:
    """The counts of `records`, all of one unit, for the groups of a question on whole `days`."""
    cells: dict[Key, dict[date, list[BusinessCount]]] = defaultdict(lambda: defaultdict(list))
    spelled: dict[Key, Key] = {}
    wider = False
    for record in records:
        if record.day not in days:
            continue
        facts = facts_of(record)
        if not _belongs(record, facts, asked):
            wider = wider or _is_wider(record, facts, asked)
            continue
        key = (asked.bucket(record.day), tuple(facts[name] for name in asked.groups))
        spelled.setdefault(asked.folded(key), key)
        cells[asked.folded(key)][record.day].append(record)
    by_key = {key: _counted(by_day, asked) for key, by_day in cells.items()}
    return Counts(by_key, spelled, wider)


def _belongs(record: BusinessCount, facts: Facts, asked: Asked) -> bool:
    """Whether all that the record counts lies in one group of the answer."""
    inside = bool(asked.around(record.scope) & asked.within)
    grouped = all(name in facts for name in asked.groups)
    return inside and grouped and holds(asked.definition.filter, facts) is True


def _is_wider(record: BusinessCount, facts: Facts, asked: Asked) -> bool:
    """Whether the record counts what was asked for and more."""
    over = any(record.scope in asked.around(scope) for scope in asked.within)
    inside = bool(asked.around(record.scope) & asked.within)
    return (over or inside) and holds(asked.definition.filter, facts) is not False


def _counted(by_day: Mapping[date, Sequence[BusinessCount]], asked: Asked) -> Counted:
    days, counts = [], []
    parts = overlaps = False
    for day, records in by_day.items():
        widest = _widest(records, asked.around)
        if _overlap(widest, asked.around):
            overlaps = True
            continue
        days.append(day)
        counts.append(total(record.count for record in widest))
        parts = parts or not all(_is_whole(record, asked) for record in widest)
    return Counted(frozenset(days), total(counts), parts, overlaps)


def _widest(records: Sequence[BusinessCount], around: Around) -> list[BusinessCount]:
    """The records that no other one holds."""
    known = {(r.scope, _exactly(r.dimensions)) for r in records}
    signatures = {_signature(r) for r in records}
    return [r for r in records if not _is_held(r, known, signatures, around)]


def _is_held(
    record: BusinessCount,
    known: set[tuple[str, frozenset[tuple[str, str]]]],
    signatures: set[Signature],
    around: Around,
) -> bool:
    facts, above = facts_of(record), around(record.scope)
    return any(
        (scope, _exactly((name, facts[name]) for name in names)) in known
        for scope, names in signatures - {_signature(record)}
        if scope in above and all(name in facts for name in names)
    )


def _overlap(widest: Sequence[BusinessCount], around: Around) -> bool:
    """Whether some of the records may count the same things. Those of equal scope and names
    differ in a value, so that only records of different signatures can."""
    values: dict[Signature, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for record in widest:
        of_signature = values[_signature(record)]
        for name, value in facts_of(record).items():
            of_signature[name].add(folded(name, value))
    return any(
        (one[0] in around(other[0]) or other[0] in around(one[0]))
        and not _are_apart(values[one], values[other])
        for one, other in combinations(values, 2)
    )


def _are_apart(one: Mapping[str, set[str]], other: Mapping[str, set[str]]) -> bool:
    return any(not one[name] & other[name] for name in one.keys() & other.keys())


def _is_whole(record: BusinessCount, asked: Asked) -> bool:
    """Whether the record is about all of its group, not a part: whatever it tells, the group
    tells too."""
    if record.scope in asked.within:
        return all(name in asked.told for name, _ in record.dimensions)
    described = parse_scope(record.scope).kind in DESCRIBED
    return described and all(name in asked.told for name in facts_of(record))


def _signature(record: BusinessCount) -> Signature:
    return record.scope, tuple(name for name, _ in record.dimensions)


def _exactly(pairs: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    return frozenset((name, folded(name, value)) for name, value in pairs)
