"""What business counts ask of the control plane; `store/` implements it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Protocol

from costplane.core.business_count import BusinessCount


class CountStore(Protocol):
    """Business counts by identity."""

    def put(self, counts: Iterable[BusinessCount], uploaded_at: datetime) -> None:
        """Keep counts, all or none, in place of those of equal identity."""
        ...

    def between(self, first: date, last: date, unit: str | None = None) -> Sequence[BusinessCount]:
        """The counts of the days from `first` to `last`, of one unit or of all, in order."""
        ...

    def remove(self, unit: str, scope: str, first: date, last: date) -> int:
        """Forget the counts of a unit at a scope, for these days; how many there were."""
        ...
