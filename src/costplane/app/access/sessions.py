"""Signing in to the page and out of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from costplane.access.openid import Identity
from costplane.access.ports import SessionStore
from costplane.access.sessions import LIFE, Session, is_session_secret, new_session_secret
from costplane.access.tokens import digest_of
from costplane.app.access.accounts import Accounts
from costplane.app.access.callers import Caller
from costplane.errors import Unauthenticated


@dataclass(frozen=True, slots=True)
class Sessions:
    """Opens, finds and closes sessions. Threads and processes may share the store. What a session
    may do is read anew with each request, as with tokens, so that what is revoked ends at once."""

    accounts: Accounts
    store: SessionStore

    def open_with_token(self, token: str) -> tuple[str, Session]:
        """A session of whoever holds one of Costplane's tokens, and its secret. Raises
        Unauthenticated for a token that opens nothing."""
        _, found = self.accounts.token_caller(token)
        now = self.accounts.now()
        ends = min(now + LIFE, found.expires_at)
        return self._open(lambda digest: Session(digest, now, ends, token_id=found.id))

    def open_as_user(self, identity: Identity) -> tuple[str, Session]:
        """A session of a user whom an issuer signed in, and its secret."""
        now = self.accounts.now()
        user, groups = identity.user, identity.groups
        return self._open(lambda digest: Session(digest, now, now + LIFE, user=user, groups=groups))

    def find(self, secret: str) -> tuple[Caller, Session]:
        """Who is signed in, and with which session. Raises Unauthenticated when nobody is."""
        session = self.store.get(digest_of(secret)) if is_session_secret(secret) else None
        if session is not None and session.stands(self.accounts.now()):
            caller = self._caller(session)
            if caller is not None:
                return caller, session
        raise Unauthenticated("You are not signed in any more; sign in again")

    def close(self, secret: str, client: str) -> None:
        """Signs out; nothing happens when nobody is signed in."""
        try:
            caller, _ = self.find(secret)
        except Unauthenticated:
            return
        if self.store.remove(digest_of(secret)):
            self.accounts.record(caller.name, "SignOut", "", client)

    def _open(self, session_of: Callable[[str], Session]) -> tuple[str, Session]:
        secret = new_session_secret()
        session = session_of(digest_of(secret))
        self.store.add(session)
        return secret, session

    def _caller(self, session: Session) -> Caller | None:
        store = self.accounts.store
        if session.token_id is not None:
            token = store.token_of_id(session.token_id)
            if token is None or not token.stands(self.accounts.now()):
                return None
            return self.accounts.caller_of(token)
        user = session.user or ""
        if user.partition(":")[0] not in {issuer.name for issuer in store.issuers()}:
            return None
        return self.accounts.user_caller(user, session.groups)
