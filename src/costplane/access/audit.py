"""The audit log: changes of who may do what and of kept resources, and sign-ins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

AuditAction = Literal[
    "SignIn",
    "SignInRefused",
    "TokenCreated",
    "TokenRevoked",
    "RoleAssigned",
    "RoleRemoved",
    "IssuerAdded",
    "IssuerRemoved",
    "ResourceSaved",
    "ResourceRemoved",
]


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what, when, to what; `client` is the address of a caller over the network."""

    time: datetime
    actor: str
    action: AuditAction
    target: str
    client: str = ""
