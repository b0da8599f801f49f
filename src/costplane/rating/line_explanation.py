"""A line's price and arithmetic as values: what an event's use of one quantity costs, and why.

They are what the API answers and the command line prints. Amounts are decimals of their
currency; `exact` and `rounding` are texts, a decimal, or a fraction such as 2/3 where a decimal
has no end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from costplane.rating.explain_terms import AdjustmentExplanation


@dataclass(frozen=True, slots=True)
class PriceExplanation:
    """A price row, what it prices, and where it stands.

    `price` is for `block_size` units of `unit`. `quantity` is the token type whose price it is,
    `provider` who serves the model; only Azure has a `deployment_scope`. `model_version`,
    `region` and `context_band` are null where the row holds for all. A long band begins above
    `context_threshold` prompt tokens, a tier at `tier_minimum` units of the billing month.
    `valid_to` is exclusive, null is open. `sheet_scope` is whose sheet it is (null: everybody's),
    `line` the line in `file`, whose SHA-256 is `sha256`. Where the publisher bills in units of its
    own, `price` is the product of the steps in `consumption`. `term` is that of a
    reservation, whose `price` is for one unit and the whole term.
    """

    id: str
    price: Decimal
    currency: str
    block_size: Decimal
    unit: str
    unit_of_measure: str
    quantity: str
    provider: str
    model: str
    model_version: str | None
    deployment_scope: str | None
    service_tier: str
    context_band: str | None
    context_threshold: int | None
    tier_minimum: Decimal
    meter: str
    meter_id: str
    product: str
    region: str | None
    publisher_type: str
    valid_from: datetime
    valid_to: datetime | None
    sheet: str
    sheet_kind: str
    sheet_scope: str | None
    sheet_version: int
    line: int
    file: str
    sha256: str
    imported_at: datetime
    consumption: ConsumptionExplanation | None = None
    term: str | None = None


@dataclass(frozen=True, slots=True)
class ConsumptionExplanation:
    """The steps of a price in a publisher's units: a block stands for `units`, of which one costs
    `unit_price` in the price's currency. The conversion stands in the price's own row, the unit's
    price in `line` of `file`; `step` says whose it is."""

    unit: str
    units: Decimal
    unit_price: Decimal
    step: str
    valid_from: datetime
    valid_to: datetime | None
    sheet: str
    sheet_version: int
    line: int
    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class TierPart:
    """The part of a line that stands in one tier of its meter (billing-rules 11).

    In the count of the billing month and account it goes from `since` up to `until` units; the
    tier holds from `minimum` blocks on. With volume tiers the month's `total` chose it, whatever
    the place. Exact amount, rounding and charge are those of the part.
    """

    minimum: Decimal
    tiering: str
    since: Decimal
    until: Decimal
    total: Decimal
    count: Decimal
    price: PriceExplanation
    exact: str
    rounding: str
    amount: Decimal
    charge: str
    posted: bool


@dataclass(frozen=True, slots=True)
class LineExplanation:
    """One line: an event's use of one quantity, and its amount.

    `steps` tell how the price row was chosen, fallbacks among them. `exact` is quantity / block
    x price x the factors of its `adjustments` (markups apart), `amount` the same rounded half-even
    to twelve places, `rounding` the difference. `pricing_amount` is before the exchange rate,
    `cross_charge` the amount with its markup. The list price stands beside where one is known in
    the same currency. Without a price these are null, and `reason` says why. `charge` is the
    address of the charge that has the line; it is not `posted` where the catalog has changed
    since and leads to another price, or where the posting is still under way.

    Where the meter has tiers, `tiers` are the parts of the line, in order: `exact` and `amount`
    are their sums, `price` and `charge` those of the first.
    """

    quantity: str
    label: str
    count: Decimal
    unit: str
    status: str
    reason: str | None
    price: PriceExplanation | None = None
    steps: tuple[str, ...] = ()
    exact: str | None = None
    rounding: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    list_price: PriceExplanation | None = None
    list_amount: Decimal | None = None
    charge: str | None = None
    posted: bool = False
    tiers: tuple[TierPart, ...] = ()
    adjustments: tuple[AdjustmentExplanation, ...] = ()
    pricing_amount: Decimal | None = None
    pricing_currency: str | None = None
    cross_charge: Decimal | None = None
