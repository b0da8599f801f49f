"""Callers of a server with authentication: by bearer token, or by the page's session."""

from __future__ import annotations

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie

from costplane.access.authorization import Authorization
from costplane.access.sessions import proves
from costplane.app.access.accounts import Accounts
from costplane.app.access.callers import Caller
from costplane.app.access.sessions import Sessions
from costplane.errors import Forbidden
from costplane.http.bearer import BearerTokens
from costplane.http.other_sites import SAFE_METHODS, refuse_other_sites

PROOF_HEADER = "x-costplane-proof"
"""The header in which the page proves that it read its own session."""

SECURE_COOKIE, PLAIN_COOKIE = "__Host-costplane", "costplane"
"""The session's cookie over TLS, where the browser holds it to this host, and without."""

_LONGEST = 16_384


class SignedIn:
    """Finds out who calls. An Authorization header goes before a cookie."""

    def __init__(self, accounts: Accounts, sessions: Sessions) -> None:
        self.bearer = BearerTokens(accounts)
        self.authorization = Authorization(self.bearer.openid)
        self.sessions = sessions

    def authenticate(
        self, headers: Mapping[str, str], client: str = "", method: str = "GET"
    ) -> Caller:
        """The caller. Raises Unauthenticated, Unavailable, or Forbidden for a change without
        proof that the page itself asks for it."""
        secret = session_secret(headers)
        if "authorization" in headers or secret is None:
            return self.bearer.authenticate(headers, client, method)
        refuse_other_sites(headers, method)
        caller, _ = self.sessions.find(secret)
        if method not in SAFE_METHODS and not proves(secret, headers.get(PROOF_HEADER, "")):
            raise Forbidden(
                f"A change with the page's cookie needs the header {PROOF_HEADER}; programs send "
                "'Authorization: Bearer <token>' instead"
            )
        return caller


def session_secret(headers: Mapping[str, str]) -> str | None:
    """The secret in the session's cookie; None without one."""
    found = read_cookies(headers)
    return found.get(SECURE_COOKIE) or found.get(PLAIN_COOKIE) or None


def read_cookies(headers: Mapping[str, str]) -> dict[str, str]:
    """The cookies of a request."""
    text = headers.get("cookie", "")
    if len(text) > _LONGEST:
        return {}
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(text).items()}
    except CookieError:
        return {}
