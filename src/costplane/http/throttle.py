"""Optional limits on how often a caller, or an address, may call.

None holds unless the server is started with one. A limit is a bucket: it allows as many calls at
once as it has, and refills steadily, so that a refusal can say to the second when to come back.
What is refused does not count. Each server process counts for itself.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from threading import Lock

from costplane.errors import InvalidInput, TooManyRequests

MOST_KEYS = 100_000
"""Callers or addresses that are remembered; beyond, who called longest ago is forgotten."""

_NANOSECONDS = 1_000_000_000
_SECONDS = {"second": 1, "minute": 60, "hour": 3_600}
_RATE = re.compile(rf"\s*([1-9]\d{{0,8}})\s*/\s*({'|'.join(_SECONDS)})\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rate:
    """`calls` in a `period`: a second, a minute or an hour."""

    calls: int
    period: str

    @property
    def seconds(self) -> int:
        """The period's."""
        return _SECONDS[self.period]

    def __str__(self) -> str:
        return f"{self.calls:,} calls per {self.period}"


def parse_rate(text: str, target: str) -> Rate:
    """The rate in a text such as `600/minute`. Raises InvalidInput."""
    match = _RATE.fullmatch(text)
    if match is None:
        raise InvalidInput(
            f"{target} is a number of calls per second, minute or hour, such as 600/minute, not "
            f"'{text[:40]}'",
            target=target,
        )
    return Rate(int(match[1]), match[2].lower())


class Throttle:
    """Counts the calls of each key against one rate. Threads may share it.

    Times are whole nanoseconds times the calls of the rate, so that nothing rounds: after a call
    a bucket is full again `_step` later, and empty when that is `_step` for each call away.
    """

    def __init__(
        self, rate: Rate, whose: str, nanoseconds: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self._rate, self._whose, self._nanoseconds = rate, whose, nanoseconds
        self._step = rate.seconds * _NANOSECONDS
        self._full: OrderedDict[str, int] = OrderedDict()
        self._lock = Lock()

    def take(self, key: str) -> int:
        """Count a call of `key`; how many more it may make at once. Raises TooManyRequests."""
        calls = self._rate.calls
        with self._lock:
            now = self._nanoseconds() * calls
            full = max(self._full.get(key, now), now) + self._step
            early = full - now - self._step * calls
            if early > 0:
                raise self._refusal(-(-early // (calls * _NANOSECONDS)))
            self._full[key] = full
            self._full.move_to_end(key)
            if len(self._full) > MOST_KEYS:
                self._full.popitem(last=False)
        return -early // self._step

    def _refusal(self, wait: int) -> TooManyRequests:
        return TooManyRequests(
            f"Too many requests: {self._whose} may make {self._rate}; repeat the call in {wait} s",
            retry_after=wait,
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds at a server; by default nothing."""

    callers: Throttle | None = None
    addresses: Throttle | None = None

    def count_caller(self, name: str) -> int | None:
        """Count a call of a caller; how many more it may make. Raises TooManyRequests."""
        return self.callers.take(name) if self.callers else None

    def count_address(self, address: str) -> int | None:
        """The same for an address."""
        return self.addresses.take(_network(address)) if self.addresses else None


NO_LIMITS = Limits()


def limits(per_caller: str | None, per_address: str | None) -> Limits:
    """The limits that the server's options name. Raises InvalidInput."""
    caller = parse_rate(per_caller, "--rate-per-caller") if per_caller else None
    address = parse_rate(per_address, "--rate-per-address") if per_address else None
    return Limits(
        Throttle(caller, "a caller") if caller else None,
        Throttle(address, "an address") if address else None,
    )


def _network(address: str) -> str:
    """What counts as one: an IPv4 address, or the /64 that one holder of IPv6 has whole."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    return str(ip_network(f"{address}/64", strict=False)) if known.version == 6 else address
