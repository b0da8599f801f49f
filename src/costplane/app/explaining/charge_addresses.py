"""Addresses of charges in the ledger: what their rows are grouped and found by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from costplane.rating.capacity_templates import CAPACITY, REFUND
from costplane.rating.charge_address import AnyAddress, CapacityAddress, ChargeAddress

_NOBODYS = f"x_Series IS NULL AND x_ChargeBasis = '{CAPACITY}'"
SHARE = (
    f"CASE WHEN NOT ({_NOBODYS}) THEN NULL "
    f"WHEN ChargeCategory = 'Purchase' AND ENDS_WITH(ChargeDescription, '{REFUND}') THEN 'refund' "
    "WHEN ChargeCategory = 'Purchase' THEN 'purchase' "
    "WHEN CommitmentDiscountStatus = 'Unused' THEN 'unused' ELSE 'own' END"
)
"""What capacity that no caller made is (rating.charge_address.Share), in SQL; else null."""
RESOURCE = (
    f"CASE WHEN {_NOBODYS} THEN ResourceId || COALESCE('/deployments/' || x_Deployment, '') END"
)
"""The deployment or reservation of such a row, in SQL; else null."""
COLUMNS = f"x_Series, x_TokenType, SkuPriceId, {SHARE} AS share, {RESOURCE} AS resource"
"""What an address is made of, beside its hour."""


def address_of(row: Mapping[str, Any]) -> AnyAddress | None:
    """The address of a row with `hour` and COLUMNS; None for what was not metered here, such as
    rows of an imported bill."""
    hour: datetime = row["hour"].replace(tzinfo=UTC)
    series, quantity, price_id = row["x_Series"], row["x_TokenType"], row["SkuPriceId"]
    if price_id is None:
        return None
    if row["share"] is not None:
        return CapacityAddress(hour, row["share"], price_id, row["resource"])
    if series is None or quantity is None:
        return None
    return ChargeAddress(hour, series, quantity, price_id)
