"""Read a price sheet: recognise its format, take its good rows, tell the bad ones apart."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path

from costplane.errors import InvalidPriceSheet, UnreadableFile
from costplane.pricing.importers.contradictions import contradictions
from costplane.pricing.importers.draft import (
    Draft,
    DraftSheet,
    RowError,
    RowSettings,
    is_over,
    price_row,
)
from costplane.pricing.importers.formats import recognise
from costplane.pricing.importers.parts import parts_of
from costplane.pricing.importers.payer import payer_scope
from costplane.pricing.meter_names import Placed, parse_meter
from costplane.pricing.price import MeterMapping, PriceRow, PriceSheet

_TOLD = 20
"""Errors that a refusal lists; the others are counted."""


@dataclass(frozen=True, slots=True)
class SheetReading:
    """What an import found: the sheet of the good rows, and the rows that were not taken."""

    sheet: PriceSheet
    rejected: tuple[RowError, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a sheet was read: the name that is kept, the place that messages name, the digest
    of its bytes, and when it was imported."""

    name: str
    place: str
    sha256: str
    imported_at: datetime


def read_price_sheet(
    path: str | PathLike[str],
    *,
    name: str | None = None,
    scope: str | None = None,
    valid_from: datetime | None = None,
    imported_at: datetime,
) -> SheetReading:
    """Read a price sheet of any known format.

    `name` and `scope` (of a customer's sheet) override the sheet's own; `valid_from` fills rows
    without a start and no others; `imported_at` is the instant of the import, aware.

    A bad row becomes a RowError and the rest is taken, but of the sheets of Azure agreements and
    of public model lists nothing is (InvalidPriceSheet, naming rows and fields). Raises
    UnreadableFile for a file that is no price sheet or has no usable row.
    """
    file = Path(path)
    content = _content(file)
    drafted = recognise(file, parts_of(file, content))
    drafted = replace(drafted, name=name or drafted.name, scope=_scope(scope, drafted))
    about = Source(file.name, str(file), hashlib.sha256(content).hexdigest(), imported_at)
    return read_drafts(drafted, about, valid_from)


def read_drafts(
    drafted: DraftSheet, source: Source, valid_from: datetime | None = None
) -> SheetReading:
    """The sheet of `drafted`; errors as `read_price_sheet` has them."""
    settings = RowSettings(drafted.name or source.name.split(".")[0], valid_from)
    taken = _take(drafted.drafts, settings)
    if drafted.whole:
        _require_whole(source.place, drafted, taken)
    if not taken.rows:
        raise UnreadableFile(_without_rows(source.place, taken), target=source.place)
    sheet = PriceSheet(
        name=settings.sheet,
        kind=drafted.kind,
        scope=drafted.scope,
        source_file=source.name,
        sha256=source.sha256,
        imported_at=source.imported_at.astimezone(UTC),
        currency=taken.rows[0].currency,
        rows=tuple(taken.rows),
        mappings=tuple(taken.mappings.values()),
    )
    return SheetReading(sheet, tuple(_placed(error, drafted) for error in taken.rejected))


def _placed(error: RowError, drafted: DraftSheet) -> RowError:
    """An error of a file of several texts names its own."""
    if not drafted.parts:
        return error
    return replace(error, message=f"{error.message} ({drafted.place(error.line)})")


def _scope(told: str | None, drafted: DraftSheet) -> str | None:
    """The scope that an option or the file names: an agreement's sheet has one."""
    if told is not None:
        return payer_scope(told)
    if drafted.scope is None and drafted.kind == "customer" and drafted.whole:
        raise InvalidPriceSheet(
            "scope: the sheet does not name its billing account; name it, such as "
            "/providers/Microsoft.Billing/billingAccounts/123456",
            target="scope",
        )
    return drafted.scope


def _require_whole(place: str, drafted: DraftSheet, taken: _Taken) -> None:
    """Raises InvalidPriceSheet if a row was rejected, or two that price calls disagree."""
    errors = [*taken.rejected, *contradictions(taken.asked, drafted.place)]
    if not errors:
        return
    listed = [f"{drafted.place(e.line)}, {e.field}: {e.message}" for e in errors[:_TOLD]]
    more = [f"and {len(errors) - _TOLD} further"] if len(errors) > _TOLD else []
    raise InvalidPriceSheet(
        "\n  ".join([f"{place}: nothing of it is taken:", *listed, *more]), target=errors[0].field
    )


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{file}: {error.strerror}", target=str(file)) from error


_Meter = tuple[str, str, str]  # product, meter name, unit of measure


@dataclass(slots=True)
class _Taken:
    """Rows, those of them that could price calls, mappings by meter, and errors as they gather."""

    rows: list[PriceRow] = field(default_factory=list)
    asked: list[PriceRow] = field(default_factory=list)
    mappings: dict[_Meter, MeterMapping] = field(default_factory=dict)
    rejected: list[RowError] = field(default_factory=list)


def _take(drafts: Iterable[Draft | RowError], settings: RowSettings) -> _Taken:
    taken = _Taken()
    for draft in drafts:
        if isinstance(draft, RowError):
            taken.rejected.append(draft)
            continue
        try:
            if not is_over(draft, settings):
                _take_row(draft, settings, taken)
        except InvalidPriceSheet as error:
            told = f"{error.message} ({draft.meter_name})" if draft.meter_name else error.message
            taken.rejected.append(RowError(draft.line, error.target or "row", told))
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
    row = price_row(draft, settings, mapping.key)
    if taken.rows and row.currency != taken.rows[0].currency:
        raise InvalidPriceSheet(
            f"currency is {row.currency}, the sheet's is {taken.rows[0].currency}; a sheet has "
            "one currency",
            target="currency",
        )
    taken.mappings[meter] = mapping
    taken.rows.append(row)
    if not draft.unplaced:
        taken.asked.append(row)


def _mapping(draft: Draft) -> MeterMapping:
    meter = (draft.product, draft.meter_name, draft.unit_of_measure)
    if draft.key is not None:
        return MeterMapping(*meter, key=draft.key, unplaced_reason=None, confirmed_by="sheet")
    if draft.unplaced:
        return MeterMapping(*meter, None, draft.unplaced, "parser")
    placement = parse_meter(*meter)
    if isinstance(placement, Placed):
        return MeterMapping(*meter, placement.key, None, "parser")
    return MeterMapping(*meter, None, placement.reason, "parser")


def _without_rows(place: str, taken: _Taken) -> str:
    if not taken.rejected:
        return f"{place}: the sheet has no rows"
    message, count = Counter(error.message for error in taken.rejected).most_common(1)[0]
    return f"{place}: none of {len(taken.rejected)} rows can be taken; {count} times: {message}"
