"""What the use cases ask of the control plane beside catalog and prices; `store/` implements it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from costplane.core.quarantine import QuarantinedEvent
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
