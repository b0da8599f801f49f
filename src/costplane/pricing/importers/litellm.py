"""litellm's list of model prices: list prices of providers outside Azure, in US dollars.

One JSON object: model -> fields, prices for one token or one of another unit, without dates. So
an import says from when they hold. What a field's name adds to the unit is told by its end:
`_batches`, `_flex`, `_priority` are service tiers, `_above_200k_tokens` is the context band of
prompts longer than that.

litellm is a hint for its own cost figure, not a price sheet; three things of it price nothing
here, and are listed with their reason: models whose prices are all zero (it writes 0 also where
it knows none), models whose price depends on the hour, and Azure's models (Azure's own list has
those).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, DecimalException
from typing import Any

from costplane.errors import InvalidPriceSheet
from costplane.pricing.importers.draft import Draft, DraftSheet, RowError
from costplane.pricing.importers.listed_fields import ListedField, listed_fields
from costplane.pricing.model_key import ModelKey, ServiceTier
from costplane.pricing.model_names import priced_model
from costplane.pricing.providers import AZURE, provider_family, provider_label

SHEET_NAME = "litellm"

_FINE = -12  # decimal places

_EXAMPLE = "sample_spec"
"""The entry that explains the fields."""

_TIERS: dict[str, ServiceTier] = {"batches": "Batch", "flex": "Flex", "priority": "Priority"}
_FIELD = re.compile(
    r"(?P<unit>.+?)(?:_above_(?P<band>\d+)k_tokens)?(?:_(?P<tier>batches|flex|priority))?", re.ASCII
)
_OTHER_MONEY = "dbu"
"""Databricks' own unit of account, beside the same price in US dollars."""

_REGION = re.compile(r"(?P<region>[a-z]{2}(?:-gov)?-[a-z]+-\d)/(?P<model>.+)", re.ASCII)
_COMMITMENT = re.compile(r"\d+-month-commitment")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A model of the list: its number there, its name, who serves it where, and its fields."""

    number: int
    name: str
    provider: str
    model: str
    version: str | None
    region: str
    tuned: bool
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Price:
    """A number of the list, and the name of the field that it stands in."""

    field: str
    amount: object
    band: int | None = None


def read_document(text: str) -> DraftSheet | None:
    """litellm's JSON; None for another text. Lines are numbers of entries.

    Raises InvalidPriceSheet if a name stands twice with different contents.
    """
    if "litellm_provider" not in text:
        return None
    try:
        document = json.loads(text, parse_float=Decimal, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        return None
    if not (isinstance(document, dict) and any(map(_is_entry, document.values()))):
        return None
    return DraftSheet(SHEET_NAME, "list", None, _drafts(document))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if found.setdefault(name, value) != value:
            raise InvalidPriceSheet(
                f"{name} stands twice with different contents; keep one of the two", target=name
            )
    return found


def _is_entry(value: object) -> bool:
    return isinstance(value, dict) and "litellm_provider" in value


def _has_prices(fields: object) -> bool:
    return isinstance(fields, dict) and any("cost" in f or "pricing" in f for f in fields)


def _drafts(document: Mapping[str, Any]) -> Iterator[Draft | RowError]:
    for number, (name, fields) in enumerate(document.items(), start=1):
        if name == _EXAMPLE or not _has_prices(fields):
            continue
        if not _is_entry(fields):
            yield RowError(number, name, f"{name}: the entry names no litellm_provider")
            continue
        entry = _entry(number, name, fields)
        try:
            prices = [*_tiers(fields), *_prices(fields)]
            reason = _unplaced(entry, prices)
            drafts = [_draft(entry, price, reason) for price in prices]
        except InvalidPriceSheet as error:
            yield RowError(number, error.target or "row", f"{name}: {error.message}")
            continue
        yield from drafts


def _entry(number: int, name: str, fields: Mapping[str, Any]) -> _Entry:
    """Who serves the model where, from the name's prefixes: provider, then AWS's region."""
    provider = provider_family(str(fields["litellm_provider"]))
    prefix, _, rest = name.lower().partition("/")
    if not rest or provider_family(prefix) != provider:
        rest = name.lower()
    placed = _REGION.fullmatch(rest)
    region, rest = (placed["region"], placed["model"]) if placed else ("", rest)
    tuned = rest.startswith("ft:")
    model, version = priced_model(rest.removeprefix("ft:"), provider=provider)
    return _Entry(number, name, provider, model, version, region, tuned, fields)


def _tiers(fields: Mapping[str, Any]) -> Iterator[_Price]:
    """The prices of the tiers by prompt length, each with the length above which it holds; tiers
    by anything else price nothing that calls report."""
    tiers = fields.get("tiered_pricing") or []
    if not (isinstance(tiers, list) and all(isinstance(tier, dict) for tier in tiers)):
        raise InvalidPriceSheet("tiered_pricing is no list of tiers", target="tiered_pricing")
    for number, tier in enumerate(tiers, start=1):
        bounds = tier.get("range")
        start = _amount(bounds[0]) if isinstance(bounds, list) and bounds else None
        for field, value in tier.items():
            if "cost" in field and start is not None:
                yield _Price(field, value, int(start) or None)
            elif "cost" in field:
                yield _Price(f"tiered_pricing.{number}.{field}", value)


def _prices(fields: Mapping[str, Any]) -> Iterator[_Price]:
    """The prices that stand at an entry itself; those of several sizes one by one."""
    for field, value in fields.items():
        if "cost" not in field or _OTHER_MONEY in field or value is None:
            continue
        sizes = value if isinstance(value, dict) else {"": value}
        if all(amount == next(iter(sizes.values())) for amount in sizes.values()):
            yield from (_Price(field, amount) for amount in list(sizes.values())[:1])
        else:
            yield from (_Price(f"{field}.{size}", amount) for size, amount in sizes.items())


def _unplaced(entry: _Entry, prices: list[_Price]) -> str:
    """Why none of the entry's prices is one of calls; "" if they are."""
    if entry.provider == AZURE:
        return "AzureList: Azure's prices are those of Azure's own list"
    if "off_peak_pricing" in entry.fields:
        return "TimeOfDay: the price depends on the hour of the day"
    if _COMMITMENT.search(entry.name):
        return "Commitment: the price under a commitment of months"
    if not any(price.amount for price in prices):
        return "ZeroPrice: all prices are zero, as litellm also writes where it knows none"
    return ""


