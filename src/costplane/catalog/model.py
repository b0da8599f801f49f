"""The values of the catalog: what usage belongs to, from billing account to deployment.

Ids compare without regard to case, so the values keep them in lower case; names for display
keep theirs. `confirmed` is False for what only usage has mentioned so far and nobody has put.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from costplane.catalog.checks import checked, id_text, in_utc, segment_text, within
from costplane.core.scope import Scope, parse_scope
from costplane.errors import InvalidInput, InvalidScope

AgreementType = Literal[
    "EnterpriseAgreement",
    "MicrosoftCustomerAgreement",
    "MicrosoftOnlineServicesProgram",
    "External",
]
"""Azure's words; MicrosoftOnlineServicesProgram is pay-as-you-go."""
SubscriptionKind = Literal["Azure", "External"]

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""Start of what has held as long as anybody knows."""

_EXTERNAL = "/providers/microsoft.costmanagement"


@dataclass(frozen=True, slots=True)
class BillingAccount:
    """Who pays: an agreement with Azure, or an organisation at another provider (External).

    `currency` is what it is billed in; the profiles of a Microsoft Customer Agreement
    (catalog/agreement.py) each have their own.
    """

    id: str
    name: str
    agreement_type: AgreementType
    currency: str

    def __post_init__(self) -> None:
        segment_text(self, "id")
        checked(self, "name", "currency")

    @property
    def scope_id(self) -> str:
        """Its scope in Azure's form."""
        if self.agreement_type == "External":
            return f"{_EXTERNAL}/externalbillingaccounts/{self.id}"
        return f"/providers/microsoft.billing/billingaccounts/{self.id}"


UNASSIGNED = BillingAccount("unassigned", "Unassigned", "External", "USD")
"""The visible node over external accounts that nobody has placed (interfaces.md)."""


@dataclass(frozen=True, slots=True)
class ManagementGroup:
    """A folder of subscriptions and of other management groups (`parent`)."""

    id: str
    name: str
    parent: str | None = None

    def __post_init__(self) -> None:
        segment_text(self, "id", "parent")
        checked(self, "name")

    @property
    def scope_id(self) -> str:
        """Its scope in Azure's form."""
        return f"/providers/microsoft.management/managementgroups/{self.id}"


@dataclass(frozen=True, slots=True)
class FormerPlace:
    """Where in the agreements a subscription stood before the instant `until`."""

    until: datetime
    billing_account_id: str | None = None
    enrollment_account_id: str | None = None
    invoice_section_id: str | None = None
    customer_id: str | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """An Azure subscription, or a project or workspace of another provider (External).

    In its billing account it stands in an enrollment account (Enterprise Agreement), in an
    invoice section or with a customer (Microsoft Customer Agreement), or directly.
    An external one without billing account stands under UNASSIGNED. `former` are the places
    that it had before, in their order.
    """

    id: str
    name: str
    kind: SubscriptionKind = "Azure"
    billing_account_id: str | None = None
    management_group_id: str | None = None
    confirmed: bool = True
    enrollment_account_id: str | None = None
    invoice_section_id: str | None = None
    customer_id: str | None = None
    former: tuple[FormerPlace, ...] = ()

    def __post_init__(self) -> None:
        segment_text(self, "id", "billing_account_id", "management_group_id")
        segment_text(self, "enrollment_account_id", "invoice_section_id", "customer_id")
        checked(self, "name")
        if self.kind == "External" and self.billing_account_id is None:
            object.__setattr__(self, "billing_account_id", UNASSIGNED.id)

    def at(self, instant: datetime) -> Subscription:
        """It where it stood at an instant."""
        place = next((one for one in self.former if instant < one.until), None)
        return self if place is None else replace(self, **_place(place))

    def moved(self, to: Subscription, since: datetime) -> Subscription:
        """`to`, where it stands from `since` on; what was known before that stays."""
        before = self.at(since - timedelta(microseconds=1))
        if _place(self.at(since)) == _place(to) == _place(self):
            return replace(to, former=self.former)
        earlier = tuple(one for one in self.former if one.until < since)
        return replace(to, former=(*earlier, FormerPlace(since, **_place(before))))

    @property
    def scope_id(self) -> str:
        """Its scope in Azure's form."""
        form = f"{_EXTERNAL}/externalsubscriptions" if self.kind == "External" else "/subscriptions"
        return f"{form}/{self.id}"


