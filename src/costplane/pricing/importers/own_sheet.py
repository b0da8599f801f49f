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
from typing import Any, cast

import yaml

from costplane.core.quantities import BY_NAME
from costplane.errors import InvalidPriceSheet
from costplane.pricing.importers.csv_rows import csv_lines, require_once, rows_below
from costplane.pricing.importers.draft import Draft, DraftSheet, RowError
from costplane.pricing.importers.payer import payer_scope
from costplane.pricing.model_key import (
    ContextBand,
    DeploymentScope,
    ModelKey,
    ServiceTier,
)
from costplane.pricing.model_names import priced_model
from costplane.pricing.price import PUBLISHER_TYPES, SHEET_KINDS
from costplane.pricing.providers import AZURE, provider_family, provider_label

SHEET_FIELDS = ("name", "kind", "scope")
ROW_FIELDS = (
    "provider",
    "model",
    "version",
    "deployment_type",
    "service_tier",
    "quantity",
    "context_band",
    "context_threshold",
    "variant",
    "region",
    "unit",
    "price",
    "currency",
    "tier_minimum",
    "tiering",
    "valid_from",
    "valid_to",
    "publisher_type",
    "publisher",
    "offer",
    "service_name",
    "product",
    "meter_name",
    "meter_id",
    "sku_id",
    "sku_name",
)

_DEPLOYMENT_TYPES: dict[str, tuple[str, str, str]] = {
    "Global": ("Global", "", ""),
    "DataZone": ("DataZone", "", ""),
    "Regional": ("Regional", "", ""),
    "GlobalStandard": ("Global", "", ""),
    "DataZoneStandard": ("DataZone", "", ""),
    "Standard": ("Regional", "", ""),
    "GlobalBatch": ("Global", "Batch", ""),
    "DataZoneBatch": ("DataZone", "Batch", ""),
    "DeveloperTier": ("Global", "", "developer"),
}
"""Azure's deployment types (or scopes): their scope, and the tier and variant they imply."""

Fields = Mapping[str, str]


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
    return _sheet(about, {}, rows)


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
    _require_fields(top)
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
            yield _draft(line, sheet, _fields(defaults, row))
        except InvalidPriceSheet as error:
            yield RowError(line, error.target or "row", error.message)


def _fields(defaults: Fields, row: object) -> Fields:
    if not isinstance(row, dict):
        raise InvalidPriceSheet("a row is a list of fields with one value each", target="row")
    _require_fields(row)
    return {**defaults, **{field: value.strip() for field, value in row.items() if value.strip()}}


def _require_fields(given: Mapping[str, object]) -> None:
    """Raises InvalidPriceSheet for a name that is no field, or a value that is a list of some."""
    for name, value in given.items():
        if name not in (*ROW_FIELDS, *SHEET_FIELDS):
            raise InvalidPriceSheet(
                f"{name} is no field; use {', '.join(ROW_FIELDS)}", target=str(name)
            )
        if not isinstance(value, str):
            raise InvalidPriceSheet(f"{name} has one value", target=name)


def _draft(line: int, sheet: str, fields: Fields) -> Draft:
    key = _key(fields)
    here = "Azure" if key.provider == AZURE else "External"
    publisher_type = fields.get("publisher_type", here)
    if publisher_type not in PUBLISHER_TYPES:
        names = ", ".join(PUBLISHER_TYPES)
        raise InvalidPriceSheet(
            f"publisher_type is {publisher_type!r}; use one of {names}", target="publisher_type"
        )
    azure_service = "SaaS" if publisher_type == "Marketplace" else "Foundry Models"
    service = azure_service if key.provider == AZURE else provider_label(key.provider)
    return Draft(
        line=line,
        product=fields.get("product") or fields.get("offer") or sheet or "Price sheet",
        meter_name=fields.get("meter_name") or _meter_name(key),
        unit_of_measure=_block(fields.get("unit", ""), key),
        price=fields.get("price"),
        currency=fields.get("currency", ""),
        valid_from=fields.get("valid_from", ""),
        valid_to=fields.get("valid_to", ""),
        meter_id=fields.get("meter_id", ""),
        region=fields.get("region", ""),
        tier_minimum=fields.get("tier_minimum", "0"),
        tiering=fields.get("tiering", "graduated"),
        service_name=fields.get("service_name", service),
        sku_id=fields.get("sku_id", ""),
        sku_name=fields.get("sku_name", ""),
        publisher_type=publisher_type,
        publisher=fields.get("publisher", ""),
        offer=fields.get("offer", ""),
        key=key,
    )


def _key(fields: Fields) -> ModelKey:
    """What the row prices. ModelKey itself refuses words that are not in its lists."""
    provider = provider_family(fields.get("provider", AZURE))
    scope, tier, variant = _deployment_type(fields.get("deployment_type", ""), provider)
    model, version = fields.get("model", "").lower(), fields.get("version") or None
    if provider != AZURE:
        model, version = priced_model(model, version, provider)
    threshold = fields.get("context_threshold", "")
    if threshold and not threshold.isdecimal():
        raise InvalidPriceSheet(
            f"context_threshold is {threshold!r}; give a number of tokens",
            target="context_threshold",
        )
    return ModelKey(
        model=model,
        version=version,
        deployment_scope=cast(DeploymentScope | None, scope or None),
        service_tier=cast(ServiceTier, fields.get("service_tier") or tier or "Standard"),
        quantity=fields.get("quantity", ""),
        context_band=cast(ContextBand | None, fields.get("context_band") or None),
        context_threshold=int(threshold) if threshold else None,
        variant=fields.get("variant") or variant or None,
        provider=provider,
    )


def _deployment_type(name: str, provider: str) -> tuple[str, str, str]:
    if provider != AZURE and not name:
        return "", "", ""
    if name not in _DEPLOYMENT_TYPES:
        known = ", ".join(_DEPLOYMENT_TYPES)
        raise InvalidPriceSheet(
            f"deployment_type is {name!r}; use one of {known}", target="deployment_type"
        )
    return _DEPLOYMENT_TYPES[name]


def _block(unit: str, key: ModelKey) -> str:
    """The block of "1M Tokens": "1M". Its noun, if there is one, must be the quantity's."""
    block, _, noun = unit.strip().partition(" ")
    expected = BY_NAME[key.quantity].unit
    if not noun or noun.lower() == expected.lower():
        return block
    if expected == "Seconds":
        return unit  # a unit of time, "1 Hour": units.block_of makes seconds of it
    raise InvalidPriceSheet(
        f"unit is {unit!r}, but {key.quantity} is counted in {expected}", target="unit"
    )


def _meter_name(key: ModelKey) -> str:
    """A name that no other key of the sheet has, for rows without one."""
    tier = key.service_tier if key.service_tier != "Standard" else None
    quantity = BY_NAME[key.quantity].label
    words = (key.model, key.version, key.variant, key.context_band, tier, quantity)
    return " ".join(word for word in (*words, key.deployment_scope) if word)
