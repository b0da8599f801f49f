"""Lists in pages, for GET: `{"value": [...], "nextLink": ...}`, `$top` and `$skiptoken`.

`$top` is the size of a page and no limit: clients follow nextLink to the end (contract.md section
12). The token carries where the next page starts, the instant and the tables' versions of the
first one, so that pages fit together however the data grows meanwhile, and a digest of the
question. It grants nothing: scope and role are checked with every call.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import msgspec
from starlette.responses import Response

from costplane.core.tables import TABLES
from costplane.errors import InvalidQuery
from costplane.http.answers import json_answer
from costplane.http.azure.protocol.operation import Call

MOST_ITEMS = 1_000
"""Items of a page, unless an operation says otherwise."""

PRICES = "prices"
"""The name of the prices' version beside those of the tables."""

_VERSIONED = frozenset((*TABLES, PRICES))
_TOKEN = "$skiptoken"
_LONGEST = 4_096
_UNASKED = frozenset((_TOKEN, "$top", "top", "api-version"))


class Place(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Where a page starts: after `offset` items, the last of them with the id `last`."""

    offset: int
    last: str
    now: datetime
    versions: dict[str, int]
    question: str


@dataclass(frozen=True, slots=True)
class Paging:
    """The part of a list that a call asks for: `size` items from `place` on."""

    call: Call
    size: int
    place: Place

    @property
    def offset(self) -> int:
        """Items before the page."""
        return self.place.offset

    @property
    def now(self) -> datetime:
        """The instant for which the first page was read."""
        return self.place.now

    @property
    def versions(self) -> Mapping[str, int] | None:
        """The tables' versions of the first page, for `Ledger.snapshot`; None on that page."""
        return self.place.versions or None

    def link(self, *, last: str = "", versions: Mapping[str, int] | None = None) -> str:
        """The address of the page after this one."""
        read = dict(versions or self.place.versions)
        here = self.place
        following = Place(here.offset + self.size, last, here.now, read, here.question)
        token = base64.urlsafe_b64encode(msgspec.json.encode(following)).decode().rstrip("=")
        url = self.call.request.url.remove_query_params(_TOKEN)
        return str(url.include_query_params(**{_TOKEN: token}))

    def answer(
        self, value: Sequence[object], *, more: bool, versions: Mapping[str, int] | None = None
    ) -> Response:
        """The page as a response; `more` says whether another follows, which is read from the
        same `versions`."""
        link = self.link(versions=versions) if more else None
        return json_answer({"value": value, "nextLink": link})


def paging(call: Call, most: int = MOST_ITEMS) -> Paging:
    """What `call` asks for, at most `most` items. Raises InvalidQuery for a bad `$top` or token."""
    # The Billing API writes its parameters without the sign.
    size = min(page_size(call.options.get("$top", call.options.get("top"))) or most, most)
    question = _question(call)
    token = call.options.get(_TOKEN)
    if not token:
        return Paging(call, size, Place(0, "", call.services.workspace.now(), {}, question))
    place = _decoded(token)
    if place.question != question:
        raise InvalidQuery(
            f"{_TOKEN} belongs to another question; take nextLink as it was given", target=_TOKEN
        )
    return Paging(call, size, place)


def paged(
    call: Call,
    items: Sequence[Mapping[str, object]],
    most: int = MOST_ITEMS,
    *,
    total: int | None = None,
    complete: Callable[[Mapping[str, object]], Mapping[str, object]] | None = None,
) -> Response:
    """A page of `items`, a whole list in memory whose members have an `id`; `total` is told as
    `totalCount`. What takes long to know of an item is for `complete`, asked for those shown.

    A page goes on after the last item of the one before, wherever that stands by now.
    """
    asked = paging(call, most)
    start = _after(items, asked.place)
    page = items[start : start + asked.size]
    more = start + len(page) < len(items)
    link = asked.link(last=str(page[-1]["id"])) if more else None
    counted = {} if total is None else {"totalCount": total}
    shown = [complete(item) for item in page] if complete else page
    return json_answer({"value": shown, "nextLink": link, **counted})


def page_size(text: str | None) -> int | None:
    """The items of a page, as `$top` asks. Raises InvalidQuery if it is no positive number."""
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) == 0:
        raise InvalidQuery(f"$top must be a positive number, not '{text[:40]}'", target="$top")
    return int(text)


def _after(items: Sequence[Mapping[str, object]], place: Place) -> int:
    if not place.last:
        return 0
    found = (number for number, item in enumerate(items, 1) if item["id"] == place.last)
    return next(found, place.offset)


def _question(call: Call) -> str:
    told = sorted((name, text) for name, text in call.options.items() if name not in _UNASKED)
    path = call.request.url.path.lower().rstrip("/")
    return sha256(repr((path, told)).encode()).hexdigest()[:16]


def _decoded(token: str) -> Place:
    try:
        if len(token) > _LONGEST:
            raise ValueError("too long")
        packed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        place = msgspec.json.decode(packed, type=Place)
        numbers = (place.offset, *place.versions.values())
        if place.now.tzinfo is None or not set(place.versions) <= _VERSIONED:
            raise ValueError("not ours")
        if not all(0 <= number < 2**53 for number in numbers):
            raise ValueError("no whole number")
    except (binascii.Error, ValueError, msgspec.MsgspecError, RecursionError):
        raise InvalidQuery(
            f"The {_TOKEN} is damaged; take nextLink as it was given", target=_TOKEN
        ) from None
    return place