def _place(of: Subscription | FormerPlace) -> dict[str, Any]:
    names = ("billing_account_id", "enrollment_account_id", "invoice_section_id", "customer_id")
    return {name: getattr(of, name) for name in names}


@dataclass(frozen=True, slots=True)
class ResourceGroup:
    """A group of resources in a subscription. `name` keeps its case, `id` is lower case."""

    subscription_id: str
    name: str
    confirmed: bool = True

    def __post_init__(self) -> None:
        segment_text(self, "subscription_id")
        checked(self, "name")
        within(self, "name", 360)
        if "/" in self.name:
            raise InvalidInput(
                f"ResourceGroup.name is {self.name!r}; give the name alone", target="name"
            )

    @property
    def id(self) -> str:
        """Its scope id, lower case."""
        return f"/subscriptions/{self.subscription_id}/resourcegroups/{self.name.lower()}"


@dataclass(frozen=True, slots=True)
class Resource:
    """An AI account, a Marketplace entry, an external project: what charges are on.

    `id` is an ARM resource id or an external subscription's scope; subscription, group and type
    are read from it. `kind` and `sku` are Azure's words, such as OpenAI and S0.
    """

    id: str
    name: str
    location: str | None = None
    kind: str | None = None
    sku: str | None = None
    confirmed: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", resource_scope(self.id).id)
        id_text(self, "id", "location")
        within(self, "id", 2_000)
        checked(self, "name", "kind", "sku")

    @property
    def subscription_id(self) -> str:
        """The subscription that holds it."""
        return subscription_of(resource_scope(self.id))

    @property
    def resource_group(self) -> str | None:
        """Name of its group in lower case; None outside Azure."""
        return dict(resource_scope(self.id).parts).get("group")

    @property
    def type(self) -> str:
        """Its ARM type in lower case, such as microsoft.cognitiveservices/accounts."""
        provider, *pairs = self.id.rpartition("/providers/")[2].split("/")
        return "/".join([provider, *pairs[::2]])


@dataclass(frozen=True, slots=True)
class Deployment:
    """A model under a name on a resource, from `valid_from` up to, not including, `valid_to`.

    `deployment_type` is Azure's SKU name, `capacity` its units. None is unknown. A further
    entry of the same resource and name ends the one before it.
    """

    resource_id: str
    name: str
    model: str | None
    model_version: str | None = None
    deployment_type: str | None = None
    capacity: int | None = None
    valid_from: datetime = BEGINNING
    valid_to: datetime | None = None
    confirmed: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "resource_id", resource_scope(self.resource_id).id)
        id_text(self, "name", "model", "model_version")
        within(self, "name", 520)
        checked(self, "deployment_type")
        in_utc("valid_from", self.valid_from)
        in_utc("valid_to", self.valid_to)
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise InvalidInput(
                f"deployment '{self.name}' ends at {self.valid_to}, not after its start "
                f"{self.valid_from}; give a later valid_to or none",
                target="valid_to",
            )


def resource_scope(resource_id: str) -> Scope:
    """The scope that a resource's id is. Raises InvalidScope for any other text or scope."""
    scope = parse_scope(resource_id)
    if scope.kind in ("Resource", "ExternalSubscription"):
        return scope
    raise InvalidScope(
        f"'{resource_id}' is no resource; write '/subscriptions/<id>/resourceGroups/<name>/"
        "providers/<namespace>/<type>/<name>'",
        target="resource_id",
    )


def subscription_of(scope: Scope) -> str:
    """Id of the subscription that a scope inside one belongs to."""
    return scope.part("name" if scope.kind == "ExternalSubscription" else "subscription")


def lineage(resource_id: str) -> tuple[str, ...]:
    """Scope ids whose tags a resource can have, the nearest first: itself, group, subscription."""
    scope = resource_scope(resource_id)
    if scope.kind == "ExternalSubscription":
        return (scope.id,)
    subscription = f"/subscriptions/{scope.part('subscription')}"
    return scope.id, f"{subscription}/resourcegroups/{scope.part('group')}", subscription
