"""Callers known by the bearer token of their requests (RFC 6750): Costplane's own, or those of a
configured OpenID issuer."""

from __future__ import annotations

from collections.abc import Mapping

from costplane.access.openid import OpenId
from costplane.app.access.accounts import Accounts, is_issued_here
from costplane.app.access.callers import Caller
from costplane.app.access.signing_in import SignIns
from costplane.errors import Unauthenticated

_SCHEME = "bearer "
_LONGEST = 16_384


class BearerTokens:
    """Finds out who calls by bearer token. Threads may share it; roles are read anew with each
    request, so that what is revoked ends at once."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self.openid = OpenId()
        self.sign_ins = SignIns(accounts)

    def authenticate(
        self,
        headers: Mapping[str, str],
        client: str = "",
        method: str = "GET",  # noqa: ARG002 - a token is never sent by another site's page
    ) -> Caller:
        """The caller. Raises Unauthenticated for a token that opens nothing, Unavailable when
        its issuer does not answer."""
        secret = _bearer(headers.get("authorization", ""))
        try:
            if is_issued_here(secret):
                caller, token = self._accounts.token_caller(secret)
                self.sign_ins.succeeded(caller.name, client, token.id)
                return caller
            found = self.openid.identify(secret, self._accounts.store.issuers())
        except Unauthenticated as refusal:
            self.sign_ins.refused(refusal.message, client)
            raise
        caller = self._accounts.user_caller(found.user, found.groups)
        self.sign_ins.succeeded(caller.name, client)
        return caller


def _bearer(header: str) -> str:
    """The token of an Authorization header."""
    if not header.lower().startswith(_SCHEME):
        raise Unauthenticated(
            "The call names nobody; send 'Authorization: Bearer <token>' "
            "('costplane tokens create' makes one)"
        )
    if len(header) > _LONGEST:
        raise Unauthenticated("The bearer token is longer than any that is taken here")
    return header[len(_SCHEME) :].strip()
