"""Read a price sheet: recognise its format, take its good rows, tell the bad ones apart."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path

from costplane.errors import InvalidPriceSheet, UnreadableFile
from costplane.pricing.importers import azure_retail, own_sheet
from costplane.pricing.importers.draft import Draft, DraftSheet, RowError, RowSettings, price_row
from costplane.pricing.meter_names import Placed, parse_meter
from costplane.pricing.price import MeterMapping, PriceRow, PriceSheet

_GZIP = b"\x1f\x8b"
_EXPECTED = (
    "rows of the Azure Retail Prices API (JSON lines or an answer page), the snapshot of "
    "azure-genai-prices, or a Costplane price sheet (YAML with rows, or CSV with the columns "
    "model and price)"
)


@dataclass(frozen=True, slots=True)
class SheetReading:
    """What an import found: the sheet of the good rows, and the rows that were not taken."""

    sheet: PriceSheet
    rejected: tuple[RowError, ...]


def read_price_sheet(
    path: str | PathLike[str],
    *,
    name: str | None = None,
    valid_from: datetime | None = None,
    imported_at: datetime,
) -> SheetReading:
    """Read a price sheet of any known format.

    `name` overrides the sheet's own; `valid_from` fills rows without a start and no others;
    `imported_at` is the instant of the import, aware. A bad row becomes a RowError and the rest
    is taken. Raises UnreadableFile for a file that is no price sheet or has no usable row.
    """
    file = Path(path)
    content = _content(file)
    drafted = _recognise(file, content)
    settings = RowSettings(name or drafted.name or file.name.split(".")[0], valid_from)
    taken = _take(drafted.drafts, settings)
    if not taken.rows:
        raise UnreadableFile(_without_rows(file, taken), target=str(file))
    sheet = PriceSheet(
        name=settings.sheet,
        kind=drafted.kind,
        scope=drafted.scope,
        source_file=file.name,
        sha256=hashlib.sha256(content).hexdigest(),
        imported_at=imported_at.astimezone(UTC),
        currency=taken.rows[0].currency,
        rows=tuple(taken.rows),
        mappings=tuple(taken.mappings.values()),
    )
    return SheetReading(sheet, tuple(taken.rejected))


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{file}: {error.strerror}", target=str(file)) from error


def _text(file: Path, content: bytes) -> str:
    try:
        plain = gzip.decompress(content) if content.startswith(_GZIP) else content
        return plain.decode("utf-8-sig")
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableFile(f"{file}: the gzip data is damaged", target=str(file)) from error
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"{file}: the text is not UTF-8", target=str(file)) from error


def _recognise(file: Path, content: bytes) -> DraftSheet:
    """The file's drafts. Raises UnreadableFile, naming what was expected."""
    text = _text(file, content)
    if azure_retail.looks_like_lines(text):
        return azure_retail.read_lines(text)
    readers = (azure_retail.read_document, own_sheet.read_csv, own_sheet.read_yaml)
    found = next(filter(None, (reader(text) for reader in readers)), None)
    if found is None:
        raise UnreadableFile(f"{file} is no price sheet; expected {_EXPECTED}", target=str(file))
    return found


_Meter = tuple[str, str, str]  # product, meter name, unit of measure


@dataclass(slots=True)
class _Taken:
    """Rows, mappings by meter, and errors as they gather."""

    rows: list[PriceRow] = field(default_factory=list)
    mappings: dict[_Meter, MeterMapping] = field(default_factory=dict)
    rejected: list[RowError] = field(default_factory=list)


def _take(drafts: Iterable[Draft | RowError], settings: RowSettings) -> _Taken:
    taken = _Taken()
    for draft in drafts:
        if isinstance(draft, RowError):
            taken.rejected.append(draft)
            continue
        try:
            _take_row(draft, settings, taken)
        except InvalidPriceSheet as error:
            taken.rejected.append(RowError(draft.line, error.target or "row", error.message))
    return taken


def _take_row(draft: Draft, settings: RowSettings, taken: _Taken) -> None:
    meter = (draft.product, draft.meter_name, draft.unit_of_measure)
    mapping = taken.mappings.get(meter) or _mapping(draft)
    if draft.key is not None and mapping.key != draft.key:
        raise InvalidPriceSheet(
            f"meter_name {draft.meter_name!r} stands for {mapping.key} already; give each model "
            "and quantity a meter of its own",
            target="meter_name",
        )
    code = (mapping.unplaced_reason or "").partition(":")[0]
    row = price_row(draft, settings, mapping.key, code)
    if taken.rows and row.currency != taken.rows[0].currency:
        raise InvalidPriceSheet(
            f"currency is {row.currency}, the sheet's is {taken.rows[0].currency}; a sheet has "
            "one currency",
            target="currency",
        )
    taken.mappings[meter] = mapping
    taken.rows.append(row)


def _mapping(draft: Draft) -> MeterMapping:
    meter = (draft.product, draft.meter_name, draft.unit_of_measure)
    if draft.key is not None:
        return MeterMapping(*meter, key=draft.key, unplaced_reason=None, confirmed_by="sheet")
    placement = parse_meter(*meter)
    if isinstance(placement, Placed):
        return MeterMapping(*meter, placement.key, None, "parser")
    return MeterMapping(*meter, None, placement.reason, "parser")


def _without_rows(file: Path, taken: _Taken) -> str:
    if not taken.rejected:
        return f"{file}: the sheet has no rows"
    message, count = Counter(error.message for error in taken.rejected).most_common(1)[0]
    return f"{file}: none of {len(taken.rejected)} rows can be taken; {count} times: {message}"
