"""The formats of usage files, told by their first bytes, and one way to open any of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO

from costplane.errors import InvalidInput, UnreadableFile
from costplane.metering.adapters.adapter import NATIVE, Adapter, Context
from costplane.metering.adapters.reading import ADAPTERS, read_records
from costplane.metering.batch import EventBatch
from costplane.metering.files import name_of, read_batches, reading
from costplane.metering.hosts import PlaceOfHost, nowhere
from costplane.metering.traces import azure_2023, mooncake
from costplane.metering.traces.assignment import Assignment

_START_BYTES = 4_096


@dataclass(frozen=True, slots=True)
class Format:
    """A format of usage files: its `name` for --format, what it `looks_like`, how to tell it
    by the start of a file, and, for traces and records, how to read it."""

    name: str
    looks_like: str
    begins: Callable[[bytes], bool]
    read_requests: Callable[[BufferedReader[Any], Assignment], Iterator[EventBatch]] | None = None
    adapter: Adapter | None = None


def _is_mooncake(start: bytes) -> bool:
    line = start.split(b"\n", 1)[0]
    return line.startswith(b"{") and b'"input_length"' in line and b'"output_length"' in line


FORMATS: tuple[Format, ...] = (
    Format(
        "azure-trace-2023",
        "CSV that begins with TIMESTAMP,ContextTokens,GeneratedTokens",
        lambda start: start.startswith(azure_2023.HEADER),
        azure_2023.read_requests,
    ),
    Format(
        "mooncake",
        "JSON lines of timestamp, input_length, output_length and hash_ids",
        _is_mooncake,
        mooncake.read_requests,
    ),
    *(Format(one.name, one.looks_like, one.begins, adapter=one) for one in ADAPTERS),
    Format(
        "events",
        "JSON lines of usage events",
        lambda start: not start or start.startswith(b"{"),
    ),
)
"""In the order in which they are tried."""

BY_NAME = {known.name: known for known in FORMATS}

_CONTROL_TOTALS = (
    b'"organization.usage.',
    b'"organization.costs.',
    b'"ProcessedPromptTokens"',
    b'"GeneratedTokens"',
    b'"TokenTransaction"',
)
"""What stands in pages of OpenAI's usage and costs, and in Azure Monitor's metrics."""


def open_events(
    source: Path | BinaryIO,
    name: str = "auto",
    assignment: Assignment | None = None,
    place_of_host: PlaceOfHost = nowhere,
) -> Iterator[EventBatch]:
    """The batches of a usage file (plain, gzip or zstd): a path, or an open binary stream.

    `name` is a format's or "auto". Records of gateways and exports that name a host are placed by
    `place_of_host`, others at the resource of `assignment`. Raises UnreadableFile when the file
    has no known format or is damaged, InvalidInput for an unknown `name`, and when a trace has no
    `assignment`.
    """
    if name != "auto" and name not in BY_NAME:
        raise InvalidInput(
            f"--format {name} is unknown; known: auto, {', '.join(BY_NAME)}", target="--format"
        )
    with reading(source) as stream:
        chosen = BY_NAME.get(name) or _detected(stream.peek(_START_BYTES), name_of(source))
        if chosen.read_requests is not None:
            yield from chosen.read_requests(stream, _needed(assignment, chosen))
        elif chosen.adapter is not None:
            context = _context(assignment, place_of_host, name_of(source))
            yield from read_records(stream, chosen.adapter, context)
        else:
            yield from read_batches(stream)


def _detected(start: bytes, source: str) -> Format:
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if any(mark in text for mark in _CONTROL_TOTALS) and NATIVE not in text:
        raise UnreadableFile(
            f"{source} holds control totals, not calls: compare usage with them; "
            "for usage send the events of the calls",
            target=source,
        )
    for known in FORMATS:
        if known.begins(text):
            return known
    expected = "; ".join(f"{known.name}: {known.looks_like}" for known in FORMATS)
    raise UnreadableFile(f"{source} has no known format; expected {expected}", target=source)


def _context(assignment: Assignment | None, place_of_host: PlaceOfHost, name: str) -> Context:
    if assignment is None:
        return Context(place_of_host, Path(name).name)
    return Context(
        place_of_host,
        assignment.source,
        assignment.resource_id,
        assignment.deployment,
        assignment.model,
        assignment.day,
    )


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
