"""The prices of the package genai-prices: list prices of providers, in US dollars per million.

Its data is published as JSON (a list of providers with their models) and ships in the package as
the Python module data.py, which is read as text and never run. Prices carry the day from which
they hold; the first of a model carries none, it holds before. Tiers by prompt length price the
whole request (billing-rules 11). Where the next prices of a model name no price for a part of
the tokens that had one (its cached input, say), the package counts that part within the whole,
and so it gets the price of the whole here.

The package finds a model by rules over names ("starts with"); here a price stands for the names
that such a rule spells out. Left without a model, and listed with the reason: prices that depend
on the hour of the day, variants that no call tells, and Azure's models (Azure's own list has
those).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

from costplane.pricing.importers.draft import Draft, DraftSheet, RowError
from costplane.pricing.importers.listed_fields import listed_fields
from costplane.pricing.importers.price_module import read_literals
from costplane.pricing.model_key import ModelKey, ServiceTier
from costplane.pricing.model_names import priced_model
from costplane.pricing.providers import AZURE, provider_family, provider_label

SHEET_NAME = "genai-prices"

_TIERS: dict[tuple[tuple[str, str], ...], ServiceTier] = {
    (): "Standard",
    (("processing", "batch"),): "Batch",
    (("service_tier", "flex"),): "Flex",
    (("service_tier", "priority"),): "Priority",
}
"""What calls tell of the variants of a price."""

_PART_OF = {
    "cache_read_mtok": "input_mtok",
    "cache_write_mtok": "input_mtok",
    "cache_write_5m_mtok": "cache_write_mtok",
    "cache_write_1h_mtok": "cache_write_mtok",
    "input_audio_mtok": "input_mtok",
    "input_image_mtok": "input_mtok",
    "cache_audio_read_mtok": "cache_read_mtok",
    "cache_image_read_mtok": "cache_read_mtok",
    "output_reasoning_mtok": "output_mtok",
    "output_audio_mtok": "output_mtok",
    "output_image_mtok": "output_mtok",
}
"""Prices of a part of the tokens, and the one that covers the part where it has none."""

_Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Listed:
    """Prices of a model from one day to another, as one way of serving it has them."""

    prices: _Object
    variant: tuple[tuple[str, str], ...]
    valid_from: str
    valid_to: str
    reason: str


def read_document(text: str) -> DraftSheet | None:
    """The JSON form; None for another text. Lines are numbers of models."""
    if not text.lstrip().startswith("["):
        return None
    try:
        providers = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except (ValueError, RecursionError):
        return None
    return _sheet(providers)


def read_module(text: str) -> DraftSheet | None:
    """The module data.py of the package; None for another text."""
    if "providers: list[Provider]" not in text:
        return None
    try:
        return _sheet(read_literals(text, "providers"))
    except (SyntaxError, ValueError, RecursionError):
        return None


def _sheet(providers: object) -> DraftSheet | None:
    if not (isinstance(providers, list) and providers and all(map(_is_provider, providers))):
        return None
    return DraftSheet(SHEET_NAME, "list", None, _drafts(providers))


def _is_provider(value: object) -> bool:
    return isinstance(value, dict) and "id" in value and isinstance(value.get("models"), list)


def _drafts(providers: list[_Object]) -> Iterator[Draft | RowError]:
    number = 0
    for provider in providers:
        family = provider_family(str(provider["id"]))
        taken: set[tuple[str, str | None]] = set()
        for model in provider["models"]:
            number += 1
            try:
                yield from list(_of_model(number, family, model, taken))
            except (AttributeError, KeyError, TypeError) as error:
                told = f"{provider['id']}: the model has another form than the package gives: "
                yield RowError(number, "models", f"{told}{error}")


def _of_model(
    number: int, family: str, model: _Object, taken: set[tuple[str, str | None]]
) -> Iterator[Draft]:
    """The prices of a model under each of its names that no model before it has taken."""
    listed = list(_listed(family, model))
    for name in _names(model):
        key = priced_model(name, provider=family)
        if key not in taken:
            taken.add(key)
            for prices in listed:
                for field, value in prices.prices.items():
                    yield from _rows(number, family, name, prices, field, value)


def _names(model: _Object) -> list[str]:
    """The model's id, and the names that its rule spells out."""
    rule = model.get("match") or {}
    clauses = rule.get("or") or [rule]
    spelled = [c.get("equals") or c.get("starts_with") or "" for c in clauses]
    names = [str(name).lower().rstrip("-") for name in (model["id"], *spelled)]
    return list(dict.fromkeys(filter(None, names)))


