"""`costplane ingest`."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.http.sample import EVENTS, event, write_events, write_prices

TRACE = "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,374,44\n"
ASSIGNED = (
    "--resource",
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a",
    "--deployment",
    "chat",
    "--model",
    "gpt-4.1",
)


def counts(text: str) -> dict[str, int]:
    """The printed counts by name."""
    pairs = (line.split() for line in text.splitlines())
    return {name: int(number.replace(",", "")) for number, name in pairs}


def test_counts(run: Run, tmp_path: Path) -> None:
    run("prices", "import", str(write_prices(tmp_path)))
    file = str(write_events(tmp_path))
    first = run("ingest", file)
    assert first.status == 0
    expected = {"accepted": 4, "duplicates": 0, "unpriced": 1, "rejected": 0}
    assert expected.items() <= counts(first.out).items()
    second = counts(run("ingest", file).out)
    assert {"accepted": 0, "duplicates": 4}.items() <= second.items()


def test_a_rejection_tells_file_line_field_and_reason(run: Run, tmp_path: Path) -> None:
    wrong = event("b1", "rg", "t", usage={"prompt_tokens": -1, "completion_tokens": 0})
    file = tmp_path / "mixed.jsonl"
    file.write_text(f"{json.dumps(EVENTS[0])}\n{{\n{json.dumps(wrong)}\n{json.dumps(EVENTS[1])}\n")
    ended = run("ingest", str(file))
    assert ended.status == 3
    assert counts(ended.out)["accepted"] == 2
    lines = ended.err.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(f"{file}:2: ")
    assert lines[1].startswith(f"{file}:3: data.usage.prompt_tokens")
    assert lines[1].count("data.usage.prompt_tokens") == 1


def test_json_stands_alone(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "mixed.jsonl"
    file.write_text(f"{{\n{json.dumps(EVENTS[0])}\n")
    ended = run("ingest", str(file), "--format", "json")
    assert ended.status == 3
    answer = json.loads(ended.out)
    assert answer["accepted"] == 1
    (rejected,) = answer["rejected"]
    assert (rejected["file"], rejected["line"]) == (str(file), 1)


def test_standard_input(run: Run) -> None:
    lines = "".join(json.dumps(event) + "\n" for event in EVENTS).encode()
    assert counts(run("ingest", "-", stdin=lines).out)["accepted"] == 4


def test_records_of_a_gateway_and_recorded_answers(run: Run, tmp_path: Path) -> None:
    payloads = Path(__file__).parents[1] / "data" / "records" / "litellm.jsonl"
    assert counts(run("ingest", str(payloads)).out)["accepted"] == 7
    answer = tmp_path / "embeddings.json"
    answer.write_text(json.dumps({"object": "list", "data": [], "usage": {"prompt_tokens": 8}}))
    undated = run("ingest", str(answer))
    assert (undated.status, "give --date" in undated.err) == (3, True)
    told = ("--date", "2026-10-15", "--model", "text-embedding-3-small")
    ended = run("ingest", str(answer), *told)
    assert (ended.status, counts(ended.out)["accepted"]) == (0, 1), ended.err


def test_gzip_and_several_files(run: Run, tmp_path: Path) -> None:
    packed = tmp_path / "usage.jsonl.gz"
    packed.write_bytes(gzip.compress(write_events(tmp_path).read_bytes()))
    other = tmp_path / "more.jsonl"
    other.write_text(json.dumps(event("c1", "rg", "t", quantities={"input_text": 1})))
    assert counts(run("ingest", str(packed), str(other)).out)["accepted"] == 5


def test_a_trace_needs_to_know_whose_it_is(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "trace.csv"
    file.write_text(TRACE)
    bare = run("ingest", str(file))
    assert bare.status != 0
    assert "--resource" in bare.err
    done = run("ingest", str(file), *ASSIGNED, "--date", "2026-10-15", "--tag", "origin=replayed")
    assert (done.status, counts(done.out)["accepted"]) == (0, 1), done.err


def test_a_trace_names_what_it_lacks(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "trace.csv"
    file.write_text(TRACE)
    ended = run("ingest", str(file), "--model", "gpt-4.1")
    assert ended.status == 1
    assert "give --resource, --deployment" in ended.err


@pytest.mark.parametrize("arguments", [(*ASSIGNED, "--tag", "x"), (*ASSIGNED, "--tag", "=x")])
def test_wrong_assignments(run: Run, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    file = tmp_path / "trace.csv"
    file.write_text(TRACE)
    assert run("ingest", str(file), *arguments).status == 2


def test_a_file_of_no_known_format_leaves_the_others(run: Run, tmp_path: Path) -> None:
    strange = tmp_path / "strange.bin"
    strange.write_bytes(b"\x00\x01\x02 strange")
    ended = run("ingest", str(strange), str(write_events(tmp_path)))
    assert ended.status in (1, 3)
    assert str(strange) in ended.err
    assert counts(ended.out)["accepted"] == 4


def test_what_is_held_back_can_be_looked_at(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "early.jsonl"
    file.write_text(json.dumps(EVENTS[0] | {"time": "2099-01-01T00:00:00Z"}))
    ended = run("ingest", str(file))
    assert ended.status == 3
    assert ended.err == "1 event held back: 'costplane quarantine list'\n"
    (held,) = json.loads(run("quarantine", "list", "--format", "json").out)
    assert (held["source"], held["id"], held["code"]) == ("gateway/eu-1", "a1", "FutureTime")
    assert "time is later than" in run("quarantine", "list").out
