"""The public keys of an OpenID issuer, found by discovery, kept, and fetched anew when they turn.

An issuer that changes its keys signs with one whose id is not known here yet: then they are fetched
again at once, though not more often than every half minute, so that forged ids cannot make this
server a nuisance to the issuer. A key that the issuer withdrew ends within the hour.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from http.client import HTTPException
from typing import Any

import jwt
import msgspec

from costplane.access.fetching import get_json
from costplane.errors import Unavailable

FRESH = 3_600
"""Seconds after which keys are fetched again."""

STALE = 86_400
"""Seconds for which keys serve while the issuer does not answer."""

PAUSE = 30
"""Seconds between two fetches, at least."""

_KINDS = ("RSA", "EC", "OKP")
_LOG = logging.getLogger("costplane.access")


class IssuerKeys:
    """The keys of one issuer. Threads may share it: one fetches, the others wait for it."""

    def __init__(
        self, issuer: str, discovery: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._issuer = issuer
        self._discovery = discovery
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: tuple[dict[str, Any], ...] = ()
        self._fetched: float | None = None
        self._tried: float | None = None

    def key(self, kid: object, algorithm: str) -> jwt.PyJWK | None:
        """The key with the id `kid` for `algorithm`; None if the issuer has none. Raises
        Unavailable when its keys cannot be had."""
        if self._age() < FRESH:
            found = self._find(kid, algorithm)
            if found is not None:
                return found
        with self._lock:
            if self._tried is None or self._clock() - self._tried >= PAUSE:
                self._fetch()
        if self._age() > STALE:
            raise Unavailable(
                f"The keys of the issuer {self._issuer} cannot be had now; its tokens cannot be "
                "checked until it answers"
            )
        return self._find(kid, algorithm)

    def _age(self) -> float:
        return STALE + 1.0 if self._fetched is None else self._clock() - self._fetched

    def _find(self, kid: object, algorithm: str) -> jwt.PyJWK | None:
        """The one key that fits; a token without a key's id needs the issuer to have one alone."""
        fitting = [key for key in self._keys if kid is None or key.get("kid") == kid]
        if len(fitting) != 1 or fitting[0].get("alg", algorithm) != algorithm:
            return None
        try:
            return jwt.PyJWK(fitting[0], algorithm=algorithm)
        except jwt.PyJWTError:
            return None

    def _fetch(self) -> None:
        self._tried = self._clock()
        try:
            told = get_json(self._discovery)
            if told.get("issuer") != self._issuer:
                raise ValueError(f"it calls itself {str(told.get('issuer'))[:200]!r}")
            keys = get_json(str(told.get("jwks_uri"))).get("keys")
            if not isinstance(keys, list):
                raise ValueError("its jwks_uri has no list of keys")
        except (OSError, HTTPException, ValueError, msgspec.MsgspecError) as fault:
            _LOG.warning("The keys of the issuer %s cannot be had: %s", self._issuer, fault)
            return
        self._keys = tuple(key for key in keys if _signs(key))
        self._fetched = self._clock()


def _signs(key: object) -> bool:
    """Whether a member of a key set is a public key for signatures."""
    return isinstance(key, dict) and key.get("kty") in _KINDS and key.get("use", "sig") == "sig"
