"""Azure's scope ids as values (contract.md section 0).

Ids compare without regard to case; containment is exact, segment by segment, so that
`rg-a` never contains `rg-ab`. The scope `/` is all that the caller may see.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from costplane.errors import InvalidScope

ScopeKind = Literal[
    "All",
    "Subscription",
    "ResourceGroup",
    "Resource",
    "ManagementGroup",
    "BillingAccount",
    "Department",
    "EnrollmentAccount",
    "BillingProfile",
    "InvoiceSection",
    "Customer",
    "ExternalBillingAccount",
    "ExternalSubscription",
    "ReservationOrder",
    "Reservation",
    "SavingsPlanOrder",
    "SavingsPlan",
]

BENEFITS: frozenset[ScopeKind] = frozenset(
    ("ReservationOrder", "Reservation", "SavingsPlanOrder", "SavingsPlan")
)
"""Kinds that are no folders of cost: benefits, of which some operations tell."""

_BILLING = "providers/microsoft.billing/billingaccounts/(?P<account>[^/]+)"
_FORMS: tuple[tuple[ScopeKind, str], ...] = (
    ("All", ""),
    ("Subscription", "subscriptions/(?P<subscription>[^/]+)"),
    ("ResourceGroup", "subscriptions/(?P<subscription>[^/]+)/resourcegroups/(?P<group>[^/]+)"),
    (
        "Resource",
        "subscriptions/(?P<subscription>[^/]+)/resourcegroups/(?P<group>[^/]+)"
        "/providers/[^/]+(?:/[^/]+/[^/]+)+",
    ),
    ("ManagementGroup", "providers/microsoft.management/managementgroups/(?P<name>[^/]+)"),
    ("BillingAccount", _BILLING),
    ("Department", _BILLING + "/departments/(?P<name>[^/]+)"),
    ("EnrollmentAccount", _BILLING + "/enrollmentaccounts/(?P<name>[^/]+)"),
    ("BillingProfile", _BILLING + "/billingprofiles/(?P<name>[^/]+)"),
    (
        "InvoiceSection",
        _BILLING + "(?:/billingprofiles/(?P<profile>[^/]+))?/invoicesections/(?P<name>[^/]+)",
    ),
    ("Customer", _BILLING + "/customers/(?P<name>[^/]+)"),
    (
        "ExternalBillingAccount",
        "providers/microsoft.costmanagement/externalbillingaccounts/(?P<name>[^/]+)",
    ),
    (
        "ExternalSubscription",
        "providers/microsoft.costmanagement/externalsubscriptions/(?P<name>[^/]+)",
    ),
    ("ReservationOrder", "providers/microsoft.capacity/reservationorders/(?P<order>[^/]+)"),
    (
        "Reservation",
        "providers/microsoft.capacity/reservationorders/(?P<order>[^/]+)"
        "/reservations/(?P<name>[^/]+)",
    ),
    ("SavingsPlanOrder", "providers/microsoft.billingbenefits/savingsplanorders/(?P<order>[^/]+)"),
    (
        "SavingsPlan",
        "providers/microsoft.billingbenefits/savingsplanorders/(?P<order>[^/]+)"
        "/savingsplans/(?P<name>[^/]+)",
    ),
)
_PATTERNS = tuple((kind, re.compile(form)) for kind, form in _FORMS)
_LONGEST = 1_024
_ACCOUNTS = "/providers/microsoft.billing/billingaccounts"

ROOT = "/"
"""The id of the scope that holds all others."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A folder of cost, or a benefit. `id` is lower case with one leading slash; `parts` are the
    named segments of its form (subscription, group, account, profile, order, name)."""

    id: str
    kind: ScopeKind
    parts: tuple[tuple[str, str], ...]

    def part(self, name: str) -> str:
        """The named segment, lower case. Raises KeyError if this kind has none."""
        return dict(self.parts)[name]


def parse_scope(text: str) -> Scope:
    """The scope that `text` names. Raises InvalidScope if it follows no documented form."""
    path = text.strip().strip("/").lower()
    if len(path) <= _LONGEST:
        for kind, pattern in _PATTERNS:
            match = pattern.fullmatch(path)
            if match:
                named = {k: v for k, v in match.groupdict().items() if v is not None}
                return Scope("/" + path, kind, tuple(named.items()))
    raise InvalidScope(
        f"'{text[:200]}' is not a scope; write for example '/subscriptions/<id>', "
        "'/subscriptions/<id>/resourceGroups/<name>' or '/' for all that you may see",
        target="scope",
    )


def named_around(scope: Scope) -> frozenset[str]:
    """The scopes that hold `scope` and that its own id names, itself and `/` with them."""
    parts = dict(scope.parts)
    found = {scope.id, ROOT}
    if "subscription" in parts:
        found.add(f"/subscriptions/{parts['subscription']}")
    if "group" in parts:
        found.add(f"/subscriptions/{parts['subscription']}/resourcegroups/{parts['group']}")
    if "account" in parts:
        found.add(f"{_ACCOUNTS}/{parts['account']}")
    if "order" in parts:
        found.add("/".join(scope.id.split("/")[:5]))
    if "profile" in parts:
        found.add(f"{_ACCOUNTS}/{parts['account']}/billingprofiles/{parts['profile']}")
    return frozenset(found)


def named_parent(scope: Scope) -> str:
    """The narrowest scope over `scope` that its own id names; `/` where that names none."""
    return max(named_around(scope) - {scope.id} or {ROOT}, key=len)
