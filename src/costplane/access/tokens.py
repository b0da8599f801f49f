"""Bearer tokens that Costplane issues.

A token is 256 random bits, so that its plain SHA-256 is enough at rest: slow or keyed hashes
protect secrets that people choose and others could guess; nobody guesses 256 bits, whatever the
speed of a try. A token is found by its digest: who tries cannot steer the digest of what is
sent, so that the time of the lookup tells nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

PREFIX = "costplane_"
"""Begins every token, so that scanners for secrets find one that went astray."""

_BYTES = 32


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token as it is kept. `last_used` is coarse: at most one write an hour."""

    id: str
    name: str
    digest: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    last_used: datetime | None = None

    def stands(self, now: datetime) -> bool:
        """Whether it opens anything at `now`."""
        return self.revoked_at is None and now < self.expires_at


def new_secret() -> str:
    """A fresh token's text: shown once, never kept."""
    return PREFIX + secrets.token_urlsafe(_BYTES)


def new_id() -> str:
    """A fresh token's name for lists and logs."""
    return secrets.token_hex(6)


def digest_of(secret: str) -> str:
    """What is kept of a token's text: its SHA-256 in hexadecimal."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
