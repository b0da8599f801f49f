"""Reservations of provisioned throughput (billing-rules 19): units bought for a term.

A reservation is a discount on bills, bound to no deployment: in each hour it covers units of
deployments of its kind and region inside its applied scope.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from costplane.catalog.checks import checked, id_text, in_utc, segment_text
from costplane.core.period import months_later
from costplane.core.scope import Scope, ScopeKind, parse_scope
from costplane.errors import InvalidInput

Term = Literal["P1M", "P1Y", "P3Y"]
BillingPlan = Literal["Upfront", "Monthly"]
ReservedScope = Literal["Global", "DataZone", "Regional"]

TERM_MONTHS: dict[Term, int] = {"P1M": 1, "P1Y": 12, "P3Y": 36}
BILLING_PLANS: tuple[BillingPlan, ...] = ("Upfront", "Monthly")
RESERVED_SCOPES: tuple[ReservedScope, ...] = ("Global", "DataZone", "Regional")
PROVISIONED_SCOPES: dict[str, ReservedScope] = {
    "globalprovisionedmanaged": "Global",
    "datazoneprovisionedmanaged": "DataZone",
    "provisionedmanaged": "Regional",
}
"""Azure SKU name of a provisioned deployment, in lower case: the scope of its meters."""
PROVISIONED_SKUS: dict[ReservedScope, str] = {
    "Global": "GlobalProvisionedManaged",
    "DataZone": "DataZoneProvisionedManaged",
    "Regional": "ProvisionedManaged",
}
"""The same SKU names by scope, as Azure spells them."""

_WIDTHS: dict[ScopeKind, int] = {"ResourceGroup": 0, "Subscription": 1, "ManagementGroup": 2}
_MOST_UNITS = 10**9


@dataclass(frozen=True, slots=True)
class Reservation:
    """`units` of provisioned throughput of one deployment scope and region, for a term.

    `applied_scope` is the id of a resource group, subscription or management group whose
    deployments it covers; None is shared: all of its billing account, or of the payer's profile.
    `billing_subscription` is charged for it. `price` is what the whole term costs for all units,
    in `currency`; None: what the price book says at its start. It holds from `valid_from` up to,
    not including, `valid_to`: the end of the term, or an earlier day on which it was given back.
    """

    id: str
    order_id: str
    name: str
    deployment_scope: ReservedScope
    region: str
    units: int
    term: Term
    billing_plan: BillingPlan
    valid_from: datetime
    valid_to: datetime
    billing_account_id: str
    billing_subscription: str | None = None
    applied_scope: str | None = None
    price: Decimal | None = None
    currency: str | None = None

    def __post_init__(self) -> None:
        segment_text(self, "id", "order_id", "billing_account_id", "billing_subscription")
        id_text(self, "region")
        checked(self, "name", "currency")
        _one_of("deployment_scope", self.deployment_scope, RESERVED_SCOPES)
        _one_of("term", self.term, tuple(TERM_MONTHS))
        _one_of("billing_plan", self.billing_plan, BILLING_PLANS)
        self._check_amounts()
        in_utc("valid_from", self.valid_from)
        in_utc("valid_to", self.valid_to)
        if self.valid_to <= self.valid_from:
            raise _invalid("valid_to", f"{self.valid_to}; give an instant after its start")
        if self.applied_scope is not None:
            object.__setattr__(self, "applied_scope", _applied(self.applied_scope).id)

    def _check_amounts(self) -> None:
        if not 0 < self.units <= _MOST_UNITS:
            raise _invalid("units", f"{self.units}; give a whole number from 1 to {_MOST_UNITS:,}")
        if (self.price is None) != (self.currency is None):
            raise _invalid("currency", "only half told; give price and currency, or neither")
        if self.price is not None and not (self.price.is_finite() and self.price >= 0):
            raise _invalid("price", f"{self.price}; give an amount of zero or more")

    @property
    def resource_id(self) -> str:
        """Its ARM id, lower case: the resource of its own charges (FOCUS CommitmentDiscountId)."""
        return (
            f"/providers/microsoft.capacity/reservationorders/{self.order_id}"
            f"/reservations/{self.id}"
        )

    @property
    def payer(self) -> str:
        """The scope that pays for it, whose readers may see it: it stands in no other."""
        if self.billing_subscription is not None:
            return f"/subscriptions/{self.billing_subscription}"
        return f"/providers/microsoft.billing/billingaccounts/{self.billing_account_id}"

    @property
    def term_end(self) -> datetime:
        """The end of the term that was bought, also of a reservation that was given back."""
        return months_later(self.valid_from, TERM_MONTHS[self.term])

    @property
    def given_back(self) -> bool:
        """Whether it ended on a day before its term does: Azure's lists tell some ends by the
        day alone."""
        return self.valid_to.date() < self.term_end.date()

    @property
    def ends(self) -> datetime:
        """The end of what it covers."""
        return self.valid_to if self.given_back else self.term_end

    @property
    def width(self) -> int:
        """How wide its applied scope is: of two, the narrower one covers first."""
        return 3 if self.applied_scope is None else _WIDTHS[parse_scope(self.applied_scope).kind]


def _applied(text: str) -> Scope:
    scope = parse_scope(text)
    if scope.kind not in _WIDTHS:
        raise _invalid(
            "applied_scope",
            f"'{text}'; give a resource group, subscription or management group, or none if shared",
        )
    return scope


def _one_of(field: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise _invalid(field, f"{value!r}; use one of {', '.join(allowed)}")


def _invalid(field: str, fault: str) -> InvalidInput:
    return InvalidInput(f"Reservation.{field} is {fault}", target=field)
