"""What stands on every row of a kind of capacity line: who pays, the meter, the reservation.

FOCUS 1.4: hours that a reservation covers are Committed and Used, with nothing billed; unused
ones stand on the reservation; its payments are Purchases without effective cost.
"""

from __future__ import annotations

from typing import Any

from costplane.catalog.reservations import PROVISIONED_SCOPES, Reservation
from costplane.rating.capacity import CapacityLine, LineKind, Reserved
from costplane.rating.rates import Rate
from costplane.rating.templates import charge_template

CAPACITY = "Capacity"
"""x_ChargeBasis of rows that charge units and hours, not events."""
RESERVATION_TYPE = "microsoft.capacity/reservationorders/reservations"
OF_RESERVATION: tuple[LineKind, ...] = ("unused", "purchase", "refund")
"""Lines of a reservation itself."""
REFUND = ": refund"
"""How the description of a refund ends; those of payments end otherwise."""
_COMMITTED = "Committed"


def capacity_template(line: CapacityLine, rate: Rate) -> dict[str, Any]:
    """The constant columns of a priced line; `rate` has the facts and tags of its callers."""
    template = charge_template(rate) | {"x_ChargeBasis": CAPACITY, "x_Series": line.series}
    if line.reserved is None or line.kind not in OF_RESERVATION:
        described = f"{template['ChargeDescription']}, {_described(line)}"
        covered = _commitment(line.reserved, "Used") if line.reserved else {}
        return template | covered | {"ChargeDescription": described}
    return template | _of_reservation(line, line.reserved)


def _described(line: CapacityLine) -> str:
    """What share of the hour a row is."""
    if (line.rate.facts["deployment_type"] or "").lower() not in PROVISIONED_SCOPES:
        return "hosting"
    share = {
        "used": "share of its callers",
        "idle": "idle",
        "whole": "not split: the model's weights are not known",
    }[line.kind]
    return f"{share}, reserved" if line.reserved else share


def _commitment(reserved: Reserved, status: str | None) -> dict[str, Any]:
    one = reserved.reservation
    return {
        "CommitmentDiscountCategory": "Usage",
        "CommitmentDiscountId": one.resource_id,
        "CommitmentDiscountName": one.name,
        "CommitmentDiscountStatus": status,
        "CommitmentDiscountType": "Reservation",
        "CommitmentDiscountUnit": "Hours",
        "PricingCategory": _COMMITTED,
    }


def reservation_identity(reserved: Reserved) -> dict[str, Any]:
    """Where the rows of a reservation itself stand: on it, not on a resource of a group."""
    one = reserved.reservation
    named = {} if one.billing_subscription else {"SubAccountId": None, "SubAccountName": None}
    return named | {
        "BillingAccountId": one.billing_account_id,
        "ConsumedUnit": None,
        "ResourceId": one.resource_id,
        "ResourceName": one.name,
        "ResourceType": RESERVATION_TYPE,
        "x_ResourceGroupName": None,
        "x_TokenType": None,
    }


def _of_reservation(line: CapacityLine, reserved: Reserved) -> dict[str, Any]:
    """Rows of the reservation itself: hours that nothing used, payments, and their refund."""
    one = reserved.reservation
    common = _commitment(reserved, None) | reservation_identity(reserved)
    if line.kind == "unused":
        described = f"{one.name}: reserved hours that nothing used"
        return common | {"CommitmentDiscountStatus": "Unused", "ChargeDescription": described}
    bought = f"{one.name}: {_units(one)}"
    if line.kind == "refund":
        return common | _purchase("One-Time", f"{bought}, given back{REFUND}")
    if one.billing_plan == "Upfront":
        return common | _purchase("One-Time", f"{bought}, whole term")
    return common | _purchase("Recurring", f"{bought}, month")


def _purchase(frequency: str, described: str) -> dict[str, Any]:
    return {
        "ChargeCategory": "Purchase",
        "ChargeFrequency": frequency,
        "PricingCategory": "Standard",
        "ChargeDescription": described,
    }


def _units(one: Reservation) -> str:
    return f"{one.units} reserved units for {one.term}"
