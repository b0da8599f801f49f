"""Recognise a price list by its content, whatever its file is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, chain
from pathlib import Path

from costplane.errors import InvalidPriceSheet, UnreadableFile
from costplane.pricing.importers import (
    azure_agreement,
    azure_retail,
    genai_prices,
    litellm,
    own_sheet,
)
from costplane.pricing.importers.draft import Draft, DraftSheet, RowError
from costplane.pricing.importers.parts import Part

_READERS: tuple[Callable[[str], DraftSheet | None], ...] = (
    azure_retail.read_lines,
    azure_retail.read_document,
    azure_retail.read_csv,
    azure_agreement.read_csv,
    litellm.read_document,
    genai_prices.read_document,
    genai_prices.read_module,
    own_sheet.read_csv,
    own_sheet.read_yaml,
)
_EXPECTED = (
    "rows or answers of the Azure Retail Prices API (JSON, JSON lines or CSV), the snapshot of "
    "azure-genai-prices, a price sheet of an Azure agreement (CSV), litellm's JSON, the data of "
    "genai-prices, or a Costplane price sheet (YAML with rows, or CSV with the columns model and "
    "price)"
)


def recognise(file: Path, parts: Sequence[Part]) -> DraftSheet:
    """The drafts of a file's texts, in order. Raises UnreadableFile, naming what was expected,
    and InvalidPriceSheet for texts that are not of one sheet."""
    if not parts:
        raise UnreadableFile(f"{file} is an empty archive; expected {_EXPECTED}", target=str(file))
    sheets = [_recognised(file, part) for part in parts]
    if len(sheets) == 1:
        return sheets[0]
    first = sheets[0]
    for part, sheet in zip(parts, sheets, strict=True):
        if replace(sheet, drafts=first.drafts) != first:
            raise InvalidPriceSheet(
                f"{file}: {part.name} and {parts[0].name} are not of one sheet; import them one "
                "by one",
                target=str(file),
            )
    starts = [0, *accumulate(part.text.count("\n") + 1 for part in parts)]
    drafts = chain.from_iterable(map(_counted_on, sheets, starts))
    named = tuple((start, part.name) for start, part in zip(starts, parts, strict=False))
    return replace(first, drafts=drafts, parts=named)


def _recognised(file: Path, part: Part) -> DraftSheet:
    found = next(filter(None, (read(part.text) for read in _READERS)), None)
    if found is None:
        name = str(file) if part.name == file.name else f"{file}/{part.name}"
        raise UnreadableFile(f"{name} is no price sheet; expected {_EXPECTED}", target=str(file))
    return found


def _counted_on(sheet: DraftSheet, before: int) -> Iterator[Draft | RowError]:
    """The drafts with lines that no other part has; that a page has a next one is no error here,
    where the next one is another part."""
    for draft in sheet.drafts:
        if not (isinstance(draft, RowError) and draft.field == azure_retail.NEXT_PAGE):
            yield replace(draft, line=before + draft.line)
