"""A report that is made in the background, as the control plane keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ReportState = Literal["Queued", "Running", "Completed", "NoDataFound", "Failed"]

ENDED: tuple[ReportState, ...] = ("Completed", "NoDataFound", "Failed")


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A finished file: its name in the report's folder, its size, its data rows."""

    name: str
    byte_count: int
    row_count: int


@dataclass(frozen=True, slots=True)
class Report:
    """One report that was asked for.

    `kind` says who makes it (app/reports), `request` what was asked, as JSON members; `scope` is
    a scope's id and `visible` are those of the scopes that `/` meant to who asked (`submitted_by`).
    While it is Running somebody works on it until `claimed_until` at least; after that, whoever
    comes takes it over. `key` opens its files to whoever holds it, until `expires_at`.
    """

    id: str
    kind: str
    scope: str
    visible: tuple[str, ...]
    request: Mapping[str, str | None]
    submitted_by: str
    submitted_at: datetime
    key: str
    expires_at: datetime
    state: ReportState = "Queued"
    claimed_until: datetime | None = None
    files: tuple[ReportFile, ...] = ()
    error: str | None = None

    @property
    def has_ended(self) -> bool:
        """Whether nothing more happens to it."""
        return self.state in ENDED
