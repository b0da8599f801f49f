"""What a scope means: which subscriptions, group or resource it holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from costplane.catalog.agreement import (
    BILLING_ACCOUNTS,
    AgreementPart,
    BillingProfile,
    Customer,
    Department,
    EnrollmentAccount,
    InvoiceSection,
)
from costplane.catalog.billing_place import BillingPlaces
from costplane.catalog.model import (
    BillingAccount,
    ManagementGroup,
    ResourceGroup,
    Subscription,
    subscription_of,
)
from costplane.core.scope import Scope, ScopeKind, named_parent
from costplane.errors import NotFound

_CODES: dict[ScopeKind, str] = {
    "Subscription": "SubscriptionNotFound",
    "ResourceGroup": "ResourceGroupNotFound",
    "Resource": "ResourceNotFound",
}


@dataclass(frozen=True, slots=True)
class ScopeSelection:
    """A scope as a filter: what matches every part that is not None. All ids are lower case.

    A resource covers its own charges alone, not those of resources below it.
    """

    subscriptions: frozenset[str] | None = None
    resource_group: str | None = None
    resource_id: str | None = None


EVERYTHING = ScopeSelection()


@dataclass(frozen=True, slots=True)
class ScopeNode:
    """One scope to choose from. `parents` are scope ids, the billing hierarchy first."""

    id: str
    name: str
    kind: ScopeKind
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """All billing accounts with their levels, management groups and subscriptions."""

    billing_accounts: tuple[BillingAccount, ...] = ()
    management_groups: tuple[ManagementGroup, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    departments: tuple[Department, ...] = ()
    enrollment_accounts: tuple[EnrollmentAccount, ...] = ()
    billing_profiles: tuple[BillingProfile, ...] = ()
    invoice_sections: tuple[InvoiceSection, ...] = ()
    customers: tuple[Customer, ...] = ()

    def select(self, scope: Scope) -> ScopeSelection:
        """The filter that `scope` means. Raises NotFound if this hierarchy does not know it.

        Whether a resource group or resource exists is not known here.
        """
        if scope.kind == "All":
            return EVERYTHING
        subscriptions = self._subscriptions_of(scope, self._full_id(scope))
        if subscriptions is None:
            raise unknown(scope, (node.id for node in self.nodes()))
        resource_id = scope.id if scope.kind == "Resource" else None
        return ScopeSelection(subscriptions, dict(scope.parts).get("group"), resource_id)

    def currency_of(self, scope: Scope) -> str:
        """What a scope is billed in now; USD where its subscriptions have several currencies, or
        none. Raises NotFound if this hierarchy does not know it."""
        held, places = self.select(scope).subscriptions, self.places()
        billed = [places.of(one) for one in self.subscriptions if held is None or one.id in held]
        found = {payer.currency for place in billed if (payer := place.profile or place.account)}
        return next(iter(found)) if len(found) == 1 else "USD"

    def nodes(self, groups: Iterable[ResourceGroup] = ()) -> list[ScopeNode]:
        """Every scope to choose from; `groups` are the resource groups to show."""
        return [
            *(_account_node(account) for account in self.billing_accounts),
            *map(_part_node, self.agreement_parts),
            *(self._folder_node(folder) for folder in self.management_groups),
            *(self._subscription_node(subscription) for subscription in self.subscriptions),
            *(_group_node(group) for group in groups),
        ]

    @property
    def agreement_parts(self) -> tuple[AgreementPart, ...]:
        """Every level between billing accounts and subscriptions, the wider ones first."""
        enterprise: tuple[AgreementPart, ...] = (*self.departments, *self.enrollment_accounts)
        return (*enterprise, *self.billing_profiles, *self.invoice_sections, *self.customers)

    def places(self) -> BillingPlaces:
        """Where in its agreement each subscription is billed."""
        return BillingPlaces(
            self.billing_accounts,
            self.departments,
            self.enrollment_accounts,
            self.billing_profiles,
            self.invoice_sections,
            self.customers,
        )

    def _full_id(self, scope: Scope) -> str:
        """The scope's id; an invoice section may be named without its profile."""
        full = {section.short_scope_id: section.scope_id for section in self.invoice_sections}
        return full.get(scope.id, scope.id)

    def _subscriptions_of(self, scope: Scope, scope_id: str) -> frozenset[str] | None:
        """Ids of the subscriptions in `scope`; None if the scope is not here."""
        if scope.kind in ("ResourceGroup", "Resource"):
            found = {s.id for s in self.subscriptions if s.id == subscription_of(scope)}
            return frozenset(found) or None
        if all(scope_id != node.id for node in self.nodes()):
            return None
        below, places = self._folders_below(scope_id), self.places()
        return frozenset(
            s.id
            for s in self.subscriptions
            if s.scope_id == scope_id
            or scope_id in places.of(s).scope_ids
            or s.management_group_id in below
        )

    def _folders_below(self, scope_id: str) -> frozenset[str]:
        """Ids of the management group at `scope_id` and of all groups in it."""
        below = {folder.id for folder in self.management_groups if folder.scope_id == scope_id}
        size = -1
        while size != len(below):
            size = len(below)
            below |= {folder.id for folder in self.management_groups if folder.parent in below}
        return frozenset(below)

    def _folder_scope(self, folder_id: str | None) -> str | None:
        folders = {folder.id: folder.scope_id for folder in self.management_groups}
        return folders.get(folder_id or "")

    def _folder_node(self, folder: ManagementGroup) -> ScopeNode:
        parents = _known(self._folder_scope(folder.parent))
        return ScopeNode(folder.scope_id, folder.name, "ManagementGroup", parents)

    def _subscription_node(self, subscription: Subscription) -> ScopeNode:
        kind: ScopeKind = (
            "ExternalSubscription" if subscription.kind == "External" else "Subscription"
        )
        billing = self.places().of(subscription).nearest
        parents = _known(*billing, self._folder_scope(subscription.management_group_id))
        return ScopeNode(subscription.scope_id, subscription.name, kind, parents)


