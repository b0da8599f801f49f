"""What saved estimates ask of the control plane; `store/` implements it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from costplane.core.saved_estimate import SavedEstimate


class EstimateStore(Protocol):
    """Saved estimates. A version is never changed, but all of a name can be forgotten."""

    def add(
        self, name: str, saved_at: datetime, price_version: int, document: str
    ) -> SavedEstimate:
        """Keep the next version of `name`."""
        ...

    def all(self) -> Sequence[SavedEstimate]:
        """Every version, by name and version."""
        ...

    def find(self, name: str, version: int | None = None) -> SavedEstimate | None:
        """A version of an estimate, the newest if none is named; None if there is none."""
        ...

    def remove(self, name: str) -> int:
        """Forget all versions of an estimate; how many there were."""
        ...
