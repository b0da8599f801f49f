"""`reservationSummaries` and `reservationDetails`: how much of reservations of provisioned
throughput was used, and by what (contract.md section 12).

Hours are unit-hours: a reservation of 20 units reserves 480 a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

from starlette.responses import Response

from costplane.access.roles import READER
from costplane.app.access.visible import check_known
from costplane.app.consumption.benefit_use import BenefitUse, Grain, InstanceUse
from costplane.app.consumption.bought_reservations import bought_reservations
from costplane.catalog.reservations import PROVISIONED_SKUS, Reservation
from costplane.core.money import EXACT, half_even, total
from costplane.core.period import DAY, Period
from costplane.core.scope import BENEFITS, ScopeKind, parse_scope
from costplane.errors import InvalidInput
from costplane.http.azure.protocol.conditions import conditions
from costplane.http.azure.protocol.operation import (
    ACCOUNT,
    CONSUMPTION,
    PROFILE,
    READ,
    Call,
    Operation,
)
from costplane.http.azure.protocol.pages import paged
from costplane.http.azure.protocol.shapes import etag_of, resource

SUMMARIES = "Microsoft.Consumption/reservationSummaries"
DETAILS = "Microsoft.Consumption/reservationDetails"
ORDER: frozenset[ScopeKind] = frozenset({"ReservationOrder"})
RESERVATION: frozenset[ScopeKind] = frozenset({"Reservation"})
_GRAINS: Mapping[str, Grain] = {"daily": "day", "monthly": "month"}


def summaries(call: Call) -> Response:
    """GET: what was used of each reservation, by day or month."""
    grain = grain_of(call, "grain")
    asked = conditions(call, days=("usagedate",)).period
    if grain == "day" and asked is None:
        raise InvalidInput(
            "Daily summaries need their days: $filter=properties/usageDate ge 2026-10-01 and "
            "properties/usageDate le 2026-10-31, or startDate and endDate",
            target="$filter",
        )
    found = reservations_of(call)
    uses = call.services.workspace.consumption.benefits.by(grain, days_of(grain, asked), set(found))
    shown = [use for use in uses if asked is None or use.start in asked]
    return paged(call, [_summary(call, found[use.benefit], use) for use in shown])


def details(call: Call) -> Response:
    """GET: what used each reservation, by day and deployment."""
    asked = conditions(call, days=("usagedate",)).period
    if asked is None:
        raise InvalidInput(
            "Details need their days: $filter=properties/usageDate ge 2026-10-01 and "
            "properties/usageDate le 2026-10-31, or startDate and endDate",
            target="$filter",
        )
    found, read = reservations_of(call), call.services.workspace.consumption.benefits
    reserved = {(use.benefit, use.start): use for use in read.by("day", asked, set(found))}
    seen = visible_instances(call, read.instances(asked, set(found)))
    items = [
        _detail(call, found[one.benefit], one, reserved[one.benefit, one.start].reserved)
        for one in seen
    ]
    return paged(call, items)


def reservations_of(call: Call) -> dict[str, Reservation]:
    """The reservations that a call asks for, by their ids as charges have them."""
    if call.scope.kind not in BENEFITS:
        check_known(call.services.workspace.catalog, call.scope, call.visible)
    order, own = call.options.get("reservationorderid"), call.options.get("reservationid")
    if own and not order:
        raise InvalidInput(
            "reservationId needs its reservationOrderId; give both", target="reservationOrderId"
        )
    found = bought_reservations(call.services.workspace.catalog, call.scope)
    return {
        one.resource_id: one
        for one in found
        if (not order or one.order_id == order.lower()) and (not own or one.id == own.lower())
    }


def grain_of(call: Call, name: str) -> Grain:
    """The parameter `name` as a grain. Raises InvalidInput unless it is daily or monthly."""
    told = call.options.get(name.lower(), "")
    grain = _GRAINS.get(told.strip().lower())
    if grain is None:
        raise InvalidInput(f"{name} is '{told[:40]}'; write daily or monthly", target=name)
    return grain


def days_of(grain: Grain, asked: Period | None) -> Period | None:
    """The days to read: of a month that begins among those asked for, all."""
    if asked is None or grain == "day":
        return asked
    return Period(asked.start, asked.end + 31 * DAY)


def percent(share: Fraction) -> Decimal:
    """A share in percent, to two places, half-even."""
    return Decimal(half_even(share.numerator * 10_000, share.denominator)).scaleb(-2)


def visible_instances(call: Call, found: Iterable[InstanceUse]) -> list[InstanceUse]:
    """`found`, in which all that the caller may not see is one nameless instance a day."""
    sees: dict[str, bool] = {}
    hidden: dict[tuple[str, datetime], list[Decimal]] = {}
    shown = []
    for one in found:
        place = one.resource or ""
        if place not in sees:
            sees[place] = call.principal.holds(READER, parse_scope(place))
        if sees[place]:
            shown.append(one)
        else:
            hidden.setdefault((one.benefit, one.start), []).append(one.used)
    shown += [InstanceUse(b, day, None, None, total(used)) for (b, day), used in hidden.items()]
    return sorted(shown, key=lambda one: (one.benefit, one.start, one.resource or "~"))


def _summary(call: Call, reservation: Reservation, use: BenefitUse) -> dict[str, object]:
    day = f"{use.start:%Y%m%d}"
    quantity = _rounded(Fraction(use.used) / use.hours)
    units = Decimal(reservation.units)
    properties = {
        **_identity(reservation),
        "usageDate": use.start.astimezone(UTC),
        "reservedHours": use.reserved,
        "usedHours": use.used,
        "minUtilizationPercentage": percent(use.least),
        "avgUtilizationPercentage": percent(use.share),
        "maxUtilizationPercentage": percent(use.most),
        "purchasedQuantity": units,
        "totalReservedQuantity": units,
        "usedQuantity": quantity,
        "remainingQuantity": EXACT.subtract(_rounded(Fraction(use.reserved) / use.hours), quantity),
        "utilizedPercentage": percent(use.share),
    }
    return _envelope(call, SUMMARIES, reservation, day, properties)


def _detail(
    call: Call, reservation: Reservation, one: InstanceUse, reserved: Decimal
) -> dict[str, object]:
    told = etag_of(one.resource, one.deployment).strip('"')[:8]
    properties = {
        **_identity(reservation),
        "usageDate": one.start.astimezone(UTC),
        "instanceId": one.resource,
        "deployment": one.deployment,
        "totalReservedQuantity": Decimal(reservation.units),
        "reservedHours": reserved,
        "usedHours": one.used,
        "instanceFlexibilityGroup": "NA",
        "instanceFlexibilityRatio": "1",
    }
    return _envelope(call, DETAILS, reservation, f"{one.start:%Y%m%d}-{told}", properties)


def _identity(reservation: Reservation) -> dict[str, object]:
    return {
        "reservationOrderId": reservation.order_id,
        "reservationId": reservation.id,
        "skuName": PROVISIONED_SKUS[reservation.deployment_scope],
        "kind": "Reservation",
    }


def _envelope(
    call: Call, type_: str, reservation: Reservation, told: str, properties: Mapping[str, object]
) -> dict[str, object]:
    name = f"{reservation.order_id}_{reservation.id}_{told}"
    if call.scope.kind in BENEFITS:
        id_ = f"{reservation.resource_id}/providers/{type_}/{told}"
    else:
        id_ = f"/{call.address}/providers/{type_}/{name}"
    return resource(id_, type_, properties, name=name, tags=None)


def _rounded(quantity: Fraction) -> Decimal:
    """To six places, half-even: a mean has no end of digits."""
    return Decimal(half_even(quantity.numerator * 10**6, quantity.denominator)).scaleb(-6)


_SUMMARIES = ("GET", CONSUMPTION, "reservationSummaries", READ, summaries)
_DETAILS = ("GET", CONSUMPTION, "reservationDetails", READ, details)

OPERATIONS: tuple[Operation, ...] = (
    Operation("reservations_summaries.list_by_reservation_order", *_SUMMARIES, ORDER),
    Operation(
        "reservations_summaries.list_by_reservation_order_and_reservation",
        *_SUMMARIES,
        RESERVATION,
    ),
    Operation("reservations_summaries.list", *_SUMMARIES, ACCOUNT | PROFILE),
    Operation("reservations_details.list_by_reservation_order", *_DETAILS, ORDER),
    Operation(
        "reservations_details.list_by_reservation_order_and_reservation", *_DETAILS, RESERVATION
    ),
    Operation("reservations_details.list", *_DETAILS, ACCOUNT | PROFILE),
)
