"""The control plane's tables, by subject. Their columns are the fields of the values they hold.

Text is `Text`: both databases store it alike without a length. A change here needs a migration
(`migrations/versions/`); a test compares the two.
"""

from __future__ import annotations

from costplane.store.tables.access import (
    audit_entry,
    issuer,
    role_assignment,
    session,
    token,
)
from costplane.store.tables.agreements import adjustment, agreement
from costplane.store.tables.arm import arm_resource
from costplane.store.tables.base import METADATA
from costplane.store.tables.billing import commitment, draw, invoice, lot
from costplane.store.tables.catalog import (
    billing_account,
    billing_profile,
    customer,
    department,
    deployment,
    enrollment_account,
    invoice_section,
    management_group,
    reservation,
    resource,
    resource_group,
    subscription,
    tag_set,
)
from costplane.store.tables.counts import business_count
from costplane.store.tables.erasures import erased_person
from costplane.store.tables.estimates import estimate
from costplane.store.tables.leases import lease, log_segment
from costplane.store.tables.prices import meter_mapping, price_counter, price_row, price_sheet
from costplane.store.tables.reports import report
from costplane.store.tables.secrets import secret
from costplane.store.tables.settings import setting
from costplane.store.tables.usage import posting_key, quarantine, rerating

__all__ = [
    "METADATA",
    "adjustment",
    "agreement",
    "arm_resource",
    "audit_entry",
    "billing_account",
    "billing_profile",
    "business_count",
    "commitment",
    "customer",
    "department",
    "deployment",
    "draw",
    "enrollment_account",
    "erased_person",
    "estimate",
    "invoice",
    "invoice_section",
    "issuer",
    "lease",
    "log_segment",
    "lot",
    "management_group",
    "meter_mapping",
    "posting_key",
    "price_counter",
    "price_row",
    "price_sheet",
    "quarantine",
    "report",
    "rerating",
    "reservation",
    "resource",
    "resource_group",
    "role_assignment",
    "secret",
    "session",
    "setting",
    "subscription",
    "tag_set",
    "token",
]
