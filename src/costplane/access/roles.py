"""The roles, by Azure's names where Azure has them, and which of them includes which.

Azure's built-in Billing Reader reads costs too (`Microsoft.CostManagement/*/read`), so that it
includes Cost Management Reader here as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from costplane.errors import InvalidInput

Role = Literal[
    "Owner",
    "Cost Management Contributor",
    "Cost Management Reader",
    "Billing Reader",
    "Ingest Writer",
    "Person Reader",
]

READER: Role = "Cost Management Reader"

PERSON_READER: Role = "Person Reader"
"""Who holds it sees persons where it may read costs. No role includes it, Owner neither: seeing
persons is a permission of its own, off by default (billing-rules 30)."""


@dataclass(frozen=True, slots=True)
class RoleMeaning:
    """What a role is for, and the roles that it includes beside itself."""

    meaning: str
    includes: frozenset[Role] = frozenset()


ROLES: dict[Role, RoleMeaning] = {
    "Owner": RoleMeaning(
        "everything at the scope but seeing persons", frozenset(get_args(Role)) - {PERSON_READER}
    ),
    "Cost Management Contributor": RoleMeaning(
        "reads costs; keeps views, budgets, exports and alerts", frozenset({READER})
    ),
    "Cost Management Reader": RoleMeaning("reads costs, views, budgets and their settings"),
    "Billing Reader": RoleMeaning(
        "reads costs, invoices, price sheets, balances, credits and what was paid for reservations",
        frozenset({READER}),
    ),
    "Ingest Writer": RoleMeaning("sends usage; reads nothing"),
    "Person Reader": RoleMeaning("sees users and sessions by name where another role reads costs"),
}


def includes(held: Role, needed: Role) -> bool:
    """Whether who holds `held` may do what `needed` allows."""
    return held == needed or needed in ROLES[held].includes


def parse_role(text: str) -> Role:
    """The role that `text` names, without regard to case. Raises InvalidInput for another."""
    for role in ROLES:
        if role.lower() == text.strip().lower():
            return role
    raise InvalidInput(
        f"there is no role '{text[:60]}'; there are {', '.join(ROLES)}", target="role"
    )
