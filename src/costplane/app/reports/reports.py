"""Reports as a use case: asking for one, finding it again, its files."""

from __future__ import annotations

import hmac
import secrets
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from costplane.app.reports.ports import ReportStore
from costplane.app.reports.worker import Make, ReportWorker
from costplane.core.report import Report
from costplane.core.scope import Scope
from costplane.errors import NotFound, Unavailable

LIFETIME = timedelta(hours=12)
"""How long a report and its files are kept from when it was asked for, as Azure's links hold."""

MOST_WAITING = 200
"""Reports that may wait; a further one is told to come back later."""


class Reports:
    """Reports of one installation. Threads and processes may share it."""

    def __init__(
        self,
        store: ReportStore,
        folder: Path,
        makers: Mapping[str, Make],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._folder = folder
        self._now = now
        self._worker = ReportWorker(store, folder, makers, now)

    def submit(
        self,
        kind: str,
        scope: Scope,
        visible: Sequence[Scope],
        request: Mapping[str, str | None],
        who: str,
    ) -> Report:
        """Ask for a report; it is worked on at once. Raises Unavailable when too many wait."""
        if self._store.waiting() >= MOST_WAITING:
            raise Unavailable("Too many reports wait already; repeat the call in a moment")
        now = self._now()
        report = Report(
            id=str(uuid.uuid4()),
            kind=kind,
            scope=scope.id,
            visible=tuple(one.id for one in visible),
            request=request,
            submitted_by=who,
            submitted_at=now,
            key=secrets.token_urlsafe(32),
            expires_at=now + LIFETIME,
        )
        self._store.add(report)
        self._worker.start()
        return report

    def find(self, report_id: str, scope: Scope, who: str, kinds: Sequence[str]) -> Report:
        """The report that was asked for at `scope`, one of `kinds`. At `/` it is found by who asked
        alone, since others may see less. Raises NotFound; work that stopped goes on."""
        report = self._store.find(report_id.lower())
        known = report is not None and report.expires_at > self._now()
        if report is None or not known or report.kind not in kinds or report.scope != scope.id:
            raise _unknown(report_id)
        if scope.kind == "All" and report.submitted_by != who:
            raise _unknown(report_id)
        if not report.has_ended:
            self._worker.start()
        return report

    def file(self, report_id: str, name: str, key: str) -> Path:
        """The file of a report, for who holds its key. Raises NotFound, whatever is wrong."""
        report = self._store.find(report_id.lower())
        if report is None or report.expires_at <= self._now() or report.state != "Completed":
            raise _gone()
        if not hmac.compare_digest(report.key.encode(), key.encode()):
            raise _gone()
        if name not in {file.name for file in report.files}:
            raise _gone()
        path = self._folder / report.id / name
        if not path.is_file():
            raise _gone()
        return path

    def keep_up(self) -> None:
        """Removes what has expired and goes on with what a stop left unfinished."""
        self._worker.expire()
        if self._store.waiting():
            self._worker.start()

    def close(self) -> None:
        """Lets the work rest; a later start goes on with it."""
        self._worker.stop()


def _unknown(report_id: str) -> NotFound:
    return NotFound(
        f"there is no operation '{report_id[:60]}' at this scope, or it has expired; ask anew",
        target="operationId",
        code="OperationNotFound",
    )


def _gone() -> NotFound:
    return NotFound("this link is not valid, or has expired; ask for the report again")
