"""Who calls: the seam for authentication, and the rule of a safe start.

Without authentication every caller is Owner, so that such a server may listen on a loopback
address alone, and answers only requests addressed to one: a web page elsewhere could
otherwise reach it through a name of its own that resolves to 127.0.0.1 (DNS rebinding).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import urlsplit

from costplane.access.roles import PERSON_READER, Role
from costplane.app.access.accounts import Accounts
from costplane.app.access.sessions import Sessions
from costplane.core.scope import ROOT, Scope, parse_scope
from costplane.errors import Forbidden, UnsafeStart
from costplane.http.access import Principal
from costplane.http.other_sites import refuse_other_sites
from costplane.http.signed_in import SignedIn


class Authenticator(Protocol):
    """Finds out who calls."""

    def authenticate(
        self, headers: Mapping[str, str], client: str = "", method: str = "GET"
    ) -> Principal:
        """The caller of a request with `headers` that came from the address `client`. Raises
        Unauthenticated or Forbidden. It may wait for a database or an issuer."""
        ...


@dataclass(frozen=True, slots=True)
class Anonymous:
    """A caller without a name, who is Owner of everything; with `persons` Person Reader too."""

    name: str = "anonymous"
    persons: bool = False

    def holds(self, role: Role, scope: Scope) -> bool:  # noqa: ARG002 - the same for each
        """True but for seeing persons: whoever reaches the machine's own loopback address owns
        it."""
        return self.persons or role != PERSON_READER

    def granted(self, role: Role) -> tuple[Scope, ...]:  # noqa: ARG002 - the same for each
        """Everything."""
        return (parse_scope(ROOT),)


class AnonymousOwner:
    """Takes every caller of a loopback address for the Owner (`serve --no-auth`), and, with
    `persons`, for one who may see persons (`--persons`)."""

    def __init__(self, *, persons: bool = False) -> None:
        self._anonymous = Anonymous(persons=persons)

    def authenticate(
        self,
        headers: Mapping[str, str],
        client: str = "",  # noqa: ARG002
        method: str = "GET",
    ) -> Principal:
        """The anonymous Owner. Raises Forbidden when the request names another host, or when the
        page of another site tries to change something."""
        host = _host_name(headers.get("host", "localhost"))
        if not is_loopback(host):
            raise Forbidden(
                f"This server runs without authentication and answers no requests for '{host}'; "
                "call it as localhost or 127.0.0.1"
            )
        refuse_other_sites(headers, method)
        return self._anonymous


def is_loopback(host: str) -> bool:
    """Whether `host`, a name or an address, is the machine itself and reachable by it alone."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def authenticator(
    host: str, accounts: Accounts, sessions: Sessions, *, no_auth: bool, persons: bool = False
) -> Authenticator:
    """How callers of a server on `host` are known; `persons` is for one without authentication.
    Raises UnsafeStart when it would be open, or when nobody holds any role, so that it could
    serve nobody."""
    if no_auth:
        return anonymous_owner(host, persons=persons)
    if not accounts.are_there():
        raise UnsafeStart(
            f"Nobody holds a role here, so that a server on '{host}' would serve nobody, or "
            "everybody. Create a token with 'costplane tokens create --role Owner --scope /', or "
            "add --no-auth to serve without authentication, on a loopback address only",
            target="--no-auth",
        )
    return SignedIn(accounts, sessions)


def anonymous_owner(host: str, *, persons: bool = False) -> AnonymousOwner:
    """No authentication. Raises UnsafeStart unless `host` is reachable by the machine alone."""
    if not is_loopback(host):
        raise UnsafeStart(
            f"--no-auth on '{host}' would open every cost to everybody who reaches that address; "
            "serve on a loopback address, such as --host 127.0.0.1, or create tokens with "
            "'costplane tokens create' and leave --no-auth out",
            target="--host",
        )
    return AnonymousOwner(persons=persons)


def _host_name(header: str) -> str:
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return header