def unknown(scope: Scope, known: Iterable[str]) -> NotFound:
    """The error for a scope that the catalog does not know; it names near ones.

    They are the scope that the id itself names and those below it: whoever may ask for `scope`
    may see these, and maybe no others.
    """
    parent = named_parent(scope)
    within = [n for n in known if n == parent or n.startswith(parent.rstrip("/") + "/")]
    near = get_close_matches(scope.id, within, n=3, cutoff=0.5)
    advice = f"did you mean {' or '.join(near)}?" if near else "'/' is all that you may see"
    return NotFound(
        f"the catalog knows no scope '{scope.id}'; {advice}",
        target="scope",
        code=_CODES.get(scope.kind),
    )


def _known(*parents: str | None) -> tuple[str, ...]:
    return tuple(parent for parent in parents if parent is not None)


def _account_node(account: BillingAccount) -> ScopeNode:
    external = account.agreement_type == "External"
    kind: ScopeKind = "ExternalBillingAccount" if external else "BillingAccount"
    return ScopeNode(account.scope_id, account.name, kind)


def _part_node(part: AgreementPart) -> ScopeNode:
    kind: ScopeKind = type(part).__name__  # type: ignore[assignment]  # kinds are named as values
    return ScopeNode(part.scope_id, part.name, kind, (_over(part),))


def _over(part: AgreementPart) -> str:
    """The scope that a level of an agreement stands in."""
    account = f"{BILLING_ACCOUNTS}/{part.billing_account_id}"
    if isinstance(part, InvoiceSection | Customer):
        return f"{account}/billingprofiles/{part.billing_profile_id}"
    if isinstance(part, EnrollmentAccount) and part.department_id:
        return f"{account}/departments/{part.department_id}"
    return account


def _group_node(group: ResourceGroup) -> ScopeNode:
    parent = f"/subscriptions/{group.subscription_id}"
    return ScopeNode(group.id, group.name, "ResourceGroup", (parent,))
