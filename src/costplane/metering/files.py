"""Usage files: plain, gzip or zstd, read line by line in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from costplane.errors import UnreadableFile
from costplane.metering.batch import EventBatch
from costplane.metering.native import read_json_lines
from costplane.metering.rows import EVENT_LIMIT

_COMPRESSIONS = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
"""First bytes of a file and how it is compressed. They count, not the file's name."""

_PORTION_BYTES = 64 << 20

_BUFFER_BYTES = 1 << 18
"""What of a file can be looked at before it is read: records tell their format late."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@contextmanager
def reading(source: Path | BinaryIO) -> Iterator[BufferedReader[Any]]:
    """The plain bytes of a file, whether it is plain, gzip or zstd: a path, or an open stream.

    Raises UnreadableFile if it cannot be opened, and, while it is read, if it is damaged.
    """
    name = name_of(source)
    try:
        with source.open("rb") if isinstance(source, Path) else nullcontext(source) as stream:
            yield _decompressed(stream)
    except (OSError, pa.ArrowInvalid) as error:
        raise UnreadableFile(f"{name} cannot be read to its end: {error}", target=name) from error


def name_of(source: Path | BinaryIO) -> str:
    """What errors call a file."""
    return str(source if isinstance(source, Path) else getattr(source, "name", "the input"))


def _decompressed(stream: BinaryIO) -> BufferedReader[Any]:
    plain: BufferedReader[Any] = BufferedReader(stream, _BUFFER_BYTES)
    start = plain.peek(4)
    for mark, compression in _COMPRESSIONS.items():
        if start.startswith(mark):
            unpacked = pa.CompressedInputStream(pa.PythonFile(plain, "r"), compression)
            return BufferedReader(unpacked, _BUFFER_BYTES)
    return plain


def iter_batches(source: Path | BinaryIO, size: int = 50_000) -> Iterator[EventBatch]:
    """The events of JSON lines, `size` lines a batch; a path, or an open binary stream.

    Memory holds one batch, of 64 MiB at most. Raises UnreadableFile when the file cannot be
    read to its end; the batches before that stand.
    """
    with reading(source) as stream:
        yield from read_batches(stream, size)


def read_batches(stream: BufferedReader[Any], size: int = 50_000) -> Iterator[EventBatch]:
    """As `iter_batches`, of a stream that `reading` gave."""
    first = 1
    for some in portions(bounded_lines(stream), size):
        yield read_json_lines(some, first_line=first)
        first += len(some)


def bounded_lines(stream: BufferedReader[Any], limit: int = EVENT_LIMIT) -> Iterator[bytes]:
    """The lines of `stream` without a byte order mark. Of one longer than `limit` only the
    first `limit` + 1 bytes are given, so that it can be told and is never held whole."""
    if stream.peek(3).startswith(_BYTE_ORDER_MARK):
        stream.read(3)
    while line := stream.readline(limit + 1):
        yield line
        while len(line) > limit and not line.endswith(b"\n"):
            line = stream.readline(limit + 1)


def portions(lines: Iterable[bytes], size: int) -> Iterator[list[bytes]]:
    """`lines` in lists of `size`, or fewer where they are long."""
    some: list[bytes] = []
    held = 0
    for line in lines:
        some.append(line)
        held += len(line)
        if len(some) == size or held >= _PORTION_BYTES:
            yield some
            some, held = [], 0
    if some:
        yield some
