"""What the use cases ask of the control plane beside catalog and prices; `store/` implements it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

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
