"""What the rest of the product asks of the catalog; `store/` implements it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Protocol

from costplane.catalog.agreement import (
    BillingProfile,
    Customer,
    Department,
    EnrollmentAccount,
    InvoiceSection,
)
from costplane.catalog.mentions import Mention
from costplane.catalog.model import (
    BillingAccount,
    Deployment,
    ManagementGroup,
    Resource,
    ResourceGroup,
    Subscription,
)
from costplane.catalog.reservations import Reservation
from costplane.catalog.scopes import EVERYTHING, Hierarchy, ScopeNode, ScopeSelection
from costplane.catalog.tags import TagInterval
from costplane.core.scope import Scope


class CatalogReader(Protocol):
    """Reads of the catalog. Ids are given in lower case, as the values keep them."""

    def hierarchy(self) -> Hierarchy:
        """All billing accounts with their levels, management groups and subscriptions, in the
        order of their ids."""
        ...

    def scopes(self) -> list[ScopeNode]:
        """Every scope to choose from, down to resource groups, each with its parents."""
        ...

    def select(self, scope: Scope) -> ScopeSelection:
        """The filter that `scope` means. Raises NotFound, naming near scopes, if unknown."""
        ...

    def resource_groups(self, within: ScopeSelection = EVERYTHING) -> list[ResourceGroup]:
        """The resource groups that a selection holds."""
        ...

    def resources(self, within: ScopeSelection = EVERYTHING) -> list[Resource]:
        """The resources that a selection holds."""
        ...

    def resource(self, resource_id: str) -> Resource | None:
        """One resource; None if nobody has put or used it."""
        ...

    def deployments(self, resource_ids: Collection[str] | None = None) -> list[Deployment]:
        """The history of deployments, of some resources or of all, by resource, name and start.

        Entries of one deployment do not overlap: each ends where the next begins at the latest.
        """
        ...

    def reservations(self) -> list[Reservation]:
        """All reservations of provisioned throughput, by start and id."""
        ...

    def tags_at(
        self, scope_ids: Collection[str], instant: datetime
    ) -> dict[str, Mapping[str, str]]:
        """Each scope's own tags at `instant`; a scope without any is not in the answer."""
        ...

    def tag_history(self, scope_ids: Collection[str] | None = None) -> list[TagInterval]:
        """The tags of some scopes or of all over time, by scope and start, without overlap."""
        ...

    def tag_preferences(self) -> dict[str, bool]:
        """The scopes that have a setting of tag inheritance, by id, and whether in each the
        container's value counts before the resource's."""
        ...


class CatalogWriter(CatalogReader, Protocol):
    """Writes of the catalog. Putting the same again changes nothing.

    What is put stands as given, in place of what usage had mentioned. InvalidInput is raised
    for a parent (billing account or level of it, management group) that is not known;
    subscriptions and groups over a resource are added as unconfirmed.
    """

    def put_billing_account(self, *accounts: BillingAccount) -> None:
        """Add or replace billing accounts."""
        ...

    def put_department(self, *departments: Department) -> None:
        """Add or replace departments. InvalidInput unless theirs is an Enterprise Agreement."""
        ...

    def put_enrollment_account(self, *accounts: EnrollmentAccount) -> None:
        """Add or replace enrollment accounts. InvalidInput as for departments."""
        ...

    def put_billing_profile(self, *profiles: BillingProfile) -> None:
        """Add or replace billing profiles. InvalidInput unless theirs is a Microsoft Customer
        Agreement."""
        ...

    def put_invoice_section(self, *sections: InvoiceSection) -> None:
        """Add or replace invoice sections. InvalidInput as for billing profiles."""
        ...

    def put_customer(self, *customers: Customer) -> None:
        """Add or replace customers. InvalidInput as for billing profiles."""
        ...

    def put_management_group(self, *groups: ManagementGroup) -> None:
        """Add or replace management groups; parents may come in the same call.

        Raises InvalidInput for groups that would stand under themselves.
        """
        ...

    def put_subscription(self, *subscriptions: Subscription) -> None:
        """Add or replace subscriptions."""
        ...

    def put_resource_group(self, *groups: ResourceGroup) -> None:
        """Add or replace resource groups."""
        ...

    def put_resource(self, *resources: Resource) -> None:
        """Add or replace resources."""
        ...

    def put_deployment(self, *deployments: Deployment) -> None:
        """Add entries to the history of deployments; one with the same start is replaced.

        An entry that says again what holds at its start is no change to readers; yet it stands
        where an entry before it is corrected later. An end also ends what repeats its entry.
        """
        ...

    def put_reservation(self, *reservations: Reservation) -> None:
        """Add or replace reservations."""
        ...

    def put_tags(self, scope_id: str, tags: Mapping[str, str], valid_from: datetime) -> None:
        """Set all tags of a resource, group or subscription from an instant on.

        The set before ends there, the next later one still begins when it did, be it the same.
        No tags is a set too. Raises InvalidInput if two keys differ in case alone.
        """
        ...

    def mention(self, mentions: Iterable[Mention]) -> None:
        """Add what usage tells of and the catalog lacks, as unconfirmed.

        An external project comes under its organisation if that is known, else under the
        billing account UNASSIGNED, until its organisation is put and it is mentioned again.
        A resource or deployment that no entry of the catalog could hold is left out.
        """
        ...
