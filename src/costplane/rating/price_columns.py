"""The columns of a charge that tell its price: unit prices, pricing unit, SKU, exchange rate."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

from costplane.core.money import EXACT, half_even
from costplane.core.quantities import Quantity
from costplane.core.tables import MONEY, PRICE
from costplane.pricing.book import Offer
from costplane.pricing.price import PriceRow
from costplane.rating.rates import Rate

_MILLION = Decimal(10**6)
_QUANTUM = Decimal(1).scaleb(-MONEY.scale)
_PRICE_QUANTUM = Decimal(1).scaleb(-PRICE.scale)


def priced_row(offer: Offer) -> PriceRow:
    """The row of the meter that is billed: that of the publisher's unit where it bills in one."""
    return offer.conversion.unit.row if offer.conversion else offer.row


def prices(rate: Rate, offer: Offer) -> dict[str, Any]:
    """The columns of a priced rate that tell its price and pricing unit."""
    row, quantity = offer.row, rate.use.quantity
    assert quantity is not None
    exchange = rate.terms.exchange
    return {
        **(_in_units(rate, offer) if offer.conversion else _in_blocks(rate, row, quantity)),
        "ConsumedUnit": quantity.unit,
        "SkuId": priced_row(offer).sku_id or priced_row(offer).meter_id,
        "SkuPriceDetails": _price_details(rate, offer, quantity),
        "SkuPriceId": offer.id,
        "x_ContextBand": offer.key.context_band,
        "x_ExchangeRate": _rate(exchange.rate) if exchange else None,
        "x_ExchangeRateDate": exchange.day if exchange else None,
        "x_ListCostSource": _list_source(rate),
        "x_TierMinimum": row.tier_minimum if rate.tiers else None,
    }


def _in_blocks(rate: Rate, row: PriceRow, quantity: Quantity) -> dict[str, Any]:
    public = _list_price(rate.list_offer, row.block_size) if rate.list_offer else None
    unit = _pricing_unit(row.block_size, row.unit if rate.covered else quantity.unit)
    return _unit_prices(rate, row.price, public) | {
        "PricingUnit": unit,
        "x_PricingBlockSize": row.block_size,
    }


def _in_units(rate: Rate, offer: Offer) -> dict[str, Any]:
    """Priced in a publisher's units: tokens are consumed, units are priced (billing-rules 18).

    The list's price of a unit is null where the list does not price by it.
    """
    step, public = offer.conversion, rate.list_offer
    assert step is not None
    row = step.unit.row
    listed = public.conversion.unit if public and public.conversion else None
    prices = _unit_prices(rate, row.price, listed.row.price if listed else None)
    if public and (listed is None or listed.key != step.unit.key):
        prices |= {"ListUnitPrice": None, "PricingCurrencyListUnitPrice": None}
    million = EXACT.divide(EXACT.multiply(step.units, _MILLION), offer.row.block_size)
    return prices | {
        "PricingUnit": row.meter_name,
        "x_ConsumptionUnit": row.meter_name,
        "x_ConsumptionUnitsPerMillion": million.quantize(_QUANTUM, context=EXACT),
        "x_PricingBlockSize": row.block_size,
    }


def _unit_prices(rate: Rate, price: Decimal, public: Decimal | None) -> dict[str, Any]:
    """The prices of one pricing unit; the contracted one is the list's where none is known."""
    own = _times(price, rate.terms.left)
    listed, into = (own, rate.terms.rate) if public is None else (public, rate.list_rate)
    return {
        "ContractedUnitPrice": _times(price, rate.terms.left * rate.terms.rate),
        "ListUnitPrice": _times(listed, into),
        "PricingCurrencyContractedUnitPrice": own,
        "PricingCurrencyListUnitPrice": _times(listed, into / rate.terms.rate),
    }


def _list_source(rate: Rate) -> str:
    """Where the list cost comes from; the contracted one stands in where it is not known."""
    if rate.list_offer:
        return "List"
    missing = rate.terms.no_public
    return f"Contracted, NoExchangeRate: {missing}" if missing else "Contracted"


def _list_price(offer: Offer, block: Decimal) -> Decimal:
    """The list price for the contracted price's block: both stand beside one PricingUnit."""
    whole = EXACT.multiply(offer.row.price, block)
    return EXACT.divide(whole, offer.row.block_size).quantize(_PRICE_QUANTUM, context=EXACT)


def _times(price: Decimal, factor: Fraction) -> Decimal:
    """A price with its adjustments, shown to the places of a price; amounts use it unrounded."""
    if factor == 1:
        return price
    return _shown(Fraction(price) * factor, PRICE.scale)


def _rate(rate: Fraction) -> Decimal:
    """An exchange rate as it is shown: one told the other way round may have no end."""
    return _shown(rate, MONEY.scale)


def _shown(value: Fraction, places: int) -> Decimal:
    units = half_even(value.numerator * 10**places, value.denominator)
    return Decimal(units).scaleb(-places, EXACT)


def _price_details(rate: Rate, offer: Offer, quantity: Quantity) -> str:
    """FOCUS SkuPriceDetails, with the keys of the 1.5 draft for AI models."""
    discount = rate.terms.discount
    details: dict[str, str | None] = {
        "ModelId": rate.facts["model"],
        "ModelVersion": rate.facts["model_version"],
        "TokenDirection": quantity.direction if quantity.is_token else None,
        "TokenCacheAction": quantity.cache_action if quantity.is_token else None,
        "x_Discount": f"{discount.name}: {discount.percent:f} %" if discount else None,
        "x_DeploymentScope": offer.key.deployment_scope,
        "x_Modality": quantity.modality,
        "x_PriceSheet": offer.row.sheet,
        "x_ProcessingTier": offer.key.service_tier,
        "x_Variant": offer.key.variant,
    }
    return json.dumps({k: v for k, v in details.items() if v}, separators=(",", ":"))


def _pricing_unit(block: Decimal, unit: str) -> str:
    """FOCUS UnitFormat: `1000000 Tokens`; the bare unit where a block is one."""
    return unit if block == 1 else f"{block:f} {unit}"
