"""Consumption commitments: import, and how each is drawn down by what was billed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
from sqlglot import exp

from costplane.analysis.nodes import column, in_list, instant, literal, template
from costplane.app.readable_ledger import Snapshots
from costplane.billing.burn_down import BurnDown, Use, burn_down
from costplane.billing.commitment import CRITERIA, Commitment
from costplane.billing.commitments_file import read_commitments
from costplane.billing.ports import CommitmentStore
from costplane.core.relation import Derived, Engine
from costplane.core.sql import query
from costplane.errors import NotFound

_FACTS = ", ".join(f"COALESCE({column}, '') AS {name}" for name, column in CRITERIA.items())
_CHARGED = f"""
    SELECT DATE_TRUNC('day', MAKE_TIMESTAMP(EPOCH_US(ChargePeriodStart))) AS day, {_FACTS},
        CASE WHEN BillingCurrency = :currency THEN BilledCost
            WHEN :currency = 'USD' THEN x_BilledCostInUsd END AS cost,
        CASE WHEN ChargeFrequency = 'Recurring' THEN 'recurring'
            WHEN ChargeFrequency = 'Usage-Based' AND ChargeCategory = 'Usage' THEN 'usage'
            ELSE 'once' END AS recurrence
    FROM charges WHERE ChargePeriodStart >= :start AND ChargePeriodStart < :end
"""
_KINDS = f"SELECT DISTINCT {', '.join(CRITERIA)} FROM charged"
_BY_DAY = f"""
    SELECT day, counts, recurrence, COALESCE(SUM(cost), 0) AS cost,
        COUNT(*) FILTER (WHERE cost IS NULL) AS missing
    FROM charged JOIN kinds USING ({", ".join(CRITERIA)}) GROUP BY ALL
"""
_KIND = pa.schema([("counts", pa.string()), *((name, pa.string()) for name in CRITERIA)])


@dataclass(frozen=True, slots=True)
class CommitmentState:
    """A commitment and how far it is drawn down. `without_amount` counts charges whose amount is
    not known in its currency, so that they are in no figure."""

    commitment: Commitment
    burn_down: BurnDown
    without_amount: int


@dataclass(frozen=True, slots=True)
class Commitments:
    """The use cases of commitments."""

    ledger: Snapshots
    engine: Engine
    store: CommitmentStore

    def take(self, path: Path, at: datetime) -> int:
        """Keeps the commitments of a YAML file; how many. One that is known is replaced. Raises
        InvalidInput, naming line and field, and then takes none."""
        found = read_commitments(path)
        self.store.put(found, path.name, at)
        return len(found)

    def states(self, now: datetime) -> list[CommitmentState]:
        """Every commitment as of `now`, by id."""
        return [self.of(commitment, now) for commitment in self.store.all()]

    def state(self, commitment_id: str, now: datetime) -> CommitmentState:
        """One commitment as of `now`. Raises NotFound."""
        every = self.store.all()
        for commitment in every:
            if commitment.id == commitment_id:
                return self.of(commitment, now)
        known = ", ".join(commitment.id for commitment in every) or "none"
        raise NotFound(f"there is no commitment '{commitment_id}'; known: {known}", target="id")

    def of(self, commitment: Commitment, now: datetime) -> CommitmentState:
        """A commitment, which need not be kept, as of `now`."""
        charged = Derived(_charged(commitment), self.ledger.snapshot().files)
        kinds = [
            facts | {"counts": commitment.counts(facts)}
            for facts in self.engine.execute(query(_KINDS), {"charged": charged}).to_pylist()
        ]
        relations = {"charged": charged, "kinds": pa.Table.from_pylist(kinds, _KIND)}
        rows = self.engine.execute(query(_BY_DAY), relations).to_pylist()
        uses = [
            Use(r["day"].replace(tzinfo=UTC), r["counts"], r["cost"], r["recurrence"]) for r in rows
        ]
        without = sum(row["missing"] for row in rows)
        return CommitmentState(commitment, burn_down(commitment, uses, now), without)


def _charged(commitment: Commitment) -> exp.Select:
    """The charges of the accounts within the term, with the facts that rules ask for."""
    statement = template(
        _CHARGED,
        currency=literal(commitment.currency),
        start=instant(commitment.start),
        end=instant(commitment.end),
    )
    assert isinstance(statement, exp.Select)
    return statement.where(in_list(column("BillingAccountId"), commitment.billing_accounts))
