"""Answers with and without sums by days and months: the same, whatever has sums and is asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from costplane.analysis.dimensions import DIMENSIONS
from costplane.analysis.repeated import answer_of, lacking_of
from costplane.analysis.result import query_result
from costplane.analysis.service import CostAnalysis
from costplane.app.queries import rollups as module
from costplane.app.queries.rolled_up import rolled_up
from costplane.app.queries.rollup_rows import columns
from costplane.app.queries.rollups import Rollups
from costplane.core.relation import Files, Relation
from costplane.core.tables import TABLES
from tests.analysis.questions import WHOLE, engine, planned, questions
from tests.analysis.worlds import Row, events
from tests.app.queries.summed_files import FILES, ROLLED, files_of, first, one_of_each, written


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(questions(), events, st.integers(0, FILES), st.integers(0, 40))
def test_answers_are_those_of_the_rows(
    question: dict[str, Any], world: list[Row], summed: int, months: int
) -> None:
    asked = question | {"sums": [s for s in question["sums"] if s != "CallCount"] or ["Cost"]}
    plan = planned(asked)
    assume(plan.source == "hourly" and not plan.cuts)
    with TemporaryDirectory() as folder:
        relations = written(Path(folder), world, timedelta(days=months))
        rollups = Rollups(Path(folder) / "rollups", engine())
        for table in ROLLED:
            rollups.refresh(table, first(relations[table], summed))
        assert _answer(asked, relations, rollups) == _answer(asked, relations, None)


def test_whole_days_are_read_from_sums_and_the_rest_from_rows(tmp_path: Path) -> None:
    world = [event for event in one_of_each() for _ in range(3)]
    relations = written(tmp_path, world, timedelta())
    rollups = Rollups(tmp_path / "rollups", engine())
    for table in ROLLED:
        rollups.refresh(table, first(relations[table], FILES))
    plan = planned(WHOLE | {"sums": ["Cost"], "groups": ["Model"]})
    found, _ = rolled_up(plan, answer_of(plan).columns, relations, rollups)
    charges = found["charges"]
    assert isinstance(charges, Files)
    assert all(".day." in path for path in charges.paths)
    hourly = planned(WHOLE | {"sums": ["Cost"], "granularity": "Hourly"})
    assert rolled_up(hourly, answer_of(hourly).columns, relations, rollups)[0] == relations


def test_sums_are_made_once_and_deleted_when_their_files_are_gone(tmp_path: Path) -> None:
    files = files_of(written(tmp_path, one_of_each(), timedelta())["charges"])
    rollups = Rollups(tmp_path / "rollups", engine())
    rollups.refresh("charges", files)
    (made,) = rollups.covered("charges", files).rollups
    changed = Path(made.file("day")).stat().st_mtime_ns
    rollups.refresh("charges", files)
    assert Path(made.file("day")).stat().st_mtime_ns == changed
    rest = Files(files.paths[1:], files.schema)
    rollups.refresh("charges", rest)
    assert rollups.covered("charges", rest).rest.paths == ()
    rollups.tidy([("charges", rest)])
    assert Path(made.file("day")).exists()
    rollups.tidy([("charges", rest)])
    assert not Path(made.file("day")).exists()
    assert rollups.covered("charges", files).rest.paths == files.paths[:1]


def test_large_sums_stay_while_small_ones_are_made_anew(tmp_path: Path, monkeypatch: Any) -> None:
    files = files_of(written(tmp_path, one_of_each(), timedelta())["charges"])
    monkeypatch.setattr(module, "AT_ONCE", 1)
    monkeypatch.setattr(module, "SMALL", 1)
    rollups = Rollups(tmp_path / "rollups", engine())
    rollups.refresh("charges", Files(files.paths[:2], files.schema))
    assert len(rollups.covered("charges", files).rollups) == 2
    monkeypatch.setattr(module, "SMALL", 10**9)
    monkeypatch.setattr(module, "AT_ONCE", 10**9)
    rollups.refresh("charges", files)
    (one,) = rollups.covered("charges", files).rollups
    assert one.sources == frozenset(files.paths)


def test_sums_have_the_columns_of_every_dimension() -> None:
    names = [d.name for d in DIMENSIONS if not d.is_request]
    plan = planned(
        WHOLE
        | {"sums": ["Cost", "CostUSD", "UsageQuantity", "TokenCount"]}
        | {
            "groups": [*names, "tag:team"],
            "type": "Usage",
        }
    )
    named = answer_of(plan).columns | lacking_of(plan).columns
    for table in ROLLED:
        assert not [n for n in named if n in TABLES[table].names and n not in columns(table)]


def _answer(
    question: dict[str, Any], relations: dict[str, Relation], rollups: Rollups | None
) -> tuple[Any, ...]:
    plan, analysis = planned(question), CostAnalysis(engine())
    few: tuple[dict[str, Relation], dict[str, datetime]] = (relations, {})
    lacking = few
    if rollups is not None:
        few = rolled_up(plan, answer_of(plan).columns, relations, rollups)
        lacking = rolled_up(plan, lacking_of(plan).columns, relations, rollups)
    rows = analysis.rows(plan, *few)
    found = query_result(plan, rows, analysis.unpriced(plan, *lacking))
    return found.rows.to_pylist(), found.unpriced
