"""Read a price sheet: recognise its format, check every row, take all of them or none."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path

from costplane.errors import InvalidPriceSheet, UnreadableFile
from costplane.pricing.importers.contradictions import Priced, compare_rows, repetition
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
from costplane.pricing.model_key import ModelKey
from costplane.pricing.price import MeterMapping, PriceRow, PriceSheet

_TOLD = 20
"""Errors that a refusal lists; the others are counted."""


@dataclass(frozen=True, slots=True)
class SheetReading:
    """What an import found: the sheet, and how many rows of the file it leaves out: those that
    only repeat another one (billing-rules 8), and those of services that are no AI."""

    sheet: PriceSheet
    repeated: int
    other_services: int


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

    One bad row, or two that contradict each other, and nothing is taken: InvalidPriceSheet names
    rows and fields. Raises UnreadableFile for a file that is no price sheet, or has no rows.
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
    taken = _take(drafted, settings)
    compared = compare_rows(taken.asked, drafted.place)
    errors = [*taken.errors, *compared.errors]
    if drafted.by_hand:
        errors += [repetition(row, other, drafted.place) for row, other in compared.repeats]
    if errors:
        raise _refusal(source.place, drafted, errors)
    repeats = {id(row) for row, _ in compared.repeats}
    rows = tuple(row for row in taken.rows if id(row) not in repeats)
    if not rows:
        raise UnreadableFile(
            f"{source.place}: the sheet has no rows of AI services", target=source.place
        )
    sheet = PriceSheet(
        name=settings.sheet,
        kind=drafted.kind,
        scope=drafted.scope,
        source_file=source.name,
        sha256=source.sha256,
        imported_at=source.imported_at.astimezone(UTC),
        currency=rows[0].currency,
        rows=rows,
        mappings=tuple(taken.mappings.values()),
    )
    return SheetReading(sheet, len(repeats), taken.other_services)


def _scope(told: str | None, drafted: DraftSheet) -> str | None:
    """The scope that an option or the file names: an agreement's sheet has one."""
    if told is not None:
        return payer_scope(told)
    if drafted.scope is None and drafted.kind == "customer" and not drafted.by_hand:
        raise InvalidPriceSheet(
            "scope: the sheet does not name its billing account; name it, such as "
            "/providers/Microsoft.Billing/billingAccounts/123456",
            target="scope",
        )
    return drafted.scope


def _refusal(place: str, drafted: DraftSheet, errors: list[RowError]) -> InvalidPriceSheet:
    """The error that lists the first errors, in the order of their lines, and counts the others."""
    first = sorted(errors, key=lambda error: error.line)[:_TOLD]
    listed = [f"{drafted.place(e.line)}, {e.field}: {e.message}" for e in first]
    more = [f"and {len(errors) - _TOLD:,} further"] if len(errors) > _TOLD else []
    return InvalidPriceSheet(
        "\n  ".join([f"{place}: nothing of it is taken:", *listed, *more]), target=first[0].field
    )


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{file}: {error.strerror}", target=str(file)) from error


_Meter = tuple[str, str, str]  # product, meter name, unit of measure


@dataclass(slots=True)
class _Taken:
    """Rows, those of them that price calls beside what each prices, mappings by meter, and errors
    as they gather."""

    rows: list[PriceRow] = field(default_factory=list)
    asked: list[Priced] = field(default_factory=list)
    mappings: dict[_Meter, MeterMapping] = field(default_factory=dict)
    errors: list[RowError] = field(default_factory=list)
    other_services: int = 0


def _take(drafted: DraftSheet, settings: RowSettings) -> _Taken:
    taken = _Taken()
    for draft in drafted.drafts:
        if isinstance(draft, RowError):
            taken.errors.append(draft)
            continue
        if draft.of_other_service:
            taken.other_services += 1
            continue
        try:
            if not is_over(draft, settings):
                _take_row(draft, settings, taken, by_key=drafted.by_hand)
        except InvalidPriceSheet as error:
            told = f"{error.message} ({draft.meter_name})" if draft.meter_name else error.message
            taken.errors.append(RowError(draft.line, error.target or "row", told))
    return taken


def _take_row(draft: Draft, settings: RowSettings, taken: _Taken, *, by_key: bool) -> None:
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
        taken.asked.append(_priced(row, mapping.key if by_key else None))


def _priced(row: PriceRow, key: ModelKey | None) -> Priced:
    """What the row prices: its key where rows tell it themselves, else its meter."""
    place = (row.region, row.kind, row.term)
    if key is not None:
        return Priced(key, place, row)
    return Priced((row.product, row.meter_name), (*place, row.meter_id, row.sku_id, row.offer), row)


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