def _listed(family: str, model: _Object) -> Iterator[_Listed]:
    conditions = model["prices"]
    conditions = conditions if isinstance(conditions, list) else [{"prices": conditions}]
    variants = model.get("price_variants") or []
    by_hour = any("start_time" in (c.get("constraint") or {}) for c in (*conditions, *variants))
    reason = "TimeOfDay: the price depends on the hour of the day" if by_hour else ""
    if family == AZURE:
        reason = "AzureList: Azure's prices are those of Azure's own list"
    base = list(_dated(conditions, (), reason))
    yield from base
    for when in dict.fromkeys(tuple(sorted(v["when"].items())) for v in variants):
        of_variant = [v for v in variants if tuple(sorted(v["when"].items())) == when]
        told = "" if when in _TIERS else "UnknownVariant: no call tells this variant"
        own = list(_dated(of_variant, when, reason or told))
        yield from own
        yield from _inherited(base, own)


def _dated(
    conditions: list[_Object], variant: tuple[tuple[str, str], ...], reason: str
) -> Iterator[_Listed]:
    """Prices in a row, each until the next one starts."""
    starts = [str((c.get("constraint") or {}).get("start_date") or "") for c in conditions]
    ordered = sorted(zip(starts, conditions, strict=True), key=lambda pair: pair[0])
    every = dict.fromkeys(field for condition in conditions for field in condition["prices"])
    for (start, condition), (end, _) in pairwise([*ordered, ("", {})]):
        prices = {field: _price(condition["prices"], field) for field in every}
        told = {field: price for field, price in prices.items() if price is not None}
        yield _Listed(told, variant, start, end, reason)


def _price(prices: _Object, field: str | None) -> Any:
    """The price of a field, else that of the whole which it is a part of."""
    while field is not None and prices.get(field) is None:
        field = _PART_OF.get(field)
    return prices[field] if field is not None else None


def _inherited(base: list[_Listed], variant: list[_Listed]) -> Iterator[_Listed]:
    """The prices that a variant does not change: the base's, for as long as there is a variant."""
    first = variant[0]
    for prices in base:
        kept = {f: v for f, v in prices.prices.items() if f not in first.prices}
        start = max(prices.valid_from, first.valid_from)
        if kept and (not prices.valid_to or start < prices.valid_to):
            yield replace(first, prices=kept, valid_from=start, valid_to=prices.valid_to)


def _rows(
    number: int, family: str, name: str, listed: _Listed, field: str, value: Any
) -> Iterator[Draft]:
    """One row of a plain price; one for each tier of a price by prompt length."""
    if not isinstance(value, dict):
        yield _draft(number, family, name, listed, field, value, None)
        return
    yield _draft(number, family, name, listed, field, value["base"], None)
    for tier in value["tiers"]:
        yield _draft(number, family, name, listed, field, tier["price"], int(tier["start"]))


def _draft(
    number: int,
    family: str,
    name: str,
    listed: _Listed,
    field: str,
    price: object,
    above: int | None,
) -> Draft:
    counted = listed_fields("genai_prices").get(field)
    reason = listed.reason
    if counted is None and not reason:
        reason = f"UnknownField: {field} counts nothing that calls report"
    words = (name, field, *(value for _, value in listed.variant))
    draft = Draft(
        line=number,
        product=f"genai-prices {family}",
        meter_name=" ".join((*words, f"above {above}") if above else words),
        unit_of_measure=counted.unit if counted else "1",
        price=str(price),
        currency="USD",
        valid_from=listed.valid_from,
        valid_to=listed.valid_to,
        service_name=provider_label(family),
        publisher_type="External",
        publisher=provider_label(family),
        unplaced=reason,
    )
    if counted is None or reason:
        return draft
    model, version = priced_model(name, provider=family)
    key = ModelKey(
        model=model,
        version=version,
        deployment_scope=None,
        service_tier=_TIERS[listed.variant],
        quantity=counted.quantity,
        context_band="long" if above else None,
        context_threshold=above,
        provider=family,
    )
    return replace(draft, key=key)
