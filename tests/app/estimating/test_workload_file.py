"""A workload file: what is read, and what is refused with its place."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from costplane.app.estimating.asked import parse_asked
from costplane.app.estimating.workload import Plan
from costplane.app.estimating.workload_file import read_plan
from costplane.errors import InvalidInput, UnreadableFile
from tests.app.estimating.plans import MONTH

GOOD = """\
name: Assistant
model: GPT-4.1
region: Sweden Central
months: 12
workloads:
  - name: answers
    calls_per_hour: 1_000
    hours_per_day: 10
    input_tokens: 1800.5
    text: prompt.md
    output_tokens: 350
    cached_share: 60%
    images: [{width: 1024, height: 768, detail: low, count: 0.5}]
  - name: nightly
    model: gpt-4.1-mini
    calls_per_weekday: 300
    calls_per_weekend_day: 20
    start: 2027-03
    months: 2
    growth_per_month: -5%
    batch_share: 1
    quantities: {pages: 2}
compare_models: [gpt-5]
"""


def read(folder: Path, text: str) -> Plan:
    file = folder / "plan.yaml"
    file.write_text(text)
    return read_plan(file, MONTH)


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "prompt.md").write_text("You answer questions.")
    found = read(tmp_path, GOOD)
    assert (found.name, found.compare_models) == ("Assistant", ("gpt-5",))
    first, second = found.workloads
    assert (first.served.model, first.served.region) == ("gpt-4.1", "swedencentral")
    assert first.traffic.weekday == first.traffic.weekend == 10_000
    assert first.traffic.busiest_minute == Fraction(1_000, 60)
    assert first.shape.texts == (("prompt.md", "You answer questions."),)
    assert first.shape.input_tokens == Fraction(3_601, 2)
    assert first.shape.cached_share == Fraction(3, 5)
    assert (first.months, first.start) == (12, MONTH)
    assert (second.months, second.start.month, second.growth) == (2, 3, Fraction(-1, 20))
    assert second.shape.further == (("pages", Fraction(2)),)


def test_the_title_is_the_files_name_if_there_is_none(tmp_path: Path) -> None:
    assert (
        read(tmp_path, "workloads: [{model: a, calls_per_day: 1, input_tokens: 1}]").name == "plan"
    )


@pytest.mark.parametrize(
    ("workload", "says"),
    [
        ("calls_per_day: 1", "model is missing"),
        ("model: a", "give calls_per_day, or"),
        ("model: a, calls_per_day: 1, calls_per_hour: 1", "give calls_per_day, or"),
        ("model: a, calls_per_weekend_day: 1", "give calls_per_day, or"),
        ("model: a, calls_per_day: many", "calls_per_day is 'many'"),
        ("model: a, calls_per_day: 50%", "calls_per_day is '50%'"),
        (f"model: a, calls_per_day: {'1' * 5_000}", "calls_per_day is '111"),
        ("model: a, calls_per_day: 1e1000000", "calls_per_day is '1e1000000'"),
        (f"model: a, calls_per_day: 1, months: {'1' * 5_000}", "months is '111"),
        (f"model: a, calls_per_day: 1, quantities: {{pages: {'9' * 400}}}", "pages is '999"),
        ("model: a, calls_per_day: -1", "calls_per_weekday is -1"),
        ("model: a, calls_per_day: 1, cached_share: 120%", "cached_share is 1.2"),
        ("model: a, calls_per_day: 1, cached_share: 0.6, cache_write_share: 0.6", "together"),
        ("model: a, calls_per_day: 1, cache_lifetime: 2d", "cache_lifetime is '2d'; use one of"),
        ("model: a, calls_per_day: 1, months: 0", "months is 0"),
        ("model: a, calls_per_day: 1, months: 1.5", "months is '1.5'"),
        ("model: a, calls_per_day: 1, start: soon", "write a month as 2027-01"),
        ("model: a, calls_per_day: 1, tokens: 3", "tokens is no field"),
        ("model: a, calls_per_day: 1, quantities: {blinks: 3}", "quantities is 'blinks'"),
        ("model: a, calls_per_day: 1, images: [{width: 3}]", "height is ''"),
        ("model: a, calls_per_day: 1, text: gone.md", "gone.md cannot be read"),
        ("model: a, calls_per_day: 1, scope: here", "is not a scope"),
        ("model: [a], calls_per_day: 1", "model: write one value"),
        ("model: a, model: b", "model stands there twice"),
        ("model: a, calls_per_day: 1, hours_per_day: 0", "hours_per_day is 0"),
        ("model: a, calls_per_day: 1", "calls use nothing; give input_tokens"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, workload: str, says: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(tmp_path, f"workloads: [{{name: bad, {workload}}}]")
    assert says in caught.value.message
    assert caught.value.message.startswith(str(tmp_path / "plan.yaml"))


def test_what_is_no_plan(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="not YAML"):
        read(tmp_path, "workloads: [")
    with pytest.raises(InvalidInput, match="write a list of workloads"):
        read(tmp_path, "model: a")
    with pytest.raises(InvalidInput, match="give one at least"):
        read(tmp_path, "workloads: []")
    twice = "{name: x, model: a, calls_per_day: 1, input_tokens: 1}"
    with pytest.raises(InvalidInput, match="two workloads are named 'x'"):
        read(tmp_path, f"workloads: [{twice}, {twice}]")


def test_numbers_as_programs_write_them() -> None:
    body = b'{"workloads": [{"model": "a", "calls_per_day": 1E3, "input_tokens": 1.5e-07}]}'
    (workload,) = parse_asked(body, datetime(2026, 11, 2, tzinfo=UTC)).plan.workloads
    assert workload.traffic.weekday == 1_000
    assert workload.shape.input_tokens == Fraction(15, 10**8)
