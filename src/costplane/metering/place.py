"""Where a call was made: an Azure resource, or a project of an account outside Azure."""

from __future__ import annotations

from functools import lru_cache

import msgspec
from msgspec.structs import replace

from costplane.core.scope import parse_scope
from costplane.errors import InvalidScope, InvalidUsage
from costplane.metering.event import Account, UsageData

_EXTERNAL = "/providers/microsoft.costmanagement/externalsubscriptions/"


class Place(msgspec.Struct, frozen=True, gc=False):
    """The scope ids of a call, lower case, None where there is no such level; and what else
    an account tells."""

    resource_id: str
    subscription_id: str
    resource_group: str | None = None
    organisation: str | None = None
    provider: str | None = None
    api_key_id: str | None = None


def place_of(data: UsageData) -> Place:
    """The place that `data` names. With both, `resource_id` is the place, and the account
    only tells whose key was used.

    Raises InvalidUsage if it names none, or an id follows no known form.
    """
    account = data.account
    if data.resource_id:
        place = resource_place(data.resource_id)
        if account is None:
            return place
        return replace(place, provider=account.provider, api_key_id=account.api_key_id or None)
    if account is not None:
        return _external(account)
    raise InvalidUsage(
        "data.resource_id is missing; send it, or data.account for a call outside Azure",
        target="data.resource_id",
    )


@lru_cache(maxsize=65_536)
def resource_place(resource_id: str) -> Place:
    """The place of an Azure resource. Raises InvalidUsage if the id is none of a resource."""
    try:
        scope = parse_scope(resource_id)
    except InvalidScope:
        scope = None
    if scope is None or scope.kind != "Resource":
        raise InvalidUsage(
            f"data.resource_id '{resource_id[:200]}' is not the id of an Azure resource; write "
            "'/subscriptions/<id>/resourceGroups/<name>/providers/<namespace>/<type>/<name>'",
            target="data.resource_id",
        )
    return Place(scope.id, scope.part("subscription"), scope.part("group"))


@lru_cache(maxsize=65_536)
def _external(account: Account) -> Place:
    """A project is an external subscription; an organisation without projects is one too."""
    organisation = (account.organisation or "").strip().lower()
    project = (account.project or "").strip().lower() or organisation
    if not project:
        raise InvalidUsage(
            "data.account needs an organisation or a project", target="data.account.project"
        )
    try:
        scope = parse_scope(_EXTERNAL + project)
    except InvalidScope:
        raise InvalidUsage(
            f"data.account.project '{project[:200]}' cannot be part of an id; send it without '/'",
            target="data.account.project",
        ) from None
    key = account.api_key_id or None
    return Place(scope.id, project, None, organisation or None, account.provider, key)
