"""Secrets that an installation makes for itself, each when it is first needed."""

from __future__ import annotations

import secrets

from costplane.access.sealing import Sealing
from costplane.app.ports import Secrets

_BYTES = 32


def own_secret(stored: Secrets, sealing: Sealing, name: str) -> str:
    """The secret of a name, 32 random bytes as hexadecimal digits; the first one stands."""
    found = stored.find(name)
    if found is None:
        stored.add(name, sealing.seal(secrets.token_hex(_BYTES)))
        found = stored.find(name)
        assert found is not None
    return sealing.unseal(found)