def _draft(entry: _Entry, price: _Price, reason: str) -> Draft:
    field = _listed(entry, _said(price)["unit"])
    amount = _amount(price.amount)
    if amount is None:
        told = f"{price.field} is {price.amount!r}; a price is a number"
        raise InvalidPriceSheet(told, target=price.field)
    if field is None and not reason:
        reason = f"UnknownField: {price.field} counts nothing that calls report"
    shift = field.shift if field else _shift(amount)
    draft = Draft(
        line=entry.number,
        product=f"litellm {entry.provider}",
        meter_name=_meter_name(entry, price),
        unit_of_measure=field.unit if field else ("1M" if shift else "1"),
        price=f"{amount.scaleb(shift):f}",
        currency="USD",
        valid_from="",
        region=entry.region,
        service_name=provider_label(entry.provider),
        publisher_type="External",
        publisher=provider_label(entry.provider),
        unplaced=reason,
    )
    return draft if field is None or reason else replace(draft, key=_key(entry, field, price))


def _said(price: _Price) -> re.Match[str]:
    """The parts of a field's name: unit, band, tier."""
    match = _FIELD.fullmatch(price.field)
    assert match is not None  # any text of one character or more fits
    return match


def _shift(amount: Decimal) -> int:
    """Prices of very small things, such as pixels, are given for a million: a PriceRow has
    eighteen decimal places."""
    exponent = amount.as_tuple().exponent
    return 6 if isinstance(exponent, int) and exponent < _FINE else 0


def _listed(entry: _Entry, unit: str) -> ListedField | None:
    by_token = listed_fields("litellm").get(unit)
    if by_token is not None:
        free_quota = unit == "search_context_cost_per_query" and (
            "search_free_requests" in entry.fields
        )
        return None if free_quota else by_token
    media = listed_fields("litellm_media").get(unit)
    suits = media is not None and media.mode == entry.fields.get("mode")
    has_tokens = any(entry.fields.get(f"{way}_cost_per_token") for way in ("input", "output"))
    return media if suits and not has_tokens else None


def _amount(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    try:
        return Decimal(value)
    except DecimalException:
        return None


def _meter_name(entry: _Entry, price: _Price) -> str:
    band = f" above {price.band}" if price.band else ""
    return f"{entry.name} {price.field}{band}"


def _key(entry: _Entry, field: ListedField, price: _Price) -> ModelKey:
    said = _said(price)
    above = price.band or (int(said["band"]) * 1_000 if said["band"] else None)
    return ModelKey(
        model=entry.model,
        version=entry.version,
        deployment_scope=None,
        service_tier=_TIERS.get(said["tier"] or "", "Standard"),
        quantity=field.quantity,
        context_band="long" if above else None,
        context_threshold=above,
        variant="fine-tuned" if entry.tuned else None,
        provider=entry.provider,
    )
