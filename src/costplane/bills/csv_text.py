"""CSV files, plain or compressed by gzip, read a block at a time."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, NoReturn, cast

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from costplane.bills.text import LINE, column
from costplane.errors import UnreadableFile

BLOCK = 8 * 1024 * 1024
"""Bytes that are read at once; no line is longer."""

_START = 1024 * 1024
_DELIMITERS = {";": "';'", "\t": "tabs", "|": "'|'"}
_ROW = re.compile(r"Row #(\d+): ")


class CsvText:
    """A CSV file with a header, comma-separated, UTF-8 with or without a byte order mark."""

    def __init__(self, path: Path, *, block: int = BLOCK) -> None:
        """Raises UnreadableFile for a header that cannot be read."""
        self.path, self._block = path, block
        self._place = path.name
        self._names = self._header()

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names."""
        return self._names

    def batches(self) -> Iterator[pa.Table]:
        """The rows, some at a time. Raises UnreadableFile, with line, for what is damaged."""
        row, line, last = 0, 1, ""
        try:
            for batch in self._arrow():
                table = pa.Table.from_batches([batch])
                lines, following = _lines(table, line)
                first = 1 if row == 0 else 0
                yield table.append_column(LINE, lines).slice(first)
                row, line = row + len(table), following
                last = table.column(table.num_columns - 1)[-1].as_py()
        except (pa.ArrowInvalid, OSError, EOFError, zlib.error) as error:
            self._refuse(error, row)
        if last.endswith("\n"):
            raise UnreadableFile(
                f"{self._place}:{self._line(row)}: a quote in this row is never closed",
                target=self._place,
            )

    def _arrow(self) -> arrow_csv.CSVStreamingReader:
        names = [column(place) for place in range(len(self._names))]
        return arrow_csv.open_csv(
            pa.input_stream(str(self.path), compression="gzip" if self._is_gzip() else None),
            read_options=arrow_csv.ReadOptions(
                use_threads=False, block_size=self._block, column_names=names
            ),
            parse_options=arrow_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )

    def _header(self) -> tuple[str, ...]:
        try:
            start = self._start()
        except (OSError, EOFError, zlib.error) as error:
            self._refuse(error, 0)
        if not start.strip():
            raise UnreadableFile(f"{self._place}: the file is empty", target=self._place)
        rows = csv.reader(io.StringIO(start, newline=""))
        try:
            names = tuple(name.strip() for name in next(rows))
        except csv.Error as error:
            raise UnreadableFile(f"{self._place}:1: {error}", target=self._place) from None
        if len(names) == 1:
            self._refuse_delimiter(names[0])
        return names

    def _start(self) -> str:
        """The beginning of the text, enough for any header."""
        with self._opened() as file:
            found = file.read(_START)
        if found[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise UnreadableFile(
                f"{self._place}:1: the text is UTF-16; save it as UTF-8", target=self._place
            )
        return found.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="replace")

    def _opened(self) -> IO[bytes]:
        found = gzip.open(self.path) if self._is_gzip() else self.path.open("rb")  # noqa: SIM115
        return cast("IO[bytes]", found)

    def _is_gzip(self) -> bool:
        with self.path.open("rb") as file:
            return file.read(2) == b"\x1f\x8b"

    def _refuse_delimiter(self, header: str) -> NoReturn:
        for delimiter, told in _DELIMITERS.items():
            if delimiter in header:
                raise UnreadableFile(
                    f"{self._place}:1:{header.index(delimiter) + 1}: the columns are parted by "
                    f"{told}; a bill's are parted by commas",
                    target=self._place,
                )
        raise UnreadableFile(
            f"{self._place}:1: the first line names one column only ({header[:60]}); a bill has "
            "many, parted by commas",
            target=self._place,
        )

    def _refuse(self, error: Exception, rows: int) -> NoReturn:
        """Tell what is wrong, where. `rows` were read without a fault."""
        told = str(error)
        if "straddling" in told:
            raise UnreadableFile(
                f"{self._place}:{self._line(rows + 1)}: a row from this line on is longer than "
                f"{self._block // 2**20} MiB; a quote may be missing",
                target=self._place,
            ) from None
        if found := _ROW.search(told):
            line = self._line(int(found[1]))
            raise UnreadableFile(
                f"{self._place}:{line}: {_words(told[found.end() :])}", target=self._place
            ) from None
        if self._is_gzip():
            raise UnreadableFile(
                f"{self._place}:{self._readable()}: the compressed file is damaged or was cut off "
                "after this line; fetch it again",
                target=self._place,
            ) from None
        raise UnreadableFile(f"{self._place}: {told}", target=self._place) from None

    def _readable(self) -> int:
        """How many lines of a damaged compressed file can be read."""
        lines = 0
        try:
            with self._opened() as file:
                for _ in file:
                    lines += 1
        except (OSError, EOFError, zlib.error):
            pass
        return lines

    def _line(self, row: int) -> int:
        """The line on which the row of a number begins; the header is row 1."""
        try:
            with io.TextIOWrapper(self._opened(), "utf-8", "replace", newline="") as file:
                reader = csv.reader(file)
                for _ in islice(reader, row - 1):
                    continue
                return reader.line_num + 1
        except (csv.Error, OSError, EOFError, zlib.error):
            return row


def _words(told: str) -> str:
    """Arrow's complaint about a row in other words; the row itself is not repeated."""
    if found := re.match(r"Expected (\d+) columns, got (\d+)", told):
        return f"the row has {found[2]} columns, the header {found[1]}"
    if "UTF8" in told:
        return "the text is no UTF-8"
    return told.splitlines()[0][:200]


def _lines(table: pa.Table, first: int) -> tuple[pa.Array, int]:
    """The line on which each row begins, and that of the row after them."""
    extra = [
        counts
        for name in table.column_names
        if pc.any(pc.match_substring(table[name], "\n")).as_py()
        for counts in [pc.count_substring(table[name], "\n")]
    ]
    rows = pa.array(range(first, first + len(table)), pa.int64())
    if not extra:
        return rows, first + len(table)
    inside = extra[0]
    for counts in extra[1:]:
        inside = pc.add(inside, counts)
    running = pc.cumulative_sum(pc.cast(inside, pa.int64())).combine_chunks()
    before = pc.subtract(running, pc.cast(inside, pa.int64()).combine_chunks())
    return pc.add(rows, before), first + len(table) + running[-1].as_py()
