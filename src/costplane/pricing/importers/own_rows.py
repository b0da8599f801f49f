"""The rows of Costplane's own price sheet: what their fields say (docs/reference/price-sheets.md).

A row prices a quantity of a model in money. With `consumption_units` it says instead how many of a
publisher's units the quantity stands for, and a row with `consumption_unit` but no model is the
price of one such unit (pricing/consumption.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

from costplane.core.quantities import CONSUMPTION_UNITS, PRICED
from costplane.errors import InvalidPriceSheet
from costplane.pricing.consumption import unit_model
from costplane.pricing.importers.draft import Draft
from costplane.pricing.model_key import (
    ANY_MODEL,
    ContextBand,
    DeploymentScope,
    ModelKey,
    ServiceTier,
)
from costplane.pricing.model_names import priced_model, priced_variant
from costplane.pricing.price import PRICE_KINDS, PUBLISHER_TYPES, PriceKind, PublisherType
from costplane.pricing.providers import AZURE, provider_family, provider_label

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
    "consumption_unit",
    "consumption_units",
    "currency",
    "price_kind",
    "term",
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
    "GlobalProvisionedManaged": ("Global", "", ""),
    "DataZoneProvisionedManaged": ("DataZone", "", ""),
    "ProvisionedManaged": ("Regional", "", ""),
    "DeveloperTier": ("Global", "", "developer"),
}
"""Azure's deployment types (or scopes): their scope, and the tier and variant they imply."""

_TERM = re.compile(r"([1-9]\d?) (Month|Year)s?", re.ASCII)

Fields = Mapping[str, str]


def drafted(line: int, sheet: str, fields: Fields) -> Draft:
    """The draft of one row of the sheet named `sheet`.

    Raises InvalidPriceSheet for fields that contradict each other or are no words of theirs;
    `target` names the field.
    """
    key = _key(fields)
    publisher_type = _publisher_type(fields, key)
    price, unit = _price(fields, key)
    term, kind = _kind(fields, key)
    azure_service = "SaaS" if publisher_type == "Marketplace" else "Foundry Models"
    service = azure_service if key.provider == AZURE else provider_label(key.provider)
    return Draft(
        line=line,
        product=fields.get("product") or fields.get("offer") or sheet or "Price sheet",
        meter_name=fields.get("meter_name") or _meter_name(fields, key),
        unit_of_measure=_block(fields.get("unit", ""), key),
        price=price,
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
        term=term,
        kind=kind,
        consumption_unit=unit,
        key=key,
    )


def _publisher_type(fields: Fields, key: ModelKey) -> PublisherType:
    told = fields.get("publisher_type", "Azure" if key.provider == AZURE else "External")
    _require_one_of("publisher_type", told, PUBLISHER_TYPES)
    return cast(PublisherType, told)


def _is_units_own(fields: Fields) -> bool:
    """Whether the row is the price of a consumption unit itself."""
    return bool(fields.get("consumption_unit")) and not (
        fields.get("model") or fields.get("quantity")
    )


def _price(fields: Fields, key: ModelKey) -> tuple[str | None, str]:
    """The price's text, and the consumption unit in which it is given ("": in money)."""
    units = fields.get("consumption_units")
    if units is None:
        return fields.get("price"), ""
    if "price" in fields or key.quantity == CONSUMPTION_UNITS.name:
        raise InvalidPriceSheet(
            "consumption_units stand in place of a price, in a row that names model and quantity; "
            "give one of the two",
            target="consumption_units",
        )
    if not fields.get("consumption_unit"):
        raise InvalidPriceSheet(
            "consumption_unit is missing; name the publisher's unit", target="consumption_unit"
        )
    return units, " ".join(fields["consumption_unit"].split())


def _kind(fields: Fields, key: ModelKey) -> tuple[str, PriceKind | None]:
    """The term of a reservation, and the kind that the row names."""
    term, told = fields.get("term", ""), fields.get("price_kind")
    match = _TERM.fullmatch(term)
    if term and match is None:
        raise InvalidPriceSheet(
            f"term is {term!r}; give one such as 1 Month or 1 Year", target="term"
        )
    if told is not None:
        _require_one_of("price_kind", told, PRICE_KINDS)
    if (told == "reservation") != bool(term) and told is not None:
        raise InvalidPriceSheet(
            "term and price_kind reservation go together: the price is for the whole term",
            target="term",
        )
    if key.quantity != "hours" and (term or told not in (None, "usage")):
        raise InvalidPriceSheet(
            f"{told or 'reservation'} prices are for the quantity hours, not for {key.quantity}",
            target="price_kind",
        )
    # Azure's spelling, by which the terms of all sheets are known.
    spelled = f"{match[1]} {match[2]}{'' if match[1] == '1' else 's'}" if match else ""
    return spelled, cast(PriceKind | None, told)


def _require_one_of(field: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InvalidPriceSheet(
            f"{field} is {value!r}; use one of {', '.join(allowed)}", target=field
        )


def _key(fields: Fields) -> ModelKey:
    """What the row prices. ModelKey itself refuses words that are not in its lists."""
    provider = provider_family(fields.get("provider", AZURE))
    if _is_units_own(fields):
        return _unit_key(fields["consumption_unit"], provider)
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
        variant=priced_variant(model, fields.get("variant") or variant or None, provider),
        provider=provider,
    )


def _unit_key(name: str, provider: str) -> ModelKey:
    scope: DeploymentScope | None = "Global" if provider == AZURE else None
    quantity = CONSUMPTION_UNITS.name
    return ModelKey(unit_model(name), None, scope, "Standard", quantity, provider=provider)


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
    if key.quantity == CONSUMPTION_UNITS.name:
        if unit.partition(" ")[0] not in ("", "1"):
            raise InvalidPriceSheet(
                f"unit is {unit!r}; give the price of one consumption unit", target="unit"
            )
        return "1"
    block, _, noun = unit.strip().partition(" ")
    expected = PRICED[key.quantity].unit
    if not noun or noun.lower() == expected.lower():
        return block
    if expected in ("Seconds", "Hours"):
        return unit  # a unit of time, "1 Hour": units.block_of knows it
    raise InvalidPriceSheet(
        f"unit is {unit!r}, but {key.quantity} is counted in {expected}", target="unit"
    )


def _meter_name(fields: Fields, key: ModelKey) -> str:
    """A name that no other key of the sheet has, for rows without one."""
    if key.quantity == CONSUMPTION_UNITS.name:
        return " ".join(fields["consumption_unit"].split())
    tier = key.service_tier if key.service_tier != "Standard" else None
    quantity = PRICED[key.quantity].label
    model = "" if key.model == ANY_MODEL else key.model
    words = (model, key.version, key.variant, key.context_band, tier, quantity)
    return " ".join(word for word in (*words, key.deployment_scope) if word)
