"""Sums that several threads and processes make, read and delete at the same time."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from costplane.analysis.plan import QueryPlan
from costplane.analysis.repeated import answer_of
from costplane.analysis.service import CostAnalysis
from costplane.app.queries.rolled_up import over_sums
from costplane.app.queries.rollups import LEFT_AFTER, Rollups
from costplane.core.relation import Engine, Relation
from costplane.errors import Unavailable
from tests.analysis.questions import WHOLE, engine, planned
from tests.app.queries.summed_files import FILES, ROLLED, files_of, first, one_of_each, written
from tests.app.queries.watched import Asked, Watched

QUESTION = WHOLE | {"sums": ["Cost"], "groups": ["Model"]}
ENDS = ("json", "day.parquet", "month.parquet")


def test_sums_deleted_before_they_are_read_cost_no_answer(tmp_path: Path) -> None:
    relations = written(tmp_path, one_of_each(), timedelta())
    plan = planned(QUESTION)
    expected = _answer(engine(), plan, relations, Rollups(tmp_path / "none", engine()))
    rollups = _summed(tmp_path / "rollups", relations)
    asked: list[Relation] = []

    def delete(read: Asked) -> None:
        for path in (tmp_path / "rollups").rglob("*.*"):
            path.unlink()
        asked.append(read["charges"])

    assert _answer(Watched(before=delete), plan, relations, rollups) == expected
    over, rows = asked
    assert over != rows == relations["charges"]
    assert _answer(engine(), plan, relations, rollups) == expected


def test_a_list_deleted_while_lists_are_read_is_none(tmp_path: Path) -> None:
    relations = written(tmp_path, one_of_each(), timedelta())
    _summed(tmp_path / "rollups", relations)
    late = Rollups(tmp_path / "rollups", engine())
    names = late._names("charges")
    for path in (tmp_path / "rollups").rglob("*.json"):
        path.unlink()
    assert names
    assert late._listed(names) == []


def test_rows_that_are_gone_are_told(tmp_path: Path) -> None:
    relations = written(tmp_path, one_of_each(), timedelta())
    for path in files_of(relations["charges"]).paths:
        Path(path).unlink()
    with pytest.raises(Unavailable):
        _answer(engine(), planned(QUESTION), relations, Rollups(tmp_path / "none", engine()))


def test_sums_made_twice_at_once_stay_once(tmp_path: Path) -> None:
    relations = written(tmp_path, one_of_each(), timedelta())
    files = files_of(relations["charges"])
    folder = tmp_path / "rollups"
    barrier = Barrier(2)
    together = Watched(after=lambda _: barrier.wait(timeout=60))
    makers = [Rollups(folder, together) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda maker: maker.refresh("charges", files), makers))
    (one,) = Rollups(folder, engine()).covered("charges", files).rollups
    kept = sorted(path.name for path in folder.rglob("*.*"))
    assert kept == sorted(f"{one.place.name}.{end}" for end in ENDS)
    assert all(maker.covered("charges", files).rest.paths == () for maker in makers)


def test_answers_hold_while_sums_come_and_go(tmp_path: Path) -> None:
    relations = written(tmp_path, one_of_each(), timedelta())
    plan, folder = planned(QUESTION), tmp_path / "rollups"
    expected = _answer(engine(), plan, relations, Rollups(tmp_path / "none", engine()))

    def change() -> None:
        rollups = Rollups(folder, engine())
        for count in (1, FILES, 2):
            rollups.refresh("charges", first(relations["charges"], count))
            newest: list[Any] = [("charges", first(relations["charges"], count))]
            rollups.tidy(newest)
            rollups.tidy(newest)

    def ask() -> None:
        rollups = Rollups(folder, engine())
        for _ in range(4):
            assert _answer(engine(), plan, relations, rollups) == expected

    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(work) for work in (change, ask, change, ask)]
    for each in done:
        each.result()


def test_sums_of_other_columns_and_unlisted_files_are_removed(tmp_path: Path) -> None:
    relations = written(tmp_path, one_of_each(), timedelta())
    rollups = _summed(tmp_path / "rollups", relations)
    newest: list[Any] = [(table, files_of(relations[table])) for table in ROLLED]
    (made,) = rollups.covered(*newest[0]).rollups
    old, young = (tmp_path / "rollups" / name / "charges-1.json" for name in ("old", "young"))
    stopped = made.place.with_name("charges-stopped.day.parquet")
    for path in (old, young, stopped):
        path.parent.mkdir(exist_ok=True)
        path.touch()
    for path in (old.parent, stopped, made.place.parent, *made.place.parent.glob("*")):
        os.utime(path, (0, time.time() - LEFT_AFTER - 60))
    rollups.tidy(newest)
    assert not old.parent.exists()
    assert not stopped.exists()
    assert young.exists()
    assert rollups.covered(*newest[0]).rollups == (made,)
    assert Path(made.file("day")).exists()


def _summed(folder: Path, relations: Mapping[str, Relation]) -> Rollups:
    rollups = Rollups(folder, engine())
    for table in ROLLED:
        rollups.refresh(table, files_of(relations[table]))
    return rollups


def _answer(
    on: Engine, plan: QueryPlan, relations: Mapping[str, Relation], rollups: Rollups
) -> list[dict[str, Any]]:
    ask = partial(CostAnalysis(on).rows, plan)
    rows: list[dict[str, Any]] = over_sums(
        ask, plan, answer_of(plan).columns, relations, rollups
    ).to_pylist()
    return rows
