"""What commands print: tables for people, JSON and CSV for programs, exact in each."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import Field, asdict
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Protocol, TextIO, TypeVar

import typer


class Listed(Protocol):
    """A dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


T = TypeVar("T", bound=Listed)

_PIPE_WIDTH = 100_000
"""Columns of output that is no terminal: rows stay on their line, for other programs."""


class Format(StrEnum):
    """How a command that reports prints."""

    TABLE = "table"
    JSON = "json"


class ListFormat(StrEnum):
    """How a command that lists prints."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


FormatOption = Annotated[Format, typer.Option("--format", help="How to print.")]
ListFormatOption = Annotated[ListFormat, typer.Option("--format", help="How to print.")]


def plain(value: object) -> str:
    """A cell: decimals without an exponent and without zeros that say nothing; None is blank."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


def counted(number: int, noun: str) -> str:
    """`1 event`, `2,000 events`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def print_json(value: object) -> None:
    """`value` as JSON on standard output, amounts with all their digits."""
    from costplane.core.exact_json import json_text

    sys.stdout.buffer.write(json_text(value) + b"\n")
    sys.stdout.buffer.flush()


def print_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """`rows` as CSV on standard output."""
    _write_csv(sys.stdout, columns, rows)


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """`rows` as CSV."""
    file = io.StringIO()
    _write_csv(file, columns, rows)
    return file.getvalue()


def _write_csv(file: TextIO, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([plain(cell) for cell in row] for row in rows)


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], numbers: Iterable[str] = ()
) -> None:
    """`rows` as a table; columns among `numbers` align right. Nothing is cut off in a pipe."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    right = set(numbers)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain(cell)) for cell in row))
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_PIPE_WIDTH)
    console.print(table)


def print_list(
    format_: ListFormat,
    found: Iterable[T],
    columns: Sequence[str],
    cells: Callable[[T], Sequence[object]],
    numbers: Iterable[str] = (),
) -> None:
    """What was found: as objects with all their fields, or a row each of the `cells` under
    `columns`."""
    if format_ is ListFormat.JSON:
        print_json([asdict(one) for one in found])
    elif format_ is ListFormat.CSV:
        print_csv(columns, map(cells, found))
    else:
        print_table(columns, map(cells, found), numbers)


def print_facts(
    format_: Format, value: Mapping[str, object] | Listed, pairs: Iterable[tuple[str, object]]
) -> None:
    """One thing: as the object that it is, or as `pairs`, one line each."""
    if format_ is Format.JSON:
        print_json(value if isinstance(value, Mapping) else asdict(value))
    else:
        print_pairs(pairs)


def print_pairs(pairs: Iterable[tuple[str, object]]) -> None:
    """One line each: a name, then its value."""
    told = [(name, plain(value)) for name, value in pairs]
    widest = max(len(name) for name, _ in told)
    for name, value in told:
        print(f"{name:<{widest}}  {value}")


def print_counts(counts: Iterable[tuple[str, int]]) -> None:
    """One line each: how many, of what."""
    for name, count in counts:
        print(f"{count:>12,} {name}")


def warn(line: str) -> None:
    """A line on standard error, such as one rejection."""
    print(line, file=sys.stderr)
