"""Which reservations a scope has bought: by order, by id, or by who pays for them."""

from __future__ import annotations

from costplane.catalog.billing_place import BillingPlace
from costplane.catalog.ports import CatalogReader
from costplane.catalog.reservations import Reservation
from costplane.catalog.scopes import Hierarchy
from costplane.core.scope import Scope
from costplane.errors import NotFound


def bought_reservations(catalog: CatalogReader, scope: Scope) -> list[Reservation]:
    """The reservations of an order, the one of an id, or those that a billing account or billing
    profile pays for. Raises NotFound for a scope that is not known."""
    every, parts = catalog.reservations(), dict(scope.parts)
    if scope.kind in ("ReservationOrder", "Reservation"):
        wanted = [one for one in every if one.order_id == parts["order"]]
        found = [one for one in wanted if parts.get("name") in (None, one.id)]
        if not found:
            raise NotFound(
                f"there is no reservation at '{scope.id}' that you may see", target="scope"
            )
        return found
    catalog.select(scope)
    hierarchy = catalog.hierarchy()
    own = [one for one in every if one.billing_account_id == parts["account"]]
    if scope.kind == "BillingAccount":
        return own
    return [one for one in own if _profile(one, hierarchy) == parts["name"]]


def _profile(one: Reservation, hierarchy: Hierarchy) -> str | None:
    """The billing profile that its charges stand on: that of the subscription which is charged,
    or of the account's first one where it names none."""
    own = [s for s in hierarchy.subscriptions if s.billing_account_id == one.billing_account_id]
    named = [s for s in own if s.id == one.billing_subscription]
    charged = (named or own)[:1] if one.billing_subscription is None else named
    place = hierarchy.places().of(charged[0]) if charged else BillingPlace()
    return place.profile.id if place.profile else None
