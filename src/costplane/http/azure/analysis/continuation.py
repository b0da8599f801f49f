"""The `$skiptoken` of a query's nextLink.

It carries where the next page starts, the instant for which the time frame was resolved (so that
MonthToDate means the same on every page) and the definition, so that the link answers by GET
too. It grants nothing: scope and role are checked with every call, and what it holds is checked
like any other input.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping
from datetime import datetime

import msgspec

from costplane.errors import InvalidQuery

LONGEST = 6_000
"""Characters; a link that is much longer is cut or refused on its way."""

_MOST_BYTES = 1_048_576


class Continuation(msgspec.Struct, frozen=True, array_like=True):
    """Where a query goes on. `definition` is None when it is too large for a link."""

    position: str
    now: datetime
    definition: dict[str, object] | None


def encode(position: str, now: datetime, definition: Mapping[str, object]) -> str:
    """The token; without the definition if it would be longer than LONGEST."""
    whole = _text(Continuation(position, now, dict(definition)))
    return whole if len(whole) <= LONGEST else _text(Continuation(position, now, None))


def decode(token: str) -> Continuation:
    """What `token` carries. Raises InvalidQuery if it is none of ours."""
    try:
        packed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        unpacked = zlib.decompressobj().decompress(packed, _MOST_BYTES)
        return msgspec.json.decode(unpacked, type=Continuation)
    except (binascii.Error, ValueError, zlib.error, msgspec.MsgspecError, RecursionError):
        raise InvalidQuery(
            "The $skiptoken is damaged; take nextLink as it was given", target="$skiptoken"
        ) from None


def _text(continuation: Continuation) -> str:
    packed = zlib.compress(msgspec.json.encode(continuation), 9)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")
