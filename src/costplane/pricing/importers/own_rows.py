"""The rows of Costplane's own price sheet: what their fields say (docs/reference/price-sheets.md).

A row prices a quantity of a model in money. With `consumption_units` it says instead how many of a
publisher's units the quantity stands for, and a row with `consumption_unit` but no model is the
price of one such unit (pricing/consumption.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from costplane.core.quantities import CONSUMPTION_UNITS, PRICED
from costplane.errors import InvalidPriceSheet
from costplane.pricing.consumption import unit_model
from costplane.pricing.importers.draft import Draft
from costplane.pricing.importers.own_fields import DEPLOYMENT_TYPES
from costplane.pricing.model_key import (
    ANY_MODEL,
    ContextBand,
    DeploymentScope,
    ModelKey,
    ServiceTier,
)
from costplane.pricing.model_names import priced_model, priced_variant
from costplane.pricing.price import PriceKind, PublisherType
from costplane.pricing.providers import AZURE, provider_family, provider_label

Fields = Mapping[str, str]


def drafted(line: int, sheet: str, fields: Fields) -> Draft:
    """The draft of one row of the sheet named `sheet`, in which own_fields finds no fault.

    Raises InvalidPriceSheet for fields that contradict each other; `target` names the field.
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
    count, _, unit = term.rstrip("s").partition(" ")
    spelled = f"{count} {unit}{'' if count == '1' else 's'}" if term else ""
    return spelled, cast(PriceKind | None, told)


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
    if provider == AZURE and not name:
        raise InvalidPriceSheet(
            f"deployment_type is missing; use one of {', '.join(DEPLOYMENT_TYPES)}",
            target="deployment_type",
        )
    return DEPLOYMENT_TYPES[name] if name else ("", "", "")


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
