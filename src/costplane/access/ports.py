"""What access asks of the control plane; `store/` implements it.

Every change is kept together with its entry in the audit log, or neither is.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from costplane.access.assignment import Assignee, Assignment
from costplane.access.audit import AuditEntry
from costplane.access.issuer import Issuer
from costplane.access.sessions import Session
from costplane.access.tokens import IssuedToken


class SessionStore(Protocol):
    """The page's sessions."""

    def get(self, digest: str) -> Session | None:
        """The session with a digest."""
        ...

    def add(self, session: Session) -> None:
        """Keep a new one, and forget those that ended by its time."""
        ...

    def remove(self, digest: str) -> bool:
        """Forget one; False if there is none."""
        ...


class AccessReader(Protocol):
    """Reads of who may do what."""

    def token(self, digest: str) -> IssuedToken | None:
        """The token with a digest."""
        ...

    def token_of_id(self, token_id: str) -> IssuedToken | None:
        """The token with an id."""
        ...

    def tokens(self) -> list[IssuedToken]:
        """All tokens, the oldest first, those that ended too."""
        ...

    def assignments(self, of: Collection[Assignee] | None = None) -> list[Assignment]:
        """The role assignments of some, or all; in the order of their texts."""
        ...

    def issuers(self) -> list[Issuer]:
        """The issuers whose tokens are taken, by name."""
        ...

    def audit(self, limit: int, since: datetime | None = None) -> list[AuditEntry]:
        """The newest entries, newest first."""
        ...


class AccessStore(AccessReader, Protocol):
    """Reads and writes. A removal that finds nothing answers False and keeps no entry."""

    def add_token(self, token: IssuedToken, held: Assignment, entry: AuditEntry) -> None:
        """Keep a new token with its role."""
        ...

    def revoke_token(self, token_id: str, entry: AuditEntry) -> bool:
        """End a token at the entry's time, and take its roles away."""
        ...

    def assign(self, assignment: Assignment, entry: AuditEntry) -> bool:
        """Add an assignment; False if it stands already."""
        ...

    def remove(self, assignment: Assignment, entry: AuditEntry) -> bool:
        """Remove an assignment."""
        ...

    def put_issuer(self, issuer: Issuer, entry: AuditEntry) -> None:
        """Add an issuer, or replace the one of its name."""
        ...

    def remove_issuer(self, name: str, entry: AuditEntry) -> bool:
        """Remove an issuer; the assignments of its users stay."""
        ...

    def together(self) -> AbstractContextManager[None]:
        """Makes one transaction of all that the thread does with the control plane until the
        block ends: a change and the entry that tells of it."""
        ...

    def record(self, entry: AuditEntry, used_token: str | None = None) -> None:
        """Keep an entry; the token of that id was used at its time."""
        ...
