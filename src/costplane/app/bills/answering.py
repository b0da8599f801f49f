"""Metered charges and bills as one relation: inside what a bill covers it answers, elsewhere
metered charges do, never both; the cut is by sub-account and UTC day (billing-rules 25).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pyarrow as pa

from costplane.analysis.plan import EVENT_TAGS, QueryPlan, Scopes
from costplane.app.bills.coverage import COVERED, coverage, within
from costplane.core.period import Period
from costplane.core.relation import Derived, Engine, Files, Relation
from costplane.core.sql import query
from costplane.core.tables import BILLED, CHARGES
from costplane.ledger.delta import Snapshot

_COVERED = (
    "EXISTS (SELECT 1 FROM covered WHERE covered.sub_account IS NOT DISTINCT FROM {0}.SubAccountId "
    "AND {0}.ChargePeriodStart >= covered.since AND {0}.ChargePeriodStart < covered.until)"
)


@dataclass(frozen=True, slots=True)
class Bills:
    """The bills of a snapshot, and where they answer."""

    billed: Files
    covered: pa.Table

    def applied(
        self, plan: QueryPlan, named: Collection[str], relations: Mapping[str, Relation]
    ) -> dict[str, Relation]:
        """The relations of a plan, whose statements name the columns `named`, with what the bills
        say in them."""
        own = [n for n in (*plan.request_columns, EVENT_TAGS) if n in named]
        columns = [name for name in CHARGES.names if name in named]
        told = ", ".join([*columns, *(f"CAST({name} AS TEXT) AS {name}" for name in own)])
        untold = ", ".join([*columns, *(f"CAST(NULL AS TEXT) AS {name}" for name in own)])
        metered = f"SELECT {told} FROM charges"
        billed = f"SELECT {untold} FROM billed"
        if plan.dataset == "Billed":
            return {**relations, "charges": Derived(query(billed), {"billed": self.billed})}
        found: dict[str, Relation] = {}
        covered: dict[str, Relation] = {"covered": self.covered}
        if plan.dataset == "Best":
            metered += f" WHERE NOT {_COVERED.format('charges')}"
            billed += f" WHERE {_COVERED.format('billed')}"
            rest = query(f"SELECT * FROM uncharged WHERE NOT {_COVERED.format('uncharged')}")
            uncharged = {"uncharged": relations["uncharged"], **covered}
            found["uncharged"] = Derived(rest, uncharged)
        both = {"charges": relations["charges"], "billed": self.billed, **covered}
        found["charges"] = Derived(query(f"{metered} UNION ALL {billed}"), both)
        return {**relations, **found}


class BillsOf:
    """The bills of snapshots; where those of the newest answer is kept. Threads may share it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: Bills | None = None

    def of(self, snapshot: Snapshot) -> Bills:
        """The bills of a snapshot."""
        billed = snapshot.files.get("billed") or Files((), BILLED)
        kept = self._kept
        if kept is None or kept.billed != billed:
            found = coverage(self._engine, billed) if billed.paths else COVERED.empty_table()
            kept = self._kept = Bills(billed, found)
        return kept

    def cover(self, snapshot: Snapshot, scopes: Scopes, period: Period) -> bool:
        """Whether bills answer for anything of the scopes in a period."""
        covered = self.of(snapshot).covered
        ids = [part.subscriptions for part in scopes]
        named = [found for found in ids if found is not None]
        chosen = frozenset[str]().union(*named) if len(named) == len(ids) else None
        return bool(len(covered)) and bool(len(within(covered, period, chosen)))
