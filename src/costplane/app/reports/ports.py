"""What reports ask of the control plane; `store/reports.py` implements it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from costplane.core.report import Report


class ReportStore(Protocol):
    """Reports and who works on them. Processes may share it."""

    def add(self, report: Report) -> None:
        """Keep a report."""
        ...

    def find(self, report_id: str) -> Report | None:
        """The report with an id; None if there is none."""
        ...

    def waiting(self) -> int:
        """How many have not ended."""
        ...

    def claim(self, now: datetime, until: datetime) -> Report | None:
        """The oldest report that nobody works on, which is the caller's until then; also one
        whose worker has let its time pass. None if there is none."""
        ...

    def save(self, report: Report, held_until: datetime) -> bool:
        """Replace a report that is the caller's until `held_until`; False, with nothing changed,
        if somebody else has taken it over."""
        ...

    def expired(self, now: datetime) -> list[str]:
        """The ids of those whose time is over."""
        ...

    def remove(self, report_id: str) -> None:
        """Forget a report."""
        ...
