"""Reports in a database: kept whole, one worker at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from costplane.core.report import Report, ReportFile
from costplane.store.control_plane import ControlPlane

NOW = datetime(2026, 11, 22, 9, 30, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def report(number: int) -> Report:
    return Report(
        id=f"r-{number}",
        kind="CostDetails",
        scope="/subscriptions/s",
        visible=("/", "/subscriptions/ü"),
        request={"metric": "ActualCost", "month": None},
        submitted_by="me",
        submitted_at=NOW + number * MINUTE,
        key="k",
        expires_at=NOW + timedelta(hours=12 + number),
    )


def test_what_is_kept_is_found(control: ControlPlane) -> None:
    control.reports.add(report(1))
    assert control.reports.find("r-1") == report(1)
    assert control.reports.find("r-2") is None
    claimed = control.reports.claim(NOW, NOW + MINUTE)
    assert claimed == replace(report(1), state="Running", claimed_until=NOW + MINUTE)
    done = replace(claimed, state="Completed", files=(ReportFile("a.csv", 3, 1),))
    assert not control.reports.save(done, NOW)
    assert control.reports.save(done, NOW + MINUTE)
    assert control.reports.find("r-1") == done
    assert control.reports.waiting() == 0


def test_the_oldest_free_one_is_claimed(control: ControlPlane) -> None:
    for number in (2, 1):
        control.reports.add(report(number))
    assert control.reports.waiting() == 2
    until = NOW + MINUTE
    claimed = [control.reports.claim(NOW, until) for _ in range(3)]
    assert [one and one.id for one in claimed] == ["r-1", "r-2", None]
    assert control.reports.claim(until - timedelta(microseconds=1), until + MINUTE) is None
    again = control.reports.claim(until, until + MINUTE)
    assert again is not None
    assert again.id == "r-1"


def test_one_worker_gets_each(control: ControlPlane) -> None:
    for number in range(12):
        control.reports.add(report(number))
    with ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda _: control.reports.claim(NOW, NOW + MINUTE), range(16))
        ids = [one.id for one in found if one is not None]
    assert sorted(ids) == sorted(f"r-{number}" for number in range(12))


def test_what_expires_is_told_and_forgotten(control: ControlPlane) -> None:
    for number in (1, 2):
        control.reports.add(report(number))
    assert control.reports.expired(NOW + timedelta(hours=13)) == ["r-1"]
    control.reports.remove("r-1")
    assert control.reports.find("r-1") is None
    assert control.reports.find("r-2") is not None
