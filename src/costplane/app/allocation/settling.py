"""Posting what cost allocation rules come to (contract.md section 11).

A month's rows follow from its charges and from the rules as they stood in it, in the order in which
the rules were created: what one gave away is no longer there for the next, and what it gave to
a place is. A row of difference is appended to the table `allocated`, whose rows sum to nothing
in each billing account. Invoices and everything else that reads `charges` never see them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pyarrow as pa

from costplane.app.allocation import statements
from costplane.app.allocation.columns import PLACE
from costplane.app.arm.allocation_rule import KIND, Proportion, Rule, RuleProperties, rule_of
from costplane.app.arm.documents import text_of
from costplane.app.arm.ports import ArmStore
from costplane.core.arm_resource import ArmResource, Place
from costplane.core.period import DAY, Period, day_start, month_start, next_month
from costplane.core.relation import Derived, Engine
from costplane.core.scope import parse_scope
from costplane.core.tables import CHARGES
from costplane.core.tags import canonical
from costplane.ledger.delta import Ledger, Snapshot
from costplane.rating.difference import difference

APP = "allocation"
SETTLED = "costAllocationRules/months"
"""Where it is remembered of which charges and rules a month's rows were made."""

AT_ONCE = 250_000
"""Rows of whole days that are computed at once."""

_BOUND = pa.decimal128(13, 12)
_TARGETS = pa.schema(
    [
        *(pa.field(name, pa.string()) for name in (*PLACE, "tags")),
        pa.field("since", _BOUND),
        pa.field("until", _BOUND),
    ]
)
_PLACES = Decimal(10) ** -12


@dataclass(frozen=True, slots=True)
class AllocationSettling:
    """Brings `allocated` up to date; a Settling (app/settling.py)."""

    ledger: Ledger
    engine: Engine
    store: ArmStore

    def settle(self, now: datetime) -> int:
        """Posts what is missing of every account's months; how many rows."""
        accounts: dict[str, list[Rule]] = {}
        for resource in self.store.everywhere(KIND):
            account = parse_scope(resource.place.scope).part("account")
            accounts.setdefault(account, []).append(rule_of(resource))
        return sum(
            self._settle(account, rules, month, now)
            for account, rules in sorted(accounts.items())
            for month in _months(rules, now)
        )

    def _settle(self, account: str, rules: list[Rule], month: Period, now: datetime) -> int:
        snapshot = self.ledger.snapshot()
        active = _active(rules, month.start)
        digest = self._digest(account, active, month, snapshot)
        place, name = Place(SETTLED, f"/{account}"), f"{month.start:%Y-%m}"
        known = self.store.find(place, name)
        if known is not None and known.document == digest:
            return 0
        parts = [*self._missing(account, active, month, snapshot, now.date())]
        rows = pa.concat_tables(parts) if parts else CHARGES.empty_table()
        if len(rows):
            version = self.ledger.committed("allocated", APP) + 1
            self.ledger.append("allocated", rows, app=APP, version=version)
        made = ArmResource(place, name, digest, digest, now, APP, now, APP)
        self.store.change(place, name, lambda _: made, None)
        return len(rows)

    def _missing(
        self,
        account: str,
        active: list[tuple[str, RuleProperties]],
        month: Period,
        snapshot: Snapshot,
        today: date,
    ) -> Iterator[pa.Table]:
        """A stretch of days after another, so that what is in memory stays small."""
        applied = [
            (statements.given(rule, name), targets)
            for name, rule in active
            if len(targets := self._targets(rule, account, month, snapshot))
        ]
        tables = {name: snapshot.relation(name) for name in ("charges", "allocated")}
        counted = self.engine.execute(statements.days(account, month), tables).to_pylist()
        for stretch, billed in _stretches(counted):
            charges, stands = (
                Derived(statements.lines(name, account, stretch, billed), {name: files})
                for name, files in tables.items()
            )
            computed = CHARGES.empty_table()
            for given, targets in applied:
                sources = {"charges": charges, "earlier": computed, "targets": targets}
                made = _recorded(self.engine.execute(given, sources), today)
                computed = pa.concat_tables([computed, made])
            rows = difference(self.engine, computed, stands, CHARGES)
            if len(rows):
                yield _recorded(rows, today)

    def _targets(
        self, rule: RuleProperties, account: str, month: Period, snapshot: Snapshot
    ) -> pa.Table:
        """The targets with the bounds of their shares, of those that have costs."""
        query = statements.targets(rule, account, month)
        relations = {"charges": snapshot.relation("charges")}
        places: dict[str, list[dict[str, Any]]] = {}
        for row in self.engine.execute(query, relations).to_pylist():
            places.setdefault(row.pop("name"), []).append(row)
        return pa.Table.from_pylist([*_bounded(rule, places)], _TARGETS)

    def _digest(
        self,
        account: str,
        active: list[tuple[str, RuleProperties]],
        month: Period,
        snapshot: Snapshot,
    ) -> str:
        """What a month's rows are made of, in short."""
        relations = {"charges": snapshot.relation("charges")}
        counted = self.engine.execute(statements.counted(account, month), relations)
        told = [str(counted["rows"][0]), *(f"{name} {text_of(rule)}" for name, rule in active)]
        return sha256("\n".join(told).encode()).hexdigest()


