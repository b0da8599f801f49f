"""Sessions of the page: what a browser holds in place of a token, in a cookie that scripts
cannot read.

A session's secret is as a token's (tokens.py): random, and kept by its digest alone. A request that
changes something repeats `proof_of` the secret in a header, which another site can neither read
nor send (OWASP, Cross-Site Request Forgery Prevention: HMAC-based token pattern).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

LIFE = timedelta(hours=12)
"""How long a session lasts at most; never longer than the token that opened it."""

_BYTES = 32
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that is signed in, by a Costplane token (`token_id`) or as a user of an issuer
    (`user` and `groups`, each as `issuer:value`)."""

    digest: str
    created_at: datetime
    expires_at: datetime
    token_id: str | None = None
    user: str | None = None
    groups: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.token_id is None) == (self.user is None):
            raise ValueError("a session is a token's or a user's")

    def stands(self, now: datetime) -> bool:
        """Whether it opens anything at `now`."""
        return now < self.expires_at


def new_session_secret() -> str:
    """A fresh secret for a cookie."""
    return secrets.token_urlsafe(_BYTES)


def is_session_secret(text: str) -> bool:
    """Whether a cookie's value may be one: short, and of letters that are safe in a header."""
    return 0 < len(text) <= _LONGEST and text.isascii() and text.isprintable()


def proof_of(secret: str) -> str:
    """What a page that read its own session sends along with a change."""
    return hmac.new(secret.encode(), b"costplane page", hashlib.sha256).hexdigest()


def proves(secret: str, told: str) -> bool:
    """Whether `told` is the proof of `secret`; its time tells nothing."""
    return hmac.compare_digest(proof_of(secret).encode(), told.encode())
