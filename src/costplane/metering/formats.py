"""The formats of usage files, told by their first bytes, and one way to open any of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from costplane.errors import InvalidInput, UnreadableFile
from costplane.metering.batch import EventBatch
from costplane.metering.files import decompressed, iter_batches, unreadable
from costplane.metering.traces import azure_2023, mooncake
from costplane.metering.traces.assignment import Assignment

_START_BYTES = 4_096


@dataclass(frozen=True, slots=True)
class Format:
    """A format of usage files: its `name` for --format, what it `looks_like`, how to tell it
    by the start of a file, and, for traces, how to read it."""

    name: str
    looks_like: str
    begins: Callable[[bytes], bool]
    read_trace: Callable[[BinaryIO, Assignment], Iterator[EventBatch]] | None = None


def _is_mooncake(start: bytes) -> bool:
    line = start.split(b"\n", 1)[0]
    return line.startswith(b"{") and b'"input_length"' in line and b'"output_length"' in line


FORMATS: tuple[Format, ...] = (
    Format(
        "azure-trace-2023",
        "CSV that begins with TIMESTAMP,ContextTokens,GeneratedTokens",
        lambda start: start.startswith(azure_2023.HEADER),
        azure_2023.read_trace,
    ),
    Format(
        "mooncake",
        "JSON lines of timestamp, input_length, output_length and hash_ids",
        _is_mooncake,
        mooncake.read_trace,
    ),
    Format(
        "events",
        "JSON lines of usage events",
        lambda start: not start or start.startswith(b"{"),
    ),
)
"""In the order in which they are tried."""

BY_NAME = {known.name: known for known in FORMATS}


def open_events(
    source: Path | BinaryIO, name: str = "auto", assignment: Assignment | None = None
) -> Iterator[EventBatch]:
    """The batches of a usage file (plain, gzip or zstd): a path, or an open binary stream.

    `name` is a format's or "auto". Raises UnreadableFile when the file has no known format or
    is damaged, InvalidInput for an unknown `name`, and when a trace has no `assignment`.
    """
    if name != "auto" and name not in BY_NAME:
        raise InvalidInput(
            f"--format {name} is unknown; known: auto, {', '.join(BY_NAME)}", target="--format"
        )
    if isinstance(source, Path):
        with _opened(source) as stream:
            yield from open_events(stream, name, assignment)
        return
    plain = decompressed(source)
    try:
        chosen = BY_NAME[name] if name != "auto" else _detected(plain.peek(_START_BYTES), source)
    except OSError as error:
        raise unreadable(source, str(error)) from error
    if chosen.read_trace is None:
        yield from iter_batches(plain)
    else:
        yield from chosen.read_trace(plain, _needed(assignment, chosen))


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror}", target=str(path)) from error


def _detected(start: bytes, source: BinaryIO) -> Format:
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    for known in FORMATS:
        if known.begins(text):
            return known
    expected = "; ".join(f"{known.name}: {known.looks_like}" for known in FORMATS)
    raise unreadable(source, f"it has no known format. Expected {expected}")


def _needed(assignment: Assignment | None, chosen: Format) -> Assignment:
    """`assignment`, if it names at least the resource, the deployment and the model."""
    told = assignment or Assignment("", "", "")
    options = {
        "--resource": told.resource_id,
        "--deployment": told.deployment,
        "--model": told.model,
    }
    missing = [option for option, value in options.items() if not value.strip()]
    if missing:
        raise InvalidInput(
            f"a {chosen.name} file does not tell whose calls it holds; give {', '.join(missing)}",
            target=missing[0],
        )
    return told