def _months(rules: Iterable[Rule], now: datetime) -> Iterator[Period]:
    """From the first month of any rule to that of `now`."""
    start = min(state.month for rule in rules for state in rule.states)
    while start <= month_start(now):
        yield Period(start, next_month(start))
        start = next_month(start)


def _stretches(counted: Iterable[dict[str, Any]]) -> Iterator[tuple[Period, datetime]]:
    """Days that are computed at once, with their billing period. `counted` is in its order."""
    first: dict[str, Any] | None = None
    rows, last = 0, None
    for row in counted:
        if first and (row["billed"] != first["billed"] or rows + row["rows"] > AT_ONCE):
            yield _stretch(first, last)
            first, rows = None, 0
        first, last = first or row, row
        rows += row["rows"]
    if first:
        yield _stretch(first, last)


def _stretch(first: dict[str, Any], last: Any) -> tuple[Period, datetime]:
    period = Period(day_start(first["day"]), day_start(last["day"]) + DAY)
    return period, first["billed"].astimezone(UTC)


def _active(rules: Iterable[Rule], month: datetime) -> list[tuple[str, RuleProperties]]:
    """The rules that move something in a month, in the order in which they apply."""
    ordered = sorted(rules, key=lambda rule: (rule.created, rule.name.lower()))
    found = ((rule.name, rule.active_in(month)) for rule in ordered)
    return [(name, rule) for name, rule in found if rule is not None]


def _bounded(rule: RuleProperties, places: dict[str, list[dict[str, Any]]]) -> Iterator[Any]:
    """One row a place. A target of several places (a group of that name in two subscriptions) is
    shared evenly; what a target without costs would get stays at the source."""
    target, since, parts = rule.target, Decimal(0), Decimal(0)
    for item in target.values:
        own = places.get(_key(item, rule), [])
        for place in own:
            parts += item.percentage / 100 / len(own)
            until = parts.quantize(_PLACES)
            if place is own[-1]:
                until = parts = _whole(parts)
            tags = {target.name: item.name} if target.resource_type == "Tag" else {}
            yield place | {"tags": canonical(tags), "since": since, "until": until}
            since = until


def _whole(parts: Decimal) -> Decimal:
    """A sum of whole percentages, freed of what dividing left behind."""
    return parts.quantize(Decimal("0.0001"))


def _key(item: Proportion, rule: RuleProperties) -> str:
    return statements.comparable(item.name, rule.target.resource_type)


def _recorded(rows: pa.Table, today: date) -> pa.Table:
    place = rows.schema.get_field_index("x_RecordedDate")
    day = pa.repeat(pa.scalar(today, pa.date32()), len(rows))
    return rows.set_column(place, CHARGES.field(place), day).cast(CHARGES)
