"""Reports survive stops, are made once, and are given to whom they belong."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from costplane.app.reports.reports import LIFETIME, MOST_WAITING, Reports
from costplane.app.reports.worker import CLAIM, Make
from costplane.core.report import Report, ReportFile
from costplane.core.scope import parse_scope
from costplane.errors import InvalidInput, NotFound, Unavailable
from costplane.store.control_plane import ControlPlane
from tests.app.billing.billed_estate import Clock

SCOPE = parse_scope("/subscriptions/s-1")
ROOT = parse_scope("/")


class Maker:
    """Makes files of one line; it can be held up, or fail."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.go = threading.Event()
        self.go.set()
        self.begun = threading.Event()
        self.fault: Exception | None = None

    def __call__(
        self, report: Report, folder: Path, on_part: Callable[[], None]
    ) -> list[ReportFile]:
        self.begun.set()
        while not self.go.wait(0.01):
            on_part()
        on_part()
        if self.fault:
            raise self.fault
        self.made.append(report.id)
        if report.request["rows"] == "0":
            return []
        (folder / "part_0_0001.csv").write_text("a\n1\n")
        return [ReportFile("part_0_0001.csv", 4, 1)]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def maker() -> Maker:
    return Maker()


@pytest.fixture
def control(tmp_path: Path) -> Iterator[ControlPlane]:
    opened = ControlPlane.open(tmp_path / "control.sqlite")
    yield opened
    opened.close()


def reports_of(control: ControlPlane, folder: Path, maker: Make, clock: Clock) -> Reports:
    return Reports(control.reports, folder / "reports", {"Test": maker}, clock)


@pytest.fixture
def reports(control: ControlPlane, tmp_path: Path, maker: Maker, clock: Clock) -> Iterator[Reports]:
    opened = reports_of(control, tmp_path, maker, clock)
    yield opened
    maker.go.set()
    opened.close()


def submit(reports: Reports, rows: str = "1", who: str = "me") -> Report:
    request: Mapping[str, str | None] = {"rows": rows}
    return reports.submit("Test", SCOPE, [ROOT], request, who)


def ended(reports: Reports, report: Report) -> Report:
    for _ in range(1_000):
        found = reports.find(report.id, SCOPE, "me", ["Test"])
        if found.has_ended:
            return found
        time.sleep(0.01)
    raise AssertionError("the report does not end")


def test_a_report_is_made_once(reports: Reports, maker: Maker) -> None:
    first, second = submit(reports), submit(reports, rows="0")
    done, none = ended(reports, first), ended(reports, second)
    assert (done.state, done.files) == ("Completed", (ReportFile("part_0_0001.csv", 4, 1),))
    assert (none.state, none.files) == ("NoDataFound", ())
    assert sorted(maker.made) == sorted([first.id, second.id])
    assert first.key != second.key
    assert len(first.key) >= 43


def test_only_its_key_opens_a_file(reports: Reports) -> None:
    report = ended(reports, submit(reports))
    other = ended(reports, submit(reports))
    assert reports.file(report.id, "part_0_0001.csv", report.key).read_text() == "a\n1\n"
    for id_, name, key in (
        (report.id, "part_0_0001.csv", other.key),
        (report.id, "part_0_0001.csv", ""),
        (report.id, "part_0_0001.csv", "ü"),
        (report.id, "../../control.sqlite", report.key),
        (report.id, "part_1_0001.csv", report.key),
        ("nothing", "part_0_0001.csv", report.key),
    ):
        with pytest.raises(NotFound):
            reports.file(id_, name, key)


def test_it_is_found_where_it_was_asked_for(reports: Reports) -> None:
    report = submit(reports)
    for scope, kinds in ((parse_scope("/subscriptions/s-11"), ["Test"]), (SCOPE, ["Other"])):
        with pytest.raises(NotFound):
            reports.find(report.id, scope, "me", kinds)
    assert reports.find(report.id.upper(), SCOPE, "another", ["Test"]).id == report.id
    mine = reports.submit("Test", ROOT, [SCOPE], {"rows": "1"}, "me")
    assert reports.find(mine.id, ROOT, "me", ["Test"]).id == mine.id
    with pytest.raises(NotFound):
        reports.find(mine.id, ROOT, "another", ["Test"])


def test_it_expires_with_its_files(reports: Reports, clock: Clock, tmp_path: Path) -> None:
    report = ended(reports, submit(reports))
    path = reports.file(report.id, "part_0_0001.csv", report.key)
    clock.now += LIFETIME
    with pytest.raises(NotFound):
        reports.file(report.id, "part_0_0001.csv", report.key)
    with pytest.raises(NotFound):
        reports.find(report.id, SCOPE, "me", ["Test"])
    assert path.exists()
    reports.keep_up()
    assert list((tmp_path / "reports").iterdir()) == []


def test_a_stop_leaves_it_for_the_next_start(
    control: ControlPlane, tmp_path: Path, maker: Maker, clock: Clock
) -> None:
    maker.go.clear()
    first = reports_of(control, tmp_path, maker, clock)
    report = submit(first)
    assert maker.begun.wait(10)
    first.close()
    assert control.reports.find(report.id) == report
    maker.go.set()
    second = reports_of(control, tmp_path, maker, clock)
    second.keep_up()
    assert ended(second, report).state == "Completed"
    second.close()
    assert maker.made == [report.id]


def test_what_a_crash_leaves_is_taken_over_later(
    control: ControlPlane, tmp_path: Path, maker: Maker, clock: Clock
) -> None:
    before = reports_of(control, tmp_path, maker, clock)
    before.close()
    report = submit(before)
    crashed = control.reports.claim(clock.now, clock.now + CLAIM)
    assert crashed is not None
    (tmp_path / "reports" / report.id).mkdir(parents=True)
    (tmp_path / "reports" / report.id / "half").write_text("x")
    after = reports_of(control, tmp_path, maker, clock)
    assert after.find(report.id, SCOPE, "me", ["Test"]).state == "Running"
    time.sleep(0.1)
    assert maker.made == []
    clock.now += CLAIM
    assert ended(after, report).state == "Completed"
    assert not (tmp_path / "reports" / report.id / "half").exists()
    after.close()


def test_who_was_taken_over_gives_up(
    reports: Reports, control: ControlPlane, maker: Maker, clock: Clock
) -> None:
    maker.go.clear()
    report = submit(reports)
    assert maker.begun.wait(10)
    later = clock.now + timedelta(days=1)
    for _ in range(1_000):
        taken = control.reports.claim(later - timedelta(hours=1), later)
        if taken is not None:
            break
        time.sleep(0.01)
    assert taken is not None
    maker.go.set()
    time.sleep(0.3)
    found = control.reports.find(report.id)
    assert found is not None
    assert (found.state, found.claimed_until) == ("Running", later)
    assert maker.made == []


@pytest.mark.parametrize(
    ("fault", "told"),
    [(InvalidInput("no such thing"), "no such thing"), (RuntimeError("secret"), "The server")],
)
def test_a_fault_is_told_without_its_inside(
    reports: Reports, maker: Maker, fault: Exception, told: str
) -> None:
    maker.fault = fault
    report = ended(reports, submit(reports))
    assert report.state == "Failed"
    assert (report.error or "").startswith(told)
    maker.fault = None
    assert ended(reports, submit(reports)).state == "Completed"


def test_too_many_are_told_to_come_back(reports: Reports, maker: Maker) -> None:
    maker.go.clear()
    for _ in range(MOST_WAITING):
        submit(reports)
    with pytest.raises(Unavailable):
        submit(reports)
