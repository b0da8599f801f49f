"""Usage files: compressed or not, cut short, with lines too long; and the telling of formats."""

import gzip
import io
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from costplane.core.tables import EVENTS
from costplane.errors import InvalidInput, InvalidUsage, UnreadableFile
from costplane.metering.files import bounded_lines, iter_batches, portions
from costplane.metering.formats import open_events
from costplane.metering.rows import EVENT_LIMIT
from costplane.metering.traces.assignment import Assignment
from tests.metering.events import RESOURCE, line

LINES = b"".join(line(id=str(number)) + b"\n" for number in range(5))
AZURE = (
    b"TIMESTAMP,ContextTokens,GeneratedTokens\r\n"
    b"2023-11-16 23:59:59.9799609,4808,10\r\n"
    b"2023-11-17 00:00:01.0000000,3180,8"
)
MOONCAKE = (
    b'{"timestamp": 0, "input_length": 1100, "output_length": 5, "hash_ids": [0, 1, 2]}\n'
    b'{"timestamp": 1500, "input_length": 1100, "output_length": 6, "hash_ids": [0, 1, 3]}\n'
    b"broken\n"
    b'{"timestamp": 3000, "input_length": 600, "output_length": 7, "hash_ids": [0, 1]}\n'
    b'{"timestamp": 3000, "input_length": 600, "output_length": 7, "hash_ids": [9, 1]}\n'
)
ASSIGNMENT = Assignment(
    resource_id=RESOURCE,
    deployment="Code",
    model="GPT-4.1",
    model_version="2025-04-14",
    deployment_type="GlobalStandard",
    region="swedencentral",
    source="azure-2023",
    day=date(2026, 10, 15),
    tags={"team": "tools", "origin": "assigned"},
)


def zstd(data: bytes) -> bytes:
    compressed: bytes = pa.compress(data, "zstd", asbytes=True)
    return compressed


@pytest.mark.parametrize(
    "body",
    [
        LINES,
        b"\xef\xbb\xbf" + LINES,
        gzip.compress(LINES[:900]) + gzip.compress(LINES[900:]),
        zstd(LINES),
    ],
    ids=["plain", "byte order mark", "two gzip members", "zstd"],
)
def test_a_file_is_read_in_batches(body: bytes, tmp_path: Path) -> None:
    path = tmp_path / "usage"
    path.write_bytes(body)
    for batches in (list(iter_batches(path, 2)), list(iter_batches(io.BytesIO(body), 2))):
        assert [batch.events.num_rows for batch in batches] == [2, 2, 1]
        assert [batch.rejected for batch in batches] == [(), (), ()]


def test_lines_are_numbered_through_the_file() -> None:
    body = LINES + b"\nbroken\n"
    *_, last = iter_batches(io.BytesIO(body), 3)
    assert [(one.line, one.code) for one in last.rejected] == [(7, "InvalidJson")]


@pytest.mark.parametrize("body", [gzip.compress(LINES, mtime=0)[:-20], zstd(LINES)[:-20]])
def test_a_file_cut_short_is_named(body: bytes, tmp_path: Path) -> None:
    path = tmp_path / "usage.jsonl"
    path.write_bytes(body)
    for read in (iter_batches, open_events):
        with pytest.raises(UnreadableFile, match=r"usage\.jsonl cannot be read to its end"):
            list(read(path))


def test_a_line_too_long_is_rejected_and_the_rest_is_taken() -> None:
    body = line({"custom": "x" * (3 * EVENT_LIMIT)}) + b"\n" + LINES
    (batch,) = iter_batches(io.BytesIO(body))
    assert [(one.line, one.code) for one in batch.rejected] == [(1, "PayloadTooLarge")]
    assert batch.events.num_rows == 5


def test_a_long_line_is_never_held_whole() -> None:
    stream = io.BufferedReader(io.BytesIO(b"a" * 100 + b"\nbb\n" + b"c" * 25))
    assert list(bounded_lines(stream, 10)) == [b"a" * 11, b"bb\n", b"c" * 11]


def test_a_portion_ends_where_it_grows_too_large() -> None:
    long = b"x" * (40 << 20)
    assert [len(some) for some in portions([long, long, b"a", b"b"], 3)] == [2, 2]
    assert [len(some) for some in portions([b"a"] * 5, 2)] == [2, 2, 1]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd])
