"""Other forms in which clients write scopes: departments and enrollment accounts without their
billing account, and billing accounts under Microsoft.CostManagement (the examples of the
Consumption API have both)."""

from __future__ import annotations

import re

from costplane.catalog.ports import CatalogReader

_SHORT = re.compile(
    r"/?providers/microsoft\.billing/(?P<kind>departments|enrollmentaccounts)/(?P<id>[^/]+)/?",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(r"/?providers/microsoft\.costmanagement/billingaccounts/", re.IGNORECASE)
_ACCOUNTS = "providers/microsoft.billing/billingaccounts"

_NOWHERE = "-"
"""Id of the account of what is not there: whoever may not see is refused as if it were."""


def full_address(address: str, catalog: CatalogReader) -> str:
    """`address` in the form that scopes have; any other text as it is."""
    short = _SHORT.fullmatch(address)
    if short is None:
        return _ACCOUNT.sub(f"{_ACCOUNTS}/", address, count=1)
    kind, name = short["kind"].lower(), short["id"].lower()
    hierarchy = catalog.hierarchy()
    parts = hierarchy.departments if kind == "departments" else hierarchy.enrollment_accounts
    accounts = [part.billing_account_id for part in parts if part.id == name]
    return _under(accounts[0] if len(accounts) == 1 else _NOWHERE, kind, name)


def untold_address(address: str) -> str:
    """The same without what the catalog knows: what a refusal may name."""
    short = _SHORT.fullmatch(address)
    if short is None:
        return _ACCOUNT.sub(f"{_ACCOUNTS}/", address, count=1)
    return _under(_NOWHERE, short["kind"].lower(), short["id"].lower())


def _under(account: str, kind: str, name: str) -> str:
    return f"{_ACCOUNTS}/{account}/{kind}/{name}"
