"""Intake: every event once, at its own time; what cannot count is kept apart and told."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from costplane.app.intake.intake import IntakeReport
from costplane.app.workspace import Workspace
from costplane.metering.batch import EventBatch
from costplane.metering.native import read_json_lines
from tests.app import estate
from tests.app.estate import NOW, RESOURCES, Event, answer, body, costs, take

MONTH = {"from": "2026-11-01", "to": "2026-11-30"}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    opened = estate.opened(tmp_path)
    yield opened
    opened.close()


def call(id_: str, time: str = "2026-11-02T10:00:00Z", **data: Any) -> Event:
    told = {"resource_id": RESOURCES[0], "deployment": "chat", "quantities": {"output_text": 1000}}
    return {"source": "gateway", "id": id_, "time": time, "data": told | data}


def total(workspace: Workspace, *groups: str) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    return answer(workspace, body(*groups, period=MONTH))


def test_the_same_input_twice_changes_nothing(workspace: Workspace) -> None:
    events = [call(str(n)) for n in range(5)]
    assert take(workspace, events).accepted == 5
    before, files = total(workspace), workspace.ledger.snapshot().files
    again = take(workspace, events, events)
    assert (again.accepted, again.duplicates, again.conflicts) == (0, 10, 0)
    assert total(workspace) == before
    assert workspace.ledger.snapshot().files == files


def test_of_one_identity_the_first_stands(workspace: Workspace) -> None:
    dear = call("1", quantities={"output_text": 5_000_000})
    report = take(workspace, [call("1"), call("2"), dear, call("2")])
    assert (report.accepted, report.duplicates, report.conflicts) == (2, 2, 1)
    other = call("2", "2026-11-05T10:00:00Z")
    assert take(workspace, [other]).conflicts == 1
    assert costs(total(workspace)) == {(): Decimal("0.016")}


def test_neighbours_make_no_conflict(workspace: Workspace) -> None:
    """A field that another event of the batch tells is no content of this one."""
    take(workspace, [call("1")])
    again = take(workspace, [call("1"), call("2", user="u", session="s", attempt=1)])
    assert (again.accepted, again.duplicates, again.conflicts) == (1, 1, 0)


def test_late_events_count_at_their_own_time(workspace: Workspace) -> None:
    take(workspace, [call("1", "2026-11-18T10:00:00Z")])
    take(workspace, [call("2", "2026-11-03T10:00:00Z"), call("3", "2026-11-04T10:00:00Z")])
    found = answer(workspace, body(granularity="Daily", period=MONTH))
    price = Decimal("0.008"), Decimal("0.0095")
    assert costs(found) == {(20261103,): price[0], (20261104,): price[1], (20261118,): price[1]}


@pytest.mark.parametrize(
    ("time", "code"),
    [
        (NOW + timedelta(minutes=5), None),
        (NOW + timedelta(minutes=5, microseconds=1), "FutureTime"),
        (NOW - timedelta(days=1_200), None),
        (NOW - timedelta(days=1_200, microseconds=1), "TooOld"),
    ],
)
def test_times_that_cannot_be_go_to_the_quarantine(
    workspace: Workspace, time: Any, code: str | None
) -> None:
    odd = call("odd", time.isoformat())
    report = take(workspace, [call("1"), odd])
    assert (report.accepted, report.quarantined) == ((1, 1) if code else (2, 0))
    assert workspace.quarantine.count() == ({code: 1} if code else {})
    take(workspace, [odd])
    assert workspace.quarantine.count() == ({code: 1} if code else {})
    for held in workspace.quarantine.list():
        assert (held.source, held.id, held.code) == ("gateway", "odd", code)
        assert '"output_text":1000' in held.event
        assert held.received_at == NOW


def test_a_batch_of_the_quarantine_alone_is_no_segment(workspace: Workspace) -> None:
    report = take(workspace, [call("1", "2030-01-01T00:00:00Z")])
    assert report == IntakeReport(quarantined=1)
    assert workspace.ledger.committed("usage", "segment") == -1


def test_nothing_is_nothing(workspace: Workspace) -> None:
    assert workspace.ingest([]) == IntakeReport()
    assert workspace.ingest([read_json_lines([])]) == IntakeReport()
    assert take(workspace, [], []) == IntakeReport()
    assert costs(total(workspace)) == {}


def test_rejected_lines_are_told_and_the_rest_is_taken(workspace: Workspace) -> None:
    good = list(estate.lines([call("1"), call("2")]))
    batch = read_json_lines([good[0], b"{broken", good[1]])
    heard: list[IntakeReport] = []
    report = workspace.ingest([batch], heard.append)
    assert report.accepted == 2
    assert [(r.line, r.code) for r in report.rejected] == [(2, "InvalidJson")]
    assert heard == [report]


def test_rejected_lines_alone_are_told(workspace: Workspace) -> None:
    report = workspace.ingest([read_json_lines([b"{broken"])])
    assert (report.accepted, len(report.rejected)) == (0, 1)


def test_batches_become_segments_of_bounded_size(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("costplane.app.intake.intake.SEGMENT_ROWS", 4)
    heard: list[int] = []
    batches: list[EventBatch] = [
        read_json_lines(estate.lines(call(f"{b}-{n}") for n in range(size)))
        for b, size in enumerate((1, 2, 0, 7, 5))
    ]
    report = workspace.ingest(batches, lambda r: heard.append(r.accepted))
    assert report.accepted == 15
    assert heard == [4, 8, 12, 15]
    assert workspace.ledger.committed("usage", "segment") == 4


def test_counts_that_no_call_has_are_rejected(workspace: Workspace) -> None:
    report = take(workspace, [call("1", quantities={"output_text": 2**53})])
    assert (report.accepted, len(report.rejected)) == (0, 1)
    assert "10^12 or more" in report.rejected[0].message


def test_the_largest_counts_are_priced_exactly(workspace: Workspace) -> None:
    most = 10**12 - 1
    events = [call(str(n), quantities={"output_text": most, "input_text": most}) for n in range(3)]
    take(workspace, events)
    want = estate.priced(events_of(events), lambda _e, q: (q,))
    assert costs(total(workspace, "TokenType")) == want
    assert total(workspace)[()][1] == 6 * most


def events_of(events: list[Event]) -> list[Event]:
    filled = {"model": None, "http_status": 200}
    return [event | {"data": filled | event["data"]} for event in events]


def test_zero_is_no_line_and_no_missing_usage(workspace: Workspace) -> None:
    report = take(workspace, [call("1", quantities={"output_text": 0})])
    assert (report.accepted, report.unmetered, report.unpriced) == (1, 0, 0)
    assert total(workspace)[()] == (None, None, 1)


def test_unpriced_events_are_counted_once_each(workspace: Workspace) -> None:
    """One lacks a price for several reasons, one for one, one has prices."""
    several = {"output_audio": 5, "images": 2, "output_text": 9}
    report = take(
        workspace,
        [
            call("1", quantities=several),
            call("2", deployment=None, model="gamma", quantities={"input_text": 1}),
            call("3"),
        ],
    )
    assert (report.accepted, report.unpriced) == (3, 2)


def test_a_lost_index_is_made_again_from_usage(workspace: Workspace, tmp_path: Path) -> None:
    for n in range(3):
        take(workspace, [call(f"{n}-{k}") for k in range(4)])
    before = total(workspace)
    shutil.rmtree(tmp_path / "data" / "identities")
    report = take(workspace, [call("1-2"), call("2-0", user="other"), call("new")])
    assert (report.accepted, report.duplicates, report.conflicts) == (1, 2, 1)
    assert total(workspace)[()][2] == before[()][2] + 1


def test_an_index_from_an_old_copy_is_completed(workspace: Workspace, tmp_path: Path) -> None:
    index, copy = tmp_path / "data" / "identities", tmp_path / "copy"
    take(workspace, [call("1")])
    shutil.copytree(index, copy)
    take(workspace, [call("2")])
    shutil.rmtree(index)
    shutil.copytree(copy, index)
    assert take(workspace, [call("1"), call("2"), call("3")]).duplicates == 2


def test_two_workspaces_take_turns(workspace: Workspace, tmp_path: Path) -> None:
    other = Workspace.open(tmp_path / "data", now=lambda: NOW)
    take(workspace, [call("1"), call("2", user="ü")])
    assert take(other, [call("2", user="ü"), call("3")]).accepted == 1
    assert take(workspace, [call("3"), call("4", deployment=None, model="beta")]).accepted == 1
    assert total(workspace)[()][2] == total(other)[()][2] == 4
    other.close()


def test_what_usage_mentions_is_in_the_catalog(workspace: Workspace) -> None:
    fresh = RESOURCES[0].replace("rg-a", "rg-new")
    take(workspace, [call("1", resource_id=fresh, deployment="D", model="alpha")])
    resource = workspace.catalog.resource(fresh)
    assert resource is not None
    assert not resource.confirmed
    assert [d.name for d in workspace.catalog.deployments([fresh])] == ["d"]


def test_text_of_any_script_groups_as_it_is(workspace: Workspace) -> None:
    names = ["Grün", "レッド", "a'b\"c", "{}", "\\", "(other)", "x" * 1_024, "🙂", " "]
    take(workspace, [call(n, tags={"team": n}, user=n) for n in names])
    for grouping in ("tag:team", "User", "tag:TEAM"):
        found = costs(total(workspace, grouping))
        assert found == {(name,): Decimal("0.008") for name in names}
