"""The `$filter` of usageDetails and marketplaces: which rows, and of which days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlglot import exp

from costplane.app.cost_details.conditions import is_day, is_tagged, is_text
from costplane.errors import InvalidInput
from costplane.http.azure.protocol.odata import Comparison, parse_filter
from costplane.http.ranges import parse_day

DAYS = ("usagestart", "usageend", "date")
TEXTS: Mapping[str, tuple[str, ...]] = {
    "billingaccountid": ("billing_account_id",),
    "billingprofileid": ("billing_profile_id",),
    "chargetype": ("charge_type",),
    "consumedservice": ("consumed_service",),
    "instanceid": ("resource_id",),
    "instancename": ("resource_id", "resource"),
    "invoicesectionid": ("invoice_section_id",),
    "metercategory": ("meter_category",),
    "meterid": ("meter_id",),
    "publishertype": ("publisher_type", "microsoft_publisher"),
    "reservationid": ("reservation_id",),
    "resourcegroup": ("resource_group",),
    "resourceid": ("resource_id",),
    "resourcename": ("resource",),
    "subscriptionguid": ("subscription_id",),
    "subscriptionid": ("subscription_id",),
}
"""Properties that a filter compares, by lower-case name: columns of a row."""


def row_conditions(text: str | None) -> tuple[list[exp.Expr], bool]:
    """The conditions of a `$filter`, and whether they tell days. Raises InvalidInput for a
    property or an operator that there is not."""
    comparisons = parse_filter(text) if text else ()
    dated = any(comparison.property in DAYS for comparison in comparisons)
    return [_condition(comparison) for comparison in comparisons], dated


def _condition(comparison: Comparison) -> exp.Expr:
    if comparison.property in DAYS:
        return is_day(comparison.operator, _day(comparison))
    if comparison.operator != "eq":
        raise InvalidInput(
            f"$filter compares '{comparison.property}' by eq alone; lt, gt, le and ge are for "
            "properties/usageStart, properties/usageEnd and properties/date",
            target="$filter",
        )
    if comparison.property == "tags":
        if ":" not in comparison.value:
            raise InvalidInput("$filter: write tags eq 'key:value'", target="$filter")
        return is_tagged(comparison.value)
    if comparison.property not in TEXTS:
        known = ", ".join(sorted((*DAYS, "tags", *TEXTS)))
        raise InvalidInput(
            f"$filter knows no property '{comparison.property[:60]}'; it knows {known}",
            target="$filter",
        )
    return is_text(TEXTS[comparison.property], comparison.value)


def _day(comparison: Comparison) -> date:
    return parse_day(comparison.value, "$filter")
