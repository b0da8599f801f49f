"""Who may do what, as use cases: tokens, roles, issuers; each change is audited."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from costplane.access.assignment import Assignee, Assignment
from costplane.access.audit import AuditAction, AuditEntry
from costplane.access.issuer import Issuer
from costplane.access.ports import AccessStore
from costplane.access.roles import Role
from costplane.access.tokens import PREFIX, IssuedToken, digest_of, new_id, new_secret
from costplane.app.access.callers import Caller
from costplane.catalog.ports import CatalogReader
from costplane.core.scope import Scope
from costplane.errors import InvalidInput, NotFound, Unauthenticated

LONGEST_LIFE = 3_650
"""Days until a token expires, at most."""

_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Accounts:
    """Changes of who may do what, and lookups of who calls. Threads may share it."""

    store: AccessStore
    catalog: CatalogReader
    now: Callable[[], datetime]

    def are_there(self) -> bool:
        """Whether anybody holds any role."""
        return bool(self.store.assignments())

    def create_token(
        self, role: Role, scope: Scope, name: str, days: int, actor: str
    ) -> tuple[IssuedToken, str]:
        """A new token with one role that ends after `days`, and its text, which is not kept."""
        if not 1 <= days <= LONGEST_LIFE:
            raise InvalidInput(f"a token expires in 1 to {LONGEST_LIFE:,} days", target="days")
        if len(name) > _LONGEST_NAME or not (name == "" or name.isprintable()):
            raise InvalidInput(
                f"a token's name has at most {_LONGEST_NAME} letters, in one line", target="name"
            )
        now, secret = self.now(), new_secret()
        ends = now + timedelta(days=days)
        token = IssuedToken(new_id(), name, digest_of(secret), now, ends)
        held = Assignment(Assignee("Token", token.id), role, scope.id)
        entry = AuditEntry(now, actor, "TokenCreated", f"{held}; until {ends:%Y-%m-%d %H:%MZ}")
        self.store.add_token(token, held, entry)
        return token, secret

    def revoke_token(self, token_id: str, actor: str) -> None:
        """End a token at once. Raises NotFound if none of that id stands."""
        entry = self._entry(actor, "TokenRevoked", f"token {token_id}")
        if not self.store.revoke_token(token_id, entry):
            raise NotFound(
                f"no token '{token_id[:40]}' stands; 'costplane tokens list' shows the ids",
                target="id",
            )

    def assign(self, assignment: Assignment, actor: str) -> bool:
        """Give a role; False if it is held there already. Raises NotFound for a token that does
        not stand, InvalidInput for an issuer that is not configured."""
        self._check(assignment.assignee)
        return self.store.assign(assignment, self._entry(actor, "RoleAssigned", str(assignment)))

    def remove(self, assignment: Assignment, actor: str) -> None:
        """Take a role back. Raises NotFound if it was not assigned at that very scope."""
        entry = self._entry(actor, "RoleRemoved", str(assignment))
        if not self.store.remove(assignment, entry):
            raise NotFound(
                f"there is no assignment '{assignment}'; 'costplane roles list' shows them",
                target="principal",
            )

    def put_issuer(self, issuer: Issuer, actor: str) -> None:
        """Take tokens of an issuer. Raises InvalidInput if its address has another name."""
        for known in self.store.issuers():
            if known.url == issuer.url and known.name != issuer.name:
                raise InvalidInput(
                    f"'{issuer.url}' is configured as '{known.name}' already", target="url"
                )
        told = f"issuer {issuer.name}: {issuer.url} for {', '.join(issuer.audiences)}"
        self.store.put_issuer(issuer, self._entry(actor, "IssuerAdded", told))

    def remove_issuer(self, name: str, actor: str) -> None:
        """Take no more tokens of an issuer. Raises NotFound if it is not configured."""
        entry = self._entry(actor, "IssuerRemoved", f"issuer {name}")
        if not self.store.remove_issuer(name, entry):
            raise NotFound(f"no issuer '{name[:40]}' is configured", target="name")

    def token_caller(self, secret: str) -> tuple[Caller, IssuedToken]:
        """Whom a token of Costplane's stands for. Raises Unauthenticated if it opens nothing."""
        token = self.store.token(digest_of(secret))
        if token is None or not token.stands(self.now()):
            raise Unauthenticated("The bearer token is not known here, has expired or was revoked")
        return self.caller_of(token), token

    def caller_of(self, token: IssuedToken) -> Caller:
        """Whom a token that stands stands for."""
        assignee = Assignee("Token", token.id)
        name = f"{assignee} ({token.name})" if token.name else str(assignee)
        return self._caller(name, [assignee])

    def user_caller(self, user: str, groups: Iterable[str]) -> Caller:
        """Whom an issuer's token stands for: `user` and `groups` as `issuer:value`."""
        own = Assignee("User", user)
        return self._caller(str(own), [own, *(Assignee("Group", group) for group in groups)])

    def record(
        self,
        actor: str,
        action: AuditAction,
        target: str,
        client: str = "",
        token: str | None = None,
    ) -> None:
        """Keep a sign-in, a refused one, or a change that was made, in the audit log."""
        self.store.record(self._entry(actor, action, target, client), token)

    def together(self) -> AbstractContextManager[None]:
        """Makes one transaction of a change in the control plane and its record."""
        return self.store.together()

    def _caller(self, name: str, held_by: list[Assignee]) -> Caller:
        return Caller(name, tuple(self.store.assignments(held_by)), self.catalog)

    def _entry(self, actor: str, action: AuditAction, target: str, client: str = "") -> AuditEntry:
        return AuditEntry(self.now(), actor, action, target, client)

    def _check(self, assignee: Assignee) -> None:
        if assignee.kind == "Token":
            now = self.now()
            if not any(t.id == assignee.name and t.stands(now) for t in self.store.tokens()):
                raise NotFound(f"no token '{assignee.name}' stands", target="principal")
            return
        name = assignee.name.partition(":")[0]
        known = [issuer.name for issuer in self.store.issuers()]
        if name not in known:
            raise InvalidInput(
                f"no issuer '{name}' is configured (there are: {', '.join(known) or 'none'}); "
                "add it with 'costplane issuers add'",
                target="principal",
            )


def is_issued_here(secret: str) -> bool:
    """Whether a bearer token looks like one of Costplane's."""
    return secret.startswith(PREFIX)
