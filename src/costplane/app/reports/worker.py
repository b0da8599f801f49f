"""The thread that makes reports, one after another.

A report that it works on is its own for a while, which it renews between parts of the work; what
a stop of the process leaves is taken over by whoever comes after that. Files are written into a
folder of the report, from the beginning each time, and named in the control plane only when all
are complete.
"""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from costplane.app.reports.ports import ReportStore
from costplane.core.report import Report, ReportFile
from costplane.errors import CostplaneError

Make = Callable[[Report, Path, Callable[[], None]], list[ReportFile]]
"""Writes the files of a report into a folder. The function that it is given is called between
parts of the work, and may raise."""

CLAIM = timedelta(minutes=2)
"""For how long a report is one worker's without a sign of life."""

_LOG = logging.getLogger(__name__)


class Abandoned(Exception):
    """The work is to end here: the process stops, or another has taken the report over."""


class ReportWorker:
    """Makes the reports that wait. It runs while there are some, once a process."""

    def __init__(
        self,
        store: ReportStore,
        folder: Path,
        makers: Mapping[str, Make],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._folder = folder
        self._makers = makers
        self._now = now
        self._lock = threading.Lock()
        self._wake = False
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin with what waits, unless that is going on."""
        with self._lock:
            self._wake = True
            if self._thread is None and not self._stopping.is_set():
                self._thread = threading.Thread(target=self._work, name="reports", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """End soon, in the middle of a report if need be; it waits for another start."""
        self._stopping.set()
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def expire(self) -> None:
        """Remove the reports whose time is over, and their files."""
        for report_id in self._store.expired(self._now()):
            shutil.rmtree(self._folder / report_id, ignore_errors=True)
            self._store.remove(report_id)

    def _work(self) -> None:
        while self._goes_on():
            try:
                self.expire()
                self._make_all()
            except CostplaneError:
                _LOG.exception("reports wait: the control plane or a file is not available")
                self._wake = False

    def _goes_on(self) -> bool:
        """Whether to look once more; otherwise the thread has ended for whoever calls start."""
        with self._lock:
            if self._wake and not self._stopping.is_set():
                self._wake = False
                return True
            self._thread = None
            return False

    def _make_all(self) -> None:
        while not self._stopping.is_set():
            now = self._now()
            report = self._store.claim(now, now + CLAIM)
            if report is None:
                return
            self._make(report)

    def _make(self, report: Report) -> None:
        held = report

        def alive() -> None:
            nonlocal held
            if self._stopping.is_set():
                raise Abandoned
            renewed = replace(held, claimed_until=_later(held, self._now()))
            if not self._store.save(renewed, _claim(held)):
                raise Abandoned
            held = renewed

        try:
            ended = self._made(report, alive)
        except Abandoned:
            ended = replace(report, state="Queued", claimed_until=None)
        if not self._store.save(ended, _claim(held)):
            _LOG.info("report %s was taken over", report.id)

    def _made(self, report: Report, alive: Callable[[], None]) -> Report:
        folder = self._folder / report.id
        try:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            files = self._makers[report.kind](report, folder, alive)
        except CostplaneError as error:
            return replace(report, state="Failed", error=error.message)
        except Abandoned:
            raise
        except Exception:
            _LOG.exception("report %s failed", report.id)
            return replace(report, state="Failed", error="The server failed; its log says why.")
        return replace(report, state="Completed" if files else "NoDataFound", files=tuple(files))


def _claim(report: Report) -> datetime:
    assert report.claimed_until is not None
    return report.claimed_until


def _later(report: Report, now: datetime) -> datetime:
    """The end of a renewed claim: never the one before, by which it is told from others'."""
    return max(now + CLAIM, _claim(report) + timedelta(microseconds=1))
