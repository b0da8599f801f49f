"""Why an event or a charge costs what it costs, as values (billing-rules 28).

They are what the API answers and the command line prints. Amounts are decimals of their
currency; `exact` and `rounding` are texts, a decimal, or a fraction such as 2/3 where a decimal
has no end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from costplane.rating.explain_terms import AdjustmentExplanation
from costplane.rating.line_explanation import LineExplanation, PriceExplanation


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of an event. `catalog` is what the deployment's catalog entry says for its time:
    what an event does not tell is filled in from there (billing-rules 9)."""

    name: str
    value: str
    catalog: str | None = None


@dataclass(frozen=True, slots=True)
class TagOrigin:
    """A tag and where it comes from: `event`, or the id of the resource, group or subscription.

    Null where the catalog no longer has it for that time; it stands as it was posted.
    """

    key: str
    value: str
    origin: str | None


@dataclass(frozen=True, slots=True)
class Total:
    """A sum of amounts in one currency."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """An event of another source about the same call: kept, never rated (billing-rules 2)."""

    source: str
    id: str
    time: datetime


@dataclass(frozen=True, slots=True)
class EventExplanation:
    """An event, its billing status with the rule that gave it, and its lines.

    `totals` has one sum for each currency; the lines `without_price` (billing status Unpriced)
    are in none. `price_version` is the newest price sheet known when it was rated. `evidence`
    are events about the same call, in whose place this one counts.
    """

    source: str
    id: str
    time: datetime
    received_at: datetime
    resource_id: str
    facts: tuple[Fact, ...]
    tags: tuple[TagOrigin, ...]
    billing_status: str
    rule: str
    price_version: int
    lines: tuple[LineExplanation, ...]
    totals: tuple[Total, ...]
    without_price: int
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class PostedRow:
    """A row of `charges` under a charge's address, as it was posted on the day `recorded`."""

    start: datetime
    end: datetime
    recorded: date
    charge_class: str | None
    count: Decimal
    events: int
    billed_cost: Decimal
    effective_cost: Decimal
    contracted_cost: Decimal
    list_cost: Decimal
    tags: tuple[TagOrigin, ...]


@dataclass(frozen=True, slots=True)
class EventBehind:
    """An event behind a charge, with its quantity and its line's amount."""

    source: str
    id: str
    time: datetime
    count: Decimal
    exact: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class EventsBehind:
    """The events behind a charge, by time: `shown` after `skipped` ones, of `events` in all.

    The amounts shown and `amount_of_others` sum to the charge's `amount`.
    """

    events: int
    skipped: int
    shown: tuple[EventBehind, ...]
    amount_of_others: Decimal

    @property
    def others(self) -> int:
        """How many are not shown."""
        return self.events - len(self.shown)


@dataclass(frozen=True, slots=True)
class ChargeExplanation:
    """A charge: an hour of a series' use of one quantity at one price row, and its arithmetic.

    `count` / block x price x the factors of the `adjustments` (markups apart) is `exact`; `amount`
    sums the lines of the events behind, rounded one by one where `rounded_each`, else it is exact.
    `billed_cost`, `list_cost` and `cross_charge` sum the rows that were posted. `unexplained` is
    billed less `amount`: zero, unless the catalog or the usage has changed since, or events wait
    for their posting. `price` is null where no event leads to that price row any more.
    `working` is the arithmetic of capacity that no caller made, step by step: there `exact` is
    what it ends in, not `count` x price, and no events are behind it.
    """

    address: str
    start: datetime
    end: datetime
    resource_id: str
    billing_account_id: str
    service: str
    meter: str | None
    facts: tuple[Fact, ...]
    quantity: str
    label: str
    count: Decimal
    unit: str
    price: PriceExplanation | None
    steps: tuple[str, ...]
    list_price: PriceExplanation | None
    exact: str
    rounded_each: bool
    rounding: str
    amount: Decimal
    currency: str
    billed_cost: Decimal
    list_cost: Decimal
    unexplained: Decimal
    rows: tuple[PostedRow, ...]
    behind: EventsBehind
    adjustments: tuple[AdjustmentExplanation, ...] = ()
    cross_charge: Decimal | None = None
    working: tuple[str, ...] = ()
