"""Costplane's own price sheet: prices that somebody writes by hand, in YAML or CSV.

For customers' negotiated prices and for models without retail meters (Marketplace). A row says
itself what it prices, so nothing is parsed from names. Values that stand at the top of a YAML
file hold for every row that does not give its own:

    name: contoso-marketplace
    currency: USD
    valid_from: 2026-01-01
    rows:
      - {model: claude-sonnet-5, deployment_type: GlobalStandard, quantity: input_text,
         unit: 1M Tokens, price: 3}

CSV has one column a field; name, kind and scope, where given, are equal in all its rows.
docs/reference/price-sheets.md explains the fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from costplane.errors import InvalidPriceSheet
from costplane.pricing.importers.csv_rows import csv_lines, require_once, rows_below
from costplane.pricing.importers.draft import Draft, DraftSheet, RowError
from costplane.pricing.importers.own_fields import ROW, SHEET, faults
from costplane.pricing.importers.own_rows import Fields, drafted
from costplane.pricing.importers.payer import payer_scope
from costplane.pricing.price import SHEET_KINDS

ROW_FIELDS = tuple(field.name for field in ROW)
SHEET_FIELDS = tuple(field.name for field in SHEET)


def read_csv(text: str) -> DraftSheet | None:
    """A CSV file; None when its header has no model and price."""
    head = text.partition("\n")[0]
    if not {"model", "price"}.issubset(cell.strip(' "\r') for cell in head.split(",")):
        return None
    lines = csv_lines(text)
    _, header = next(lines)
    require_once(header, header)
    rows = list(rows_below(header, lines))
    about = {field: _constant(field, rows) for field in SHEET_FIELDS}
    return _sheet(about, {}, map(_without_about, rows))


def _without_about(row: tuple[int, Fields] | RowError) -> tuple[int, Fields] | RowError:
    if isinstance(row, RowError):
        return row
    return row[0], {name: cell for name, cell in row[1].items() if name not in SHEET_FIELDS}


def _constant(field: str, rows: Iterable[tuple[int, Fields] | RowError]) -> str:
    values = {row[1].get(field, "") for row in rows if isinstance(row, tuple)}
    if len(values) > 1:
        raise InvalidPriceSheet(f"{field} differs between rows; a file is one sheet", target=field)
    return next(iter(values), "")


def read_yaml(text: str) -> DraftSheet | None:
    """A YAML file; None when it is no mapping with rows. Scalars stay text: no float arises."""
    try:
        document = yaml.load(text, Loader=_TextLoader)
    except yaml.YAMLError:
        return None
    if not isinstance(document, dict) or not isinstance(document.get("rows"), list):
        return None
    top = {key: value for key, value in document.items() if key not in ("rows", _LINE)}
    rows = [
        (row.pop(_LINE) if isinstance(row, dict) else number, row)
        for number, row in enumerate(document["rows"], start=1)
    ]
    _require_fields(top, (*ROW_FIELDS, *SHEET_FIELDS))
    return _sheet(top, top, rows)


_LINE = "\0line"


class _TextLoader(yaml.BaseLoader):
    """Every scalar as text, and each mapping with the number of its line."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [key.value for key, _ in node.value]
        for key, _ in node.value:
            if names.count(key.value) > 1:
                raise InvalidPriceSheet(
                    f"line {key.start_mark.line + 1}: {key.value} stands twice; nothing of the "
                    "sheet is taken",
                    target=str(key.value),
                )
        return super().construct_mapping(node, deep=deep) | {_LINE: node.start_mark.line + 1}


def _sheet(
    about: Fields, defaults: Fields, rows: Iterable[tuple[int, Any] | RowError]
) -> DraftSheet:
    kind = about.get("kind") or "list"
    if kind not in SHEET_KINDS:
        raise InvalidPriceSheet(
            f"kind is {kind!r}; use one of {', '.join(SHEET_KINDS)}", target="kind"
        )
    name = about.get("name") or None
    drafts = _drafts(name or "", defaults, rows)
    scope = about.get("scope", "").strip()
    return DraftSheet(name, kind, payer_scope(scope) if scope else None, drafts, by_hand=True)


def _drafts(
    sheet: str, defaults: Fields, rows: Iterable[tuple[int, Any] | RowError]
) -> Iterator[Draft | RowError]:
    for told in rows:
        if isinstance(told, RowError):
            yield told
            continue
        line, row = told
        try:
            fields = _fields(defaults, row)
            found = [RowError(line, name, fault) for name, fault in faults(fields)]
            yield from found
            if not found:
                yield drafted(line, sheet, fields)
        except InvalidPriceSheet as error:
            yield RowError(line, error.target or "row", error.message)


def _fields(defaults: Fields, row: object) -> Fields:
    if not isinstance(row, dict):
        raise InvalidPriceSheet("a row is a list of fields with one value each", target="row")
    _require_fields(row, ROW_FIELDS)
    own = {field: value for field, value in row.items() if value.strip()}
    given = {**defaults, **own}.items()
    return {field: value.strip() for field, value in given if value.strip()}


def _require_fields(given: Mapping[str, object], known: tuple[str, ...]) -> None:
    """Raises InvalidPriceSheet for a name that is not known, or a value that is a list of some."""
    for name, value in given.items():
        if name in SHEET_FIELDS and name not in known:
            raise InvalidPriceSheet(
                f"{name} is that of the whole sheet; give it at the top", target=str(name)
            )
        if name not in known:
            raise InvalidPriceSheet(
                f"{name} is no field; use {', '.join(ROW_FIELDS)}", target=str(name)
            )
        if not isinstance(value, str):
            raise InvalidPriceSheet(f"{name} has one value", target=name)
