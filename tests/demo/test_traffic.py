"""The demo's calls: the same in every run, many enough, and of the kinds that are promised."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from costplane.core.tables import EVENTS
from costplane.demo.arrivals import counts, streams
from costplane.demo.estate import estate
from costplane.demo.samples import samples
from costplane.demo.traffic import hours

LOOP = estate().loops[0]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def between(start: str, end: str) -> pa.Table:
    return pa.concat_tables(hours(at(start), at(end)))


@pytest.fixture(scope="module")
def week() -> pa.Table:
    return between("2026-09-28", "2026-10-05")


def test_runs_of_different_ends_agree_on_the_hours_they_share() -> None:
    longer = between("2026-08-30T05:00", "2026-09-02T03:00")
    shorter = between("2026-08-31T20:00", "2026-09-01T11:00")
    times = longer["time"]
    shared = pc.and_(
        pc.greater_equal(times, pa.scalar(at("2026-08-31T20:00"))),
        pc.less(times, pa.scalar(at("2026-09-01T11:00"))),
    )
    assert len(shorter) > 1_000
    assert longer.filter(shared).combine_chunks().equals(shorter.combine_chunks())


def test_the_calls_of_an_hour_lie_in_it_and_ids_are_unique() -> None:
    hour = between("2026-09-01T10:00", "2026-09-01T11:00")
    assert pc.min(hour["time"]).as_py() >= at("2026-09-01T10:00")
    assert pc.max(hour["time"]).as_py() < at("2026-09-01T11:00")
    assert set(pc.utf8_slice_codeunits(hour["id"], 0, 10).to_pylist()) == {"2026090110"}
    assert pc.count_distinct(hour["id"]).as_py() == len(hour)


def test_an_hour_is_the_same_on_every_machine() -> None:
    """The figures change with the estate; a change without one is a loss of reproducibility."""
    hour = between("2026-09-01T10:00", "2026-09-01T11:00")
    kinds = ("input_text", "input_text_cached", "output_text")
    sums = [pc.sum(hour[kind]).as_py() for kind in kinds]
    assert (len(hour), *sums) == (383, 528_064, 344_576, 66_794)


def test_no_hours_are_no_events() -> None:
    assert list(hours(at("2026-09-01"), at("2026-09-01"))) == []
    assert len(between("2020-01-01", "2020-01-01T05:00")) == 0


@pytest.mark.parametrize("end", ["2026-10-20T07:00", "2026-11-22T10:00", "2027-05-01"])
def test_thirteen_months_hold_two_million_calls(end: str) -> None:
    start = at(end) - timedelta(days=395)
    assert sum(int(hour.sum()) for hour in counts(estate(), start, at(end))) >= 2_000_000


def test_tables_have_the_schema_of_events(week: pa.Table) -> None:
    assert week.schema.equals(EVENTS)
    week.validate(full=True)
    for field in EVENTS:
        assert field.nullable or week[field.name].null_count == 0
    assert pc.all(pc.equal(pc.utf8_lower(week["resource_id"]), week["resource_id"])).as_py()
    assert "rg-azure-trace-2023" not in set(week["resource_group"].to_pylist())


def test_calls_are_calls_of_the_traces(week: pa.Table) -> None:
    code = week.filter(
        pc.and_(pc.equal(week["deployment"], "review-v4"), pc.equal(week["http_status"], 200))
    )
    prompts = pc.add(code["input_text"], code["input_text_cached"])
    told = set(zip(prompts.to_pylist(), code["output_text"].to_pylist(), strict=True))
    trace = samples("code")
    assert len(told) > 50
    assert told <= set(zip(trace.prompt.tolist(), trace.output.tolist(), strict=True))


def test_agents_read_and_write_the_cache_as_their_trace_does(week: pa.Table) -> None:
    calls = week.filter(
        pc.and_(pc.equal(week["deployment"], "escalation"), pc.equal(week["http_status"], 200))
    )
    kinds = ("input_text", "input_text_cached", "input_text_cache_write_5m")
    fresh, read, written = (pc.sum(calls[kind]).as_py() for kind in kinds)
    trace = samples("agent")
    assert trace.cached is not None
    assert read / (fresh + read + written) == pytest.approx(
        trace.cached.sum() / trace.prompt.sum(), abs=0.06
    )
    assert pc.max(calls["input_text"]).as_py() < 1_024
    assert calls["input_text_cache_write"].null_count == len(calls)


def test_every_billed_ending_tells_its_usage(week: pa.Table) -> None:
    untold = week.filter(pc.is_null(week["input_text"]))
    assert set(untold["http_status"].to_pylist()) == {401, 404, 429, 500, 503}
    told = week.filter(pc.is_valid(week["input_text"]))
    assert set(told["http_status"].to_pylist()) == {200, 400, 408, 499}
    failed = 1 - pc.sum(pc.equal(week["http_status"], 200)).as_py() / len(week)
    assert 0.01 < failed < 0.04


def test_weekends_and_nights_are_quieter_where_people_work() -> None:
    of = [stream.placed.name for stream in streams(estate())]
    hourly = np.array(list(counts(estate(), at("2026-09-07"), at("2026-09-21"))))
    daily = hourly[:, of.index("completion-fast")].reshape(2, 7, 24).sum(axis=0)
    assert daily[5:].sum() < 0.1 * daily[:5].sum()
    assert daily[:5, 0:4].sum() < 0.2 * daily[:5, 8:12].sum()


def test_launches_and_retirements_hold() -> None:
    of = streams(estate())
    hourly = np.array(list(counts(estate(), at("2026-04-13"), at("2026-04-17"))))
    names = [stream.placed.name for stream in of]
    retired = hourly[:, names.index("query-rewrite")]
    assert retired[:48].sum() > 0
    assert retired[48:].sum() == 0
    assert hourly[:, names.index("review-v4")].sum() == 0


def test_one_caller_loops_for_some_days() -> None:
    during = between("2026-10-07", "2026-10-08")
    before = between("2026-09-30", "2026-10-01")
    after = between("2026-10-14", "2026-10-15")

    def tokens(table: pa.Table) -> int:
        return int(pc.sum(_of_loop(table)["input_text_cache_write"]).as_py())

    assert tokens(during) > 8 * max(tokens(before), tokens(after))
    users = _of_loop(during)["user"].value_counts().to_pylist()
    most = max(users, key=lambda row: row["counts"])
    assert most["counts"] > 0.7 * len(_of_loop(during))


def _of_loop(table: pa.Table) -> pa.Table:
    return table.filter(
        pc.and_(
            pc.equal(table["resource_group"], LOOP.group),
            pc.equal(table["deployment"], LOOP.deployment),
        )
    )


def test_batches_data_zones_regions_and_untagged_calls_are_there(week: pa.Table) -> None:
    kinds = set(week["deployment_type"].to_pylist())
    assert kinds == {
        "GlobalStandard",
        "DataZoneStandard",
        "Standard",
        "GlobalBatch",
        "DataZoneBatch",
    }
    assert len(set(week["region"].to_pylist())) >= 6
    tags = week["tags"].value_counts().to_pylist()
    assert len(tags) >= 4
    assert sum(row["counts"] for row in tags if row["values"] == "{}") > 0


def test_a_million_calls_are_drawn_in_seconds_of_one_core() -> None:
    started = time.process_time()
    events = sum(len(table) for table in hours(at("2026-05-01"), at("2026-06-01")))
    assert events / (time.process_time() - started) > 100_000
