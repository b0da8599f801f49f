"""What the use cases ask of the control plane beside catalog and prices; `store/` implements it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol, TypeVar

from costplane.core.lease import Lease
from costplane.core.log_segment import LogSegment, Posted, Sealed
from costplane.core.quarantine import QuarantinedEvent
from costplane.core.rerating import Rerating
from costplane.core.settings import Setting

T = TypeVar("T")


class Settings(Protocol):
    """The settings of core/settings.py."""

    def get(self, setting: Setting[T]) -> T:
        """The value that was set, else the default."""
        ...

    def set(self, setting: Setting[T], value: T) -> None:
        """Set a value. Raises InvalidInput if the setting cannot take it."""
        ...


class Secrets(Protocol):
    """The installation's own secrets by name, each sealed (access/sealing.py)."""

    def all(self) -> dict[str, str]:
        """Every sealed text by its name."""
        ...

    def find(self, name: str) -> str | None:
        """The sealed text of a name."""
        ...

    def add(self, name: str, sealed: str) -> None:
        """Keep a sealed text, unless there is one of its name."""
        ...

    def put(self, name: str, sealed: str) -> None:
        """Keep a sealed text in the place of the one of its name."""
        ...


class Quarantine(Protocol):
    """Events held back (billing-rules 6). One identity is held once: the first stands."""

    def add(self, events: Iterable[QuarantinedEvent]) -> None:
        """Hold events back."""
        ...

    def list(self, limit: int = 1_000) -> list[QuarantinedEvent]:
        """The newest arrivals, newest first."""
        ...

    def count(self) -> dict[str, int]:
        """How many events are held back, by code."""
        ...


class BillingPeriods(Protocol):
    """Which billing periods are closed (billing-rules 23). A period is a UTC month, named by its
    first instant, of what is billed together: `billing_key` is the billing account's id, or
    `account:profile` where an agreement bills by profile."""

    def closed(self, billing_key: str, month: datetime) -> bool:
        """Whether the month of `month` was invoiced: nothing is added to it. A month that never
        came to an invoice is open, also before closed ones: usage may be imported late."""
        ...

    def closed_months(self, billing_key: str) -> frozenset[datetime]:
        """Every month that was invoiced."""
        ...

    def open_month(self, billing_key: str, month: datetime) -> datetime:
        """That of `month` while it is open; else the first month after every closed one: where
        corrections of it are billed."""
        ...


class PostingKeys(Protocol):
    """Keys of charges whose posting is due, by kind (such as `tiers`); they survive a stop."""

    def mark(self, kind: str, keys: Iterable[str]) -> None:
        """Remember keys that were touched; one that is marked already stays so."""
        ...

    def due(self, kind: str) -> Sequence[str]:
        """The keys that are marked, in code-point order."""
        ...

    def settled(self, kind: str, keys: Iterable[str]) -> None:
        """Forget keys that have been posted."""
        ...


class Reratings(Protocol):
    """The record of re-ratings (billing-rules 12). The audit log says of each, in one transaction,
    that it began and that it ended."""

    def start(self, rerating: Rerating) -> int:
        """Record a re-rating that begins, under the next number, which is the answer."""
        ...

    def finish(self, number: int, versions: Mapping[str, int], now: datetime) -> None:
        """Record that everything of it is posted, in tables of these versions."""
        ...

    def list(self) -> list[Rerating]:
        """All re-ratings, the oldest first."""
        ...


class Leases(Protocol):
    """Leases by the database's own clock; `ledger` is the id of the tables that one is about."""

    def acquire(
        self, ledger: str, name: str, holder: str, seconds: float, *, waits: bool = False
    ) -> Lease | None:
        """The lease, if it is free or its time is over, for so many seconds; otherwise None.
        Who `waits` is given it before others, as long as it asks again within a second."""
        ...

    def renew(self, lease: Lease, seconds: float) -> bool:
        """Holds it for so many seconds from now; False if another has it, or had it since."""
        ...

    def release(self, lease: Lease) -> None:
        """Gives it back, unless it is another's by now."""
        ...

    def holder(self, ledger: str, name: str) -> str | None:
        """Who was given it last and has not given it back."""
        ...

    def fenced(self, lease: Lease) -> AbstractContextManager[None]:
        """Until the block ends, what this thread writes to the control plane is kept only while
        the lease is its holder's; otherwise it raises LeaseLost, with nothing changed."""
        ...


class LogSegments(Protocol):
    """Which segment of which log has which number in the ledger. The writer's, but for `find`
    and `forget`, by which the process that sealed a segment learns what it came to."""

    def number(self, sealed: Sealed, number: int) -> LogSegment:
        """Gives a segment its number, for ever."""
        ...

    def post(self, number: int, posted: Posted) -> None:
        """All tables have it."""
        ...

    def settle(self) -> None:
        """What depends on order has been settled for all that are posted."""
        ...

    def list(self) -> list[LogSegment]:
        """Those that are not forgotten, by number."""
        ...

    def find(self, sealed: Sealed) -> LogSegment | None:
        """The segment, if it has a number."""
        ...

    def are_settled(self, numbers: Collection[int]) -> bool:
        """Whether what depends on order has been settled for all of them."""
        ...

    def forget(self, numbers: Collection[int]) -> None:
        """Nobody asks for them any more."""
        ...
