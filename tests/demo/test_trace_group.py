"""The replayed traces, counted by hand from the files, and what they cost."""

from __future__ import annotations

import csv
import gzip
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from costplane.core import tags
from costplane.demo.estate import data_file
from costplane.demo.trace_group import ENDED, REPLAYS, Replay, trace_batches

BY_HAND = {
    "code-completion": (8_819, 18_059_974, 245_896),
    "chat": (19_366, 22_361_870, 4_088_665),
}
PRICES = {
    # USD for one token, from the 2026-08 list: gpt 4.1 glbl, 5.4 mini Dz in swedencentral
    "code-completion": (Decimal("0.002") / 1_000, Decimal("0.008") / 1_000),
    "chat": (Decimal("0.825") / 1_000_000, Decimal("4.95") / 1_000_000),
}


@pytest.fixture(scope="module")
def events() -> pa.Table:
    batches = list(trace_batches())
    assert [rejection for batch in batches for rejection in batch.rejected] == []
    return pa.concat_tables(batch.events for batch in batches)


def _rows(file: str) -> list[tuple[str, int, int]]:
    rows = list(csv.reader(gzip.decompress(data_file(file)).decode().splitlines()))
    return [(time, int(prompt), int(output)) for time, prompt, output in rows[1:]]


@pytest.mark.parametrize("replay", REPLAYS, ids=lambda replay: replay.deployment)
def test_the_files_have_the_published_totals(replay: Replay) -> None:
    rows = _rows(replay.file)
    totals = (len(rows), sum(row[1] for row in rows), sum(row[2] for row in rows))
    assert totals == BY_HAND[replay.deployment]


@pytest.mark.parametrize("replay", REPLAYS, ids=lambda replay: replay.deployment)
def test_every_call_is_replayed_as_it_was(events: pa.Table, replay: Replay) -> None:
    calls = events.filter(pc.equal(events["deployment"], replay.deployment))
    expected = [
        (datetime.fromisoformat(f"2026-10-15{time[10:26]}").replace(tzinfo=UTC), prompt, output)
        for time, prompt, output in _rows(replay.file)
    ]
    columns = (calls[name].to_pylist() for name in ("time", "input_text", "output_text"))
    told = [
        (time.replace(tzinfo=UTC), prompt, output)
        for time, prompt, output in zip(*columns, strict=True)
    ]
    assert sorted(told) == sorted(expected)


def test_the_calls_are_assigned_and_say_so(events: pa.Table) -> None:
    names = ["deployment", "model", "model_version", "deployment_type"]
    facts = {tuple(row.values()) for row in events.select(names).to_pylist()}
    assert facts == {
        ("code-completion", "gpt-4.1", "2025-04-14", "GlobalStandard"),
        ("chat", "gpt-5.4-mini", "2026-03-17", "DataZoneStandard"),
    }
    assert pc.unique(events["resource_group"]).to_pylist() == ["rg-azure-trace-2023"]
    assert pc.unique(events["region"]).to_pylist() == ["swedencentral"]
    assert {tags.parse(text)["origin"] for text in pc.unique(events["tags"]).to_pylist()} == {
        "replayed"
    }
    assert pc.count_distinct(pc.binary_join_element_wise(events["source"], events["id"], "/")) == (
        pa.scalar(28_185)
    )
    assert pc.max(events["time"]).as_py() < ENDED
    assert {time.date() for time in events["time"].to_pylist()} == {date(2026, 10, 15)}


def test_the_group_costs_by_hand_what_it_must(events: pa.Table) -> None:
    costs = {}
    for replay in REPLAYS:
        calls = events.filter(pc.equal(events["deployment"], replay.deployment))
        prompt, output = PRICES[replay.deployment]
        costs[replay.deployment] = (
            pc.sum(calls["input_text"]).as_py() * prompt,
            pc.sum(calls["output_text"]).as_py() * output,
        )
    assert costs == {
        "code-completion": (Decimal("36.119948"), Decimal("1.967168")),
        "chat": (Decimal("18.44854275"), Decimal("20.23889175")),
    }
    assert sum(sum(pair) for pair in costs.values()) == Decimal("76.7745505")
