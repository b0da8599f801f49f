"""What the catalog adds to a row: ids of levels of its agreement that charges do not carry."""

from __future__ import annotations

import pyarrow as pa

from costplane.catalog.scopes import Hierarchy

PLACE_COLUMNS = ("agreement", "department_id", "enrollment_account_id")
"""The type of the agreement and the ids of its levels; null where a subscription has none."""

_SCHEMA = pa.schema([pa.field(name, pa.string()) for name in ("place", *PLACE_COLUMNS)])


def places(hierarchy: Hierarchy) -> pa.Table:
    """A row a subscription (`place`), for the statements of rows.py."""
    billing, rows = hierarchy.places(), []
    for subscription in hierarchy.subscriptions:
        place = billing.of(subscription)
        rows.append(
            {
                "place": subscription.id,
                "agreement": place.account.agreement_type if place.account else None,
                "department_id": place.department.id if place.department else None,
                "enrollment_account_id": subscription.enrollment_account_id,
            }
        )
    return pa.Table.from_pylist(rows, schema=_SCHEMA)
