"""The posted rows of a charge, for whoever may see them."""

from __future__ import annotations

from collections.abc import Iterable

from costplane.app.access.visible import MaySee
from costplane.app.explaining.ledger_rows import Row
from costplane.errors import NotFound
from costplane.rating.capacity_templates import RESERVATION_TYPE
from costplane.rating.charge_address import AnyAddress


def visible_rows(rows: Iterable[Row], address: AnyAddress, may_see: MaySee) -> list[Row]:
    """Those of `rows` that may be seen. Raises NotFound if there are none."""
    posted = [row for row in rows if may_see(_place(row))]
    if not posted:
        raise NotFound(f"no charge was posted at '{address}'", target="charge")
    return posted


def _place(row: Row) -> str:
    """The scope whose readers may see a row: a reservation stands in no resource group, but at
    the subscription or account that pays for it."""
    if row["ResourceType"] != RESERVATION_TYPE:
        resource_id: str = row["ResourceId"]
        return resource_id
    if row["SubAccountId"] is not None:
        return f"/subscriptions/{row['SubAccountId']}"
    return f"/providers/Microsoft.Billing/billingAccounts/{row['BillingAccountId']}"
