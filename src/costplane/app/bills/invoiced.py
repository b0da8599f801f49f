"""What invoices are made of: charges that Costplane rated, and a bill's other services beside them.

Rows of a bill join the invoice of a billing period in which Costplane rated anything. Its AI rows
stay out where Costplane rated the same: usage of the same resource, or of the Marketplace in the
same subscription. What nobody metered, the bill alone tells, and it is an invoice's line, too.
"""

from __future__ import annotations

from collections.abc import Mapping

from costplane.billing.billing_key import BILLING_KEY
from costplane.core.relation import Derived, Relation
from costplane.core.sql import query
from costplane.core.tables import CHARGES
from costplane.ledger.delta import Snapshot

_COLUMNS = ", ".join(f'"{name}"' for name in CHARGES.names)
_RATED = query(
    f"SELECT DISTINCT {BILLING_KEY} AS billing_key, BillingPeriodStart AS month, "
    "BillingCurrency AS currency, SubAccountId AS sub_account, "
    "COALESCE(x_AccountResourceId, ResourceId) AS resource, "
    "COALESCE(x_PublisherType = 'Marketplace', FALSE) AS is_marketplace FROM charges"
)
_PERIOD = (
    "rated.billing_key = CONCAT_WS(':', billed.BillingAccountId, billed.x_BillingProfileId) "
    "AND rated.month = billed.BillingPeriodStart AND rated.currency = billed.BillingCurrency"
)
_SAME = (
    "rated.sub_account = billed.SubAccountId AND (billed.ResourceId IS NULL "
    "OR rated.resource = billed.ResourceId "
    "OR (rated.is_marketplace AND billed.x_PublisherType = 'Marketplace'))"
)
_INVOICED = query(
    f"SELECT {_COLUMNS} FROM charges UNION ALL SELECT {_COLUMNS} FROM billed "
    f"WHERE EXISTS (SELECT 1 FROM rated WHERE {_PERIOD}) "
    "AND NOT (billed.ServiceSubcategory = 'Generative AI' "
    f"AND EXISTS (SELECT 1 FROM rated WHERE {_PERIOD} AND {_SAME}))"
)


def invoiced(snapshot: Snapshot) -> Mapping[str, Relation]:
    """The tables of a snapshot, `charges` with what invoices have beside them."""
    billed, charges = snapshot.files.get("billed"), snapshot.files["charges"]
    if billed is None or not billed.paths:
        return snapshot.files
    rated = Derived(_RATED, {"charges": charges})
    both = Derived(_INVOICED, {"charges": charges, "billed": billed, "rated": rated})
    return {**snapshot.files, "charges": both}
