"""Mooncake traces: JSON lines of timestamp (ms), input_length, output_length, hash_ids.

`hash_ids` name the prompt's blocks of 512 tokens, each by its content and all before it, so a
block seen before is a cached one. The cache here is unlimited and never forgets: the cached
share is the most that any cache could have given. Source: kvcache-ai/Mooncake, FAST25 traces.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BufferedReader
from itertools import takewhile
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from costplane.errors import InvalidInput, InvalidUsage
from costplane.metering.batch import EventBatch, Rejection
from costplane.metering.files import bounded_lines, portions, reading
from costplane.metering.traces.assignment import Assignment, moved

BLOCK_TOKENS = 512
_PORTION = 50_000
_MILLISECOND = 1_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_Count = Annotated[int, msgspec.Meta(ge=0, lt=10**12)]


class Request(msgspec.Struct, frozen=True, gc=False):
    """One line of the trace; `timestamp` is milliseconds since its start."""

    timestamp: _Count
    input_length: _Count
    output_length: _Count
    hash_ids: tuple[int, ...] = ()


_decode = msgspec.json.Decoder(Request).decode


def read_trace(source: Path | BinaryIO, assignment: Assignment) -> Iterator[EventBatch]:
    """The requests of a trace (plain, gzip or zstd); `assignment.day` says when it begins.

    A broken line is a Rejection. Raises InvalidInput without a day, since the trace has no
    date of its own, and UnreadableFile when the file is damaged.
    """
    with reading(source) as stream:
        yield from read_requests(stream, assignment)


def read_requests(stream: BufferedReader[Any], assignment: Assignment) -> Iterator[EventBatch]:
    """As `read_trace`, of a stream that `reading` gave."""
    if assignment.day is None:
        raise InvalidInput("this trace has no dates; give its first day: --date", target="--date")
    seen: set[int] = set()
    first = 1
    for lines in portions(bounded_lines(stream), _PORTION):
        yield _batch(lines, first, seen, assignment)
        first += len(lines)


def _batch(lines: list[bytes], first: int, seen: set[int], assignment: Assignment) -> EventBatch:
    """The requests of some lines; `seen` is the cache, and grows."""
    requests: dict[int, Request] = {}
    rejected = []
    for index, line in enumerate(lines):
        try:
            requests[first + index] = _decode(line)
        except (msgspec.DecodeError, RecursionError) as error:
            fault = InvalidUsage(f"no request of a Mooncake trace: {error}")
            rejected.append(Rejection.of([fault], index, first + index))
    events = _events(list(requests), list(requests.values()), seen, assignment)
    return EventBatch(events, tuple(rejected))


def _events(
    rows: list[int], requests: list[Request], seen: set[int], assignment: Assignment
) -> pa.Table:
    cached = pa.array([_cached_tokens(request, seen) for request in requests], pa.int64())
    prompt = pa.array([request.input_length for request in requests], pa.int64())
    quantities = {
        "input_text": pc.subtract(prompt, cached),
        "input_text_cached": cached,
        "output_text": pa.array([request.output_length for request in requests], pa.int64()),
    }
    elapsed = pa.array([request.timestamp * _MILLISECOND for request in requests], pa.int64())
    times = moved(elapsed.cast(pa.timestamp("us")), assignment.shift(_EPOCH))
    return assignment.events(rows, times, quantities)


def _cached_tokens(request: Request, seen: set[int]) -> int:
    """Tokens of the leading blocks that were seen before; then all blocks are seen."""
    hits = sum(1 for _ in takewhile(seen.__contains__, request.hash_ids))
    seen.update(request.hash_ids)
    return min(hits * BLOCK_TOKENS, request.input_length)
