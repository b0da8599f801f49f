"""The notifications of a budget, and their limits (contract.md section 5)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from costplane.app.arm.documents import Shape
from costplane.core.scope import ScopeKind
from costplane.errors import InvalidInput

Locale = Literal[
    "en-us", "ja-jp", "zh-cn", "de-de", "es-es", "fr-fr", "it-it",
    "ko-kr", "pt-br", "ru-ru", "zh-tw", "cs-cz", "pl-pl", "tr-tr",
    "da-dk", "en-gb", "hu-hu", "nb-no", "nl-nl", "pt-pt", "sv-se",
]  # fmt: skip

EMAIL = re.compile(r"[A-Za-z0-9._%+'-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
MOST_EMAILS = 50

_GROUP = re.compile(
    r"/subscriptions/[^/]+/resourcegroups/[^/]+/providers/microsoft\.insights/actiongroups/[^/]+",
    re.IGNORECASE,
)
_OF_PEOPLE: tuple[ScopeKind, ...] = ("Subscription", "ResourceGroup")
_MOST_A_KIND = 5


class Notification(Shape, frozen=True, kw_only=True):
    """Who is told when costs pass `threshold` percent of the amount, or a reservation is used
    for less than that."""

    enabled: bool
    operator: Literal["EqualTo", "GreaterThan", "GreaterThanOrEqualTo", "LessThan"]
    threshold: Decimal
    contact_emails: tuple[str, ...] = ()
    contact_roles: tuple[str, ...] | None = None
    contact_groups: tuple[str, ...] | None = None
    threshold_type: Literal["Actual", "Forecasted"] | None = None
    frequency: Literal["Daily", "Weekly", "Monthly"] | None = None
    locale: Locale | None = None


def check_notifications(
    told: Mapping[str, Notification], *, reservations: bool, kind: ScopeKind, consumption: bool
) -> None:
    """Raise InvalidInput unless they can be those of a budget at a scope of `kind`."""
    if reservations and len(told) > 1:
        raise _bad("", "may be one for a reservation's use")
    if consumption and len(told) > _MOST_A_KIND:
        raise _bad("", f"may be {_MOST_A_KIND} at most")
    for threshold_type, count in Counter(item.threshold_type for item in told.values()).items():
        if count > _MOST_A_KIND:
            raise _bad("", f"of thresholdType {threshold_type} may be {_MOST_A_KIND} at most")
    for name, item in told.items():
        _check_operator(name, item, reservations=reservations, consumption=consumption)
        _check_threshold(name, item, Decimal(100 if reservations else 1_000))
        _check_contacts(name, item, kind)


def _check_operator(
    name: str, item: Notification, *, reservations: bool, consumption: bool
) -> None:
    of_costs = ("GreaterThan", "GreaterThanOrEqualTo", *(("EqualTo",) if consumption else ()))
    allowed = ("LessThan",) if reservations else of_costs
    if item.operator not in allowed:
        raise _bad(name, f"has the operator {' or '.join(allowed)}, not {item.operator}")


def _check_threshold(name: str, item: Notification, most: Decimal) -> None:
    if not 0 <= item.threshold <= most or item.threshold != round(item.threshold, 2):
        raise _bad(
            name,
            f"has a threshold of 0 to {most:,} percent with two decimals, not {item.threshold}",
        )


def _check_contacts(name: str, item: Notification, kind: ScopeKind) -> None:
    groups, roles = item.contact_groups or (), item.contact_roles or ()
    if kind not in _OF_PEOPLE and (groups or roles):
        raise _bad(name, "has contactRoles and contactGroups at subscriptions and groups alone")
    if not (item.contact_emails or groups or roles):
        raise _bad(name, "tells nobody: give contactEmails")
    if len(item.contact_emails) > MOST_EMAILS:
        raise _bad(name, f"has at most {MOST_EMAILS} contactEmails")
    for email in item.contact_emails:
        if not EMAIL.fullmatch(email):
            raise _bad(name, f"has a contactEmail that is no address: '{email[:80]}'")
    for group in groups:
        if not _GROUP.fullmatch(group):
            raise _bad(name, f"has a contactGroup that is no action group's id: '{group[:120]}'")


def _bad(name: str, told: str) -> InvalidInput:
    place = f"properties.notifications.{name[:60]}" if name else "properties.notifications"
    return InvalidInput(f"{place} {told}", target=place)
