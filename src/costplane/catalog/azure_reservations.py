"""Reservations as Azure lists them: orders and reservations, put together by the order's id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import cast

from costplane.catalog.azure_items import Item, text, told_instant, whole
from costplane.catalog.reservations import (
    TERM_MONTHS,
    BillingPlan,
    Reservation,
    ReservedScope,
)
from costplane.core.period import months_later
from costplane.core.scope import parse_scope
from costplane.errors import InvalidInput

_ORDER = "/providers/microsoft.capacity/reservationorders/"


@dataclass(frozen=True, slots=True)
class ReservationParts:
    """What one item tells of a reservation; None is not told. `id` None: it is an order."""

    order_id: str
    id: str | None = None
    name: str | None = None
    deployment_scope: ReservedScope | None = None
    region: str | None = None
    units: int | None = None
    term: str | None = None
    billing_plan: str | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    billing_subscription: str | None = None
    applied_scope: str | None = None


def order_parts(item: Item) -> ReservationParts:
    """An item of `az reservations reservation-order list`."""
    facts = _properties(item)
    return ReservationParts(
        order_id=_last(text(item, "id")),
        name=facts.get("displayName"),
        term=facts.get("term"),
        billing_plan=facts.get("billingPlan"),
        valid_from=_start(facts),
        valid_to=_end(facts),
        billing_subscription=_subscription(facts.get("billingScopeId")),
    )


def reservation_parts(item: Item) -> ReservationParts | None:
    """An item of `az reservations reservation list`; None if it reserves something else than
    provisioned throughput."""
    facts, id_ = _properties(item), text(item, "id").lower()
    order, _, reservation = id_.partition(_ORDER)[2].partition("/reservations/")
    if not order or not reservation:
        raise InvalidInput(
            f"'{item['id']}' names no reservation; it is {_ORDER}<order>/reservations/<id>",
            target="id",
        )
    sku = item.get("sku")
    named = str(sku.get("name")) if isinstance(sku, dict) else ""
    scope = _deployment_scope(f"{named} {facts.get('skuDescription') or ''}")
    if scope is None:
        return None
    return ReservationParts(
        order_id=order,
        id=reservation,
        name=facts.get("displayName"),
        deployment_scope=scope,
        region=text(item, "location"),
        units=whole(facts, "quantity", "properties.quantity"),
        term=facts.get("term"),
        billing_plan=facts.get("billingPlan"),
        valid_from=_start(facts),
        valid_to=_end(facts),
        billing_subscription=_subscription(facts.get("billingScopeId")),
        applied_scope=_applied_scope(facts),
    )


def put_together(
    parts: Iterable[ReservationParts], known: Mapping[str, Reservation], accounts: Mapping[str, str]
) -> Iterator[Reservation | InvalidInput]:
    """The reservations that `parts` make, with what `known` ones by id already tell; an error
    in place of one that lacks a fact. `accounts` has the billing account of each subscription."""
    every = list(parts)
    orders = {part.order_id: part for part in every if part.id is None}
    for part in every:
        if part.id is None:
            continue
        order = orders.get(part.order_id)
        try:
            yield _reservation(_filled(part, order), known.get(part.id), accounts)
        except InvalidInput as error:
            yield error


def _filled(part: ReservationParts, order: ReservationParts | None) -> ReservationParts:
    """A reservation's own facts, then its order's."""
    if order is None:
        return part
    missing = {
        f.name: getattr(order, f.name)
        for f in fields(part)
        if getattr(part, f.name) is None and f.name not in ("id", "applied_scope")
    }
    return replace(part, **missing)


def _reservation(
    part: ReservationParts, known: Reservation | None, accounts: Mapping[str, str]
) -> Reservation:
    start = part.valid_from or (known.valid_from if known else None)
    term = part.term or (known.term if known else None)
    subscription = part.billing_subscription or (known.billing_subscription if known else None)
    account = accounts.get(subscription or "") or (known.billing_account_id if known else None)
    needed = {
        "start": start,
        "term": term,
        "billing scope": subscription,
        "billing account": account,
    }
    lacking = [name for name, value in needed.items() if value is None]
    if start is None or term is None or account is None or term not in TERM_MONTHS:
        raise InvalidInput(
            f"reservation '{part.id}' does not tell its {' and '.join(lacking) or 'term'}; import "
            "the order's list beside it, and the subscription that pays for it",
            target="properties",
        )
    plan = part.billing_plan or (known.billing_plan if known else "Upfront")
    return Reservation(
        id=part.id or "",
        order_id=part.order_id,
        name=part.name or part.id or "",
        deployment_scope=cast(ReservedScope, part.deployment_scope),
        region=part.region or "",
        units=part.units or 0,
        term=term,
        billing_plan=cast(BillingPlan, plan),
        valid_from=start,
        valid_to=part.valid_to or months_later(start, TERM_MONTHS[term]),
        billing_account_id=account,
        billing_subscription=subscription,
        applied_scope=part.applied_scope,
        price=known.price if known else None,
        currency=known.currency if known else None,
    )


def _properties(item: Item) -> Item:
    nested = item.get("properties")
    return nested if isinstance(nested, dict) else item


def _start(facts: Item) -> datetime | None:
    for name in ("benefitStartTime", "effectiveDateTime", "createdDateTime"):
        found = told_instant(facts, name, "properties.")
        if found is not None:
            return found
    return None


def _end(facts: Item) -> datetime | None:
    """The end of the term; of one that was given back, its cancellation, the last change of it."""
    if str(facts.get("provisioningState")).lower() == "cancelled":
        changed = told_instant(facts, "lastUpdatedDateTime", "properties.")
        ends = [end for end in (changed, _term_end(facts)) if end is not None]
        return min(ends, default=None)
    return _term_end(facts)


def _term_end(facts: Item) -> datetime | None:
    return told_instant(facts, "expiryDateTime", "properties.") or told_instant(
        facts, "expiryDate", "properties."
    )


def _subscription(scope: object) -> str | None:
    return _last(scope).lower() if isinstance(scope, str) and scope.strip("/") else None


def _deployment_scope(words: str) -> ReservedScope | None:
    """Global, DataZone or Regional, as SKU or description say (Azure's name for the regional
    kind has no scope in it); None for what is no provisioned throughput."""
    told = words.lower().replace(" ", "").replace("_", "")
    if "provisioned" not in told:
        return None
    if "global" in told:
        return "Global"
    return "DataZone" if "datazone" in told else "Regional"


def _applied_scope(facts: Item) -> str | None:
    """None for a shared reservation, else the one scope that it applies to."""
    kind = str(facts.get("appliedScopeType") or facts.get("userFriendlyAppliedScopeType") or "")
    if kind.lower() == "shared":
        return None
    told = facts.get("appliedScopeProperties")
    named = told if isinstance(told, dict) else {}
    ids = [named.get(key) for key in ("resourceGroupId", "subscriptionId", "managementGroupId")]
    scopes = [id_ for id_ in ids if id_] or list(facts.get("appliedScopes") or [])
    if len(scopes) != 1 or not isinstance(scopes[0], str):
        raise InvalidInput(
            f"properties.appliedScopes has {len(scopes)} scopes; a reservation that is not "
            "Shared has one",
            target="properties.appliedScopes",
        )
    return parse_scope(scopes[0]).id


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]
