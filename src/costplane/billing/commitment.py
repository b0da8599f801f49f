"""A consumption commitment: an amount to be used within a term, such as a MACC or a provider's
agreement. It is a ledger of its own beside prepayment (billing-rules 16).

What counts towards it is stated by somebody, with the source of the statement. What nobody has
stated is unknown: it is shown as such, and never derived from what prepayment may pay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, get_args

from costplane.errors import InvalidInput

Counting = Literal["yes", "no", "unknown"]
COUNTINGS: tuple[Counting, ...] = get_args(Counting)

CRITERIA: Mapping[str, str] = {
    "publisher_type": "x_PublisherType",
    "publisher": "ServiceProviderName",
    "offer": "x_SkuMeterSubcategory",
    "service": "ServiceName",
    "meter": "SkuMeter",
}
"""What a rule may ask of a charge, and the column that tells it."""


@dataclass(frozen=True, slots=True)
class EligibilityRule:
    """Whether charges count. Criteria that are None hold for all; `source` says who stated it:
    an address, a contract's paragraph."""

    counts: Counting
    source: str
    publisher_type: str | None = None
    publisher: str | None = None
    offer: str | None = None
    service: str | None = None
    meter: str | None = None

    def __post_init__(self) -> None:
        if self.counts not in COUNTINGS:
            raise _invalid("counts", f"is {self.counts!r}; write {', '.join(COUNTINGS)}")
        if not self.source.strip():
            raise _invalid("source", "is empty; say where it is stated")

    def matches(self, facts: Mapping[str, str]) -> bool:
        """Whether charges with these facts (keys of CRITERIA) are meant, whatever their case."""
        wanted = {name: getattr(self, name) for name in CRITERIA}
        return all(
            value is None or value.casefold() == facts[name].casefold()
            for name, value in wanted.items()
        )


@dataclass(frozen=True, slots=True)
class Milestone:
    """An amount to be reached before a day."""

    date: datetime
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Commitment:
    """A commitment of billing accounts: `amount` from the UTC day `start` up to, not including,
    `end`. Of the `eligibility` rules the first that matches a charge decides."""

    id: str
    name: str
    program: str
    billing_accounts: tuple[str, ...]
    amount: Decimal
    currency: str
    start: datetime
    end: datetime
    milestones: tuple[Milestone, ...] = ()
    eligibility: tuple[EligibilityRule, ...] = ()

    def __post_init__(self) -> None:
        if not self.billing_accounts:
            raise _invalid("billing_accounts", "is empty; name who has committed")
        if self.amount <= 0:
            raise _invalid("amount", f"is {self.amount}; a commitment has more than zero")
        if self.end <= self.start:
            raise _invalid("end", f"is {self.end:%F}, not after the start {self.start:%F}")
        days = [milestone.date for milestone in self.milestones]
        if days != sorted(set(days)) or any(not self.start < d <= self.end for d in days):
            raise _invalid("milestones", "have dates of the term, the earlier first")

    def counts(self, facts: Mapping[str, str]) -> Counting:
        """Whether charges with these facts count; unknown where no rule speaks of them."""
        for rule in self.eligibility:
            if rule.matches(facts):
                return rule.counts
        return "unknown"


def _invalid(field: str, fault: str) -> InvalidInput:
    return InvalidInput(f"{field} {fault}", target=field)
