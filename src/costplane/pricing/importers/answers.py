"""Answers of an API, asked again while it is busy."""

from __future__ import annotations

from collections.abc import Callable
from email.message import Message
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from costplane.errors import TooLarge, Unavailable

_LIMIT = 32 << 20  # bytes; a page of 1,000 prices has about 700 kB
_TIMEOUT = 60  # seconds for each answer
_TRIES = 4
_LONGEST_WAIT = 60  # seconds, whatever Retry-After asks for
_AGAIN = frozenset({408, 429, 500, 502, 503, 504})


def fetched(address: str, wait: Callable[[int], None]) -> bytes:
    """What stands at an address. `wait` passes seconds between tries.

    Raises Unavailable if nobody answers, or with a failure; TooLarge for more than 32 MiB.
    """
    for tries in range(1, _TRIES + 1):
        try:
            return _content(address)
        except HTTPError as error:
            if error.code not in _AGAIN or tries == _TRIES:
                raise _no_answer(address, f"it answers {error.code}") from error
            wait(_pause(error.headers, tries))
        except (TimeoutError, URLError, HTTPException, ConnectionError) as error:
            if tries == _TRIES:
                raise _no_answer(address, str(error)) from error
            wait(_pause(None, tries))
    raise AssertionError("the last try returns or raises")


def _content(address: str) -> bytes:
    request = Request(address, headers={"Accept": "application/json"})
    with urlopen(request, timeout=_TIMEOUT) as answer:
        content: bytes = answer.read(_LIMIT + 1)
    if len(content) > _LIMIT:
        raise TooLarge(f"{address}: more than {_LIMIT >> 20} MiB", target=address)
    return content


def _pause(headers: Message | None, tries: int) -> int:
    """Seconds until the next try: what the answer asks for, else 1, 2, 4."""
    asked = (headers.get("Retry-After") if headers else None) or ""
    return min(int(asked), _LONGEST_WAIT) if asked.isdecimal() else 1 << (tries - 1)


def _no_answer(address: str, why: str) -> Unavailable:
    return Unavailable(f"{address} does not answer ({why}); try again later", target=address)
