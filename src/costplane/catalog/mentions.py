"""What usage tells of the estate: the entries that it makes in the catalog, unconfirmed."""

from __future__ import annotations

from dataclasses import dataclass

from costplane.catalog.checks import is_storable
from costplane.catalog.model import (
    Deployment,
    Resource,
    ResourceGroup,
    Subscription,
    resource_scope,
)
from costplane.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Mention:
    """What usage tells of a resource and, where it names one, of a deployment on it.

    `organisation` is the external billing account that the usage names.
    """

    resource_id: str
    deployment: str | None = None
    model: str | None = None
    model_version: str | None = None
    deployment_type: str | None = None
    region: str | None = None
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class MentionedEntries:
    """The entries that a mention stands for, all unconfirmed, and the organisation it named."""

    subscription: Subscription
    resource_group: ResourceGroup | None
    resource: Resource
    deployment: Deployment | None
    organisation: str | None


def entries(mention: Mention) -> MentionedEntries | None:
    """The entries for a mention; None if no resource could have such an id.

    A deployment whose name no entry could have is left out.
    """
    try:
        scope = resource_scope(mention.resource_id)
        resource = Resource(
            scope.id, scope.id.rpartition("/")[2], _fact(mention.region), confirmed=False
        )
        return MentionedEntries(
            *parents(resource), resource, _deployment(mention), _lower(mention.organisation)
        )
    except InvalidInput:
        return None


def parents(resource: Resource) -> tuple[Subscription, ResourceGroup | None]:
    """The subscription and the group that a resource's id names, unconfirmed."""
    subscription = resource.subscription_id
    if resource.resource_group is None:
        return Subscription(subscription, subscription, "External", confirmed=False), None
    group = ResourceGroup(subscription, resource.resource_group, confirmed=False)
    return Subscription(subscription, subscription, confirmed=False), group


def _deployment(mention: Mention) -> Deployment | None:
    if mention.deployment is None:
        return None
    try:
        return Deployment(
            mention.resource_id,
            mention.deployment,
            _fact(mention.model),
            _fact(mention.model_version),
            _fact(mention.deployment_type),
            confirmed=False,
        )
    except InvalidInput:
        return None


def _fact(text: str | None) -> str | None:
    """A fact beside the ids; one that cannot be stored is unknown."""
    return text if text and text.strip() and is_storable(text) else None


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()
