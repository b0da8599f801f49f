"""Azure LLM inference traces of 2023: TIMESTAMP, ContextTokens, GeneratedTokens.

Times have seven fractional digits and no zone; they are UTC, and truncated to the microsecond.
Source: Azure/AzurePublicDataset, AzureLLMInferenceDataset2023.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from costplane.metering.batch import EventBatch
from costplane.metering.files import reading
from costplane.metering.traces.assignment import Assignment, moved

HEADER = b"TIMESTAMP,ContextTokens,GeneratedTokens"
"""How such a file begins."""

_TYPES = {
    "TIMESTAMP": pa.timestamp("ns"),
    "ContextTokens": pa.int64(),
    "GeneratedTokens": pa.int64(),
}
_BLOCK_BYTES = 4 << 20


def read_trace(source: Path | BinaryIO, assignment: Assignment) -> Iterator[EventBatch]:
    """The requests of a trace (plain, gzip or zstd), some 100,000 a batch.

    Raises UnreadableFile when a row is not of the layout or the file is damaged.
    """
    with reading(source) as stream:
        yield from read_requests(stream, assignment)


def read_requests(stream: BufferedReader[Any], assignment: Assignment) -> Iterator[EventBatch]:
    """As `read_trace`, of a stream that `reading` gave."""
    first, shift = 1, None
    for requests in _requests(stream):
        times = requests["TIMESTAMP"].cast(pa.timestamp("us"), safe=False)
        if shift is None:
            shift = assignment.shift(times[0].as_py())
        quantities = {
            "input_text": requests["ContextTokens"],
            "output_text": requests["GeneratedTokens"],
        }
        rows = range(first, first + len(times))
        yield EventBatch(assignment.events(rows, moved(times, shift), quantities))
        first = rows.stop


def _requests(stream: BufferedReader[Any]) -> Iterator[pa.RecordBatch]:
    """Blocks of rows with all three columns told and no negative count."""
    options = pyarrow.csv.ConvertOptions(
        column_types=_TYPES, include_columns=list(_TYPES), null_values=[]
    )
    blocks = pyarrow.csv.ReadOptions(block_size=_BLOCK_BYTES)
    with pyarrow.csv.open_csv(stream, blocks, convert_options=options) as reader:
        for block in reader:
            for name in ("ContextTokens", "GeneratedTokens"):
                if len(block) and pc.min(block[name]).as_py() < 0:
                    raise pa.ArrowInvalid(f"{name} is negative in a row")
            if len(block):
                yield block
