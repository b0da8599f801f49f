"""Sign-ins for the audit log, coarsely: a caller's first request in an hour stands for the rest,
so that a request seldom writes. Refusals are kept likewise, and never more than a few hundred an
hour: who tries tokens at random must not fill the disk."""

from __future__ import annotations

import threading
from datetime import datetime

from costplane.app.access.accounts import Accounts
from costplane.core.period import hour_start

MOST_AN_HOUR = 500
"""Different refusals that are kept in an hour; sign-ins that succeed are always kept."""


class SignIns:
    """Tells the audit log who signed in, once an hour. Threads may share it."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._lock = threading.Lock()
        self._hour: datetime | None = None
        self._succeeded: set[tuple[str, str]] = set()
        self._refused: set[tuple[str, str]] = set()

    def succeeded(self, actor: str, client: str, token: str | None = None) -> None:
        """`actor` was known; `token` is the id of the Costplane token that it used."""
        with self._lock:
            self._turn()
            if (actor, client) in self._succeeded:
                return
            self._succeeded.add((actor, client))
        self._accounts.record(actor, "SignIn", "", client, token)

    def refused(self, reason: str, client: str) -> None:
        """Somebody was not known, because."""
        with self._lock:
            self._turn()
            if (reason, client) in self._refused or len(self._refused) >= MOST_AN_HOUR:
                return
            self._refused.add((reason, client))
        self._accounts.record("unknown", "SignInRefused", reason, client)

    def _turn(self) -> None:
        hour = hour_start(self._accounts.now())
        if hour != self._hour:
            self._hour = hour
            self._succeeded.clear()
            self._refused.clear()
