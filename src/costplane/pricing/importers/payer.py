"""Whose prices a customer's sheet has: a scope at which rating looks for them."""

from __future__ import annotations

from costplane.core.scope import ScopeKind, parse_scope
from costplane.errors import InvalidPriceSheet, InvalidScope

_PRICED_SCOPES: tuple[ScopeKind, ...] = (
    "All",
    "BillingAccount",
    "Department",
    "EnrollmentAccount",
    "BillingProfile",
    "InvoiceSection",
    "Customer",
    "Subscription",
    "ResourceGroup",
    "Resource",
    "ExternalBillingAccount",
    "ExternalSubscription",
)
"""Scopes that rating looks for a customer's own prices at (rating/rates.py)."""


def payer_scope(text: str) -> str | None:
    """The id of the scope that `text` names; None is everywhere ("/").

    Raises InvalidPriceSheet for a text that is no scope, or one without prices of its own.
    """
    try:
        scope = parse_scope(text)
    except InvalidScope as error:
        raise InvalidPriceSheet(f"scope: {error.message}", target="scope") from None
    if scope.kind not in _PRICED_SCOPES:
        raise InvalidPriceSheet(
            f"scope is {text!r}, but prices hold for a billing account or a level of it, a "
            "subscription, a resource group or a resource",
            target="scope",
        )
    return None if scope.kind == "All" else scope.id