def test_formats_are_told_by_content(pack: type[bytes]) -> None:
    assert sum(b.events.num_rows for b in open_events(io.BytesIO(pack(LINES)))) == 5
    for body, rows in ((AZURE, 2), (MOONCAKE, 4)):
        batches = list(open_events(io.BytesIO(pack(body)), "auto", ASSIGNMENT))
        assert sum(batch.events.num_rows for batch in batches) == rows
    assert sum(b.events.num_rows for b in open_events(io.BytesIO(pack(b"")))) == 0


def test_an_unknown_format_says_what_was_expected(tmp_path: Path) -> None:
    path = tmp_path / "bill.csv"
    path.write_bytes(b"date,cost\n")
    with pytest.raises(UnreadableFile, match=r"bill\.csv.*no known format.*JSON lines of usage"):
        list(open_events(path))
    with pytest.raises(InvalidInput, match=r"known: auto, azure-trace-2023, .*litellm, .*events"):
        list(open_events(path, "excel"))
    with pytest.raises(UnreadableFile, match="No such file"):
        list(open_events(tmp_path / "missing"))


def test_a_trace_needs_an_assignment() -> None:
    with pytest.raises(InvalidInput, match="give --resource, --deployment, --model"):
        list(open_events(io.BytesIO(AZURE)))
    with pytest.raises(InvalidInput, match=r"give --model$"):
        list(open_events(io.BytesIO(AZURE), "auto", Assignment(RESOURCE, "d", " ")))
    with pytest.raises(InvalidUsage, match="not the id of an Azure resource"):
        list(open_events(io.BytesIO(AZURE), "auto", Assignment("rg", "d", "m")))
    with pytest.raises(InvalidInput, match="--date"):
        list(open_events(io.BytesIO(MOONCAKE), "auto", Assignment(RESOURCE, "d", "m")))


def test_azure_requests_keep_their_time_of_day() -> None:
    (batch,) = open_events(io.BytesIO(AZURE), "azure-trace-2023", ASSIGNMENT)
    assert batch.events.schema == EVENTS
    first, second = batch.events.to_pylist()
    assert {name: value for name, value in first.items() if value is not None} == {
        "source": "azure-2023",
        "id": "azure-2023-1",
        "time": datetime(2026, 10, 15, 23, 59, 59, 979960, tzinfo=UTC),
        "subscription_id": "d3a0c057-0000-4000-8000-000000000001",
        "resource_group": "rg-search",
        "resource_id": RESOURCE.lower(),
        "deployment": "code",
        "model": "gpt-4.1",
        "model_version": "2025-04-14",
        "deployment_type": "GlobalStandard",
        "region": "swedencentral",
        "http_status": 200,
        "gateway_cache_hit": False,
        "estimated": False,
        "tags": '{"origin":"replayed","team":"tools"}',
        "input_text": 4808,
        "output_text": 10,
    }
    assert second["time"] == datetime(2026, 10, 16, 0, 0, 1, tzinfo=UTC)


def test_azure_times_stay_without_a_day() -> None:
    (batch,) = open_events(io.BytesIO(AZURE), "auto", Assignment(RESOURCE, "d", "m"))
    assert batch.events["time"][0].as_py() == datetime(2023, 11, 16, 23, 59, 59, 979960, tzinfo=UTC)


@pytest.mark.parametrize("row", [b"2023-11-16 00:00:00,-1,2", b"noon,1,2", b"x", b",1,2"])
def test_an_azure_trace_with_a_wrong_row_is_refused(row: bytes) -> None:
    with pytest.raises(UnreadableFile):
        list(open_events(io.BytesIO(AZURE + b"\n" + row + b"\n"), "auto", ASSIGNMENT))


def test_a_repeated_prefix_is_a_cached_input() -> None:
    (batch,) = open_events(io.BytesIO(MOONCAKE), "mooncake", ASSIGNMENT)
    events = batch.events
    assert events["input_text_cached"].to_pylist() == [0, 1024, 600, 0]
    assert events["input_text"].to_pylist() == [1100, 76, 0, 600]
    assert events["output_text"].to_pylist() == [5, 6, 7, 7]
    assert events["id"].to_pylist() == [f"azure-2023-{row}" for row in (1, 2, 4, 5)]
    assert events["time"][1].as_py() == datetime(2026, 10, 15, 0, 0, 1, 500_000, tzinfo=UTC)
    assert [one.line for one in batch.rejected] == [3]
