"""The audit log: changes of access, of kept resources and of what costs rest on; sign-ins;
looks at persons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

AuditAction = Literal[
    "SignIn",
    "SignInRefused",
    "SignOut",
    "TokenCreated",
    "TokenRevoked",
    "RoleAssigned",
    "RoleRemoved",
    "IssuerAdded",
    "IssuerRemoved",
    "ResourceSaved",
    "ResourceRemoved",
    "SettingChanged",
    "TagsSet",
    "PricesImported",
    "AgreementImported",
    "ResourcesImported",
    "LotsImported",
    "BillImported",
    "CommitmentsImported",
    "CountsImported",
    "CountsRemoved",
    "ReratingBegun",
    "Rerated",
    "InvoiceClosed",
    "PersonsSeen",
    "ErasureBegun",
    "PersonErased",
    "KeysRotated",
]

ITSELF = "costplane"
"""The actor of what an installation does by itself, when its time has come."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what, when, to what; `client` is the address of a caller over the network."""

    time: datetime
    actor: str
    action: AuditAction
    target: str
    client: str = ""
