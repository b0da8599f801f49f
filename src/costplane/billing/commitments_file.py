"""Consumption commitments from a YAML file."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from costplane.billing.commitment import (
    CRITERIA,
    Commitment,
    Counting,
    EligibilityRule,
    Milestone,
)
from costplane.billing.text_rows import Row, read_rows
from costplane.errors import InvalidInput

FIELDS = (
    *("id", "name", "program", "billing_accounts", "amount", "currency", "start", "end"),
    *("milestones", "eligibility"),
)
"""What a commitment tells. `program` defaults to MACC, `name` to the id."""


def read_commitments(path: Path) -> list[Commitment]:
    """The commitments of a file. Raises InvalidInput, naming line and field."""
    found = [_commitment(row) for row in read_rows(path, "commitments")]
    ids = [commitment.id for commitment in found]
    for commitment_id in ids:
        if ids.count(commitment_id) > 1:
            raise InvalidInput(f"{path}: id: {commitment_id!r} stands twice", target="id")
    return found


def _commitment(row: Row) -> Commitment:
    row.only(FIELDS)
    milestones = tuple(_milestone(part) for part in row.rows("milestones"))
    eligibility = tuple(_rule(part) for part in row.rows("eligibility"))
    with row.placing():
        return Commitment(
            id=row.text("id"),
            name=row.text("name", row.text("id")),
            program=row.text("program", "MACC"),
            billing_accounts=tuple(name.lower() for name in row.texts("billing_accounts")),
            amount=row.amount("amount"),
            currency=row.text("currency").upper(),
            start=row.day("start"),
            end=row.day("end"),
            milestones=milestones,
            eligibility=eligibility,
        )


def _milestone(row: Row) -> Milestone:
    row.only(("date", "amount"))
    return Milestone(row.day("date"), row.amount("amount"))


def _rule(row: Row) -> EligibilityRule:
    row.only(("counts", "source", *CRITERIA))
    with row.placing():
        return EligibilityRule(
            counts=cast(Counting, row.text("counts")),
            source=row.text("source"),
            **{name: row.text(name, "") or None for name in CRITERIA},
        )
