"""Explanations of lines, from the same rates and the same arithmetic as the rating itself."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from costplane.core.exact_text import exact_text
from costplane.core.money import EXACT, LINE_PLACES, round_line
from costplane.core.period import Period, hour_start
from costplane.core.quantities import BY_NAME, QUANTITIES, Quantity
from costplane.pricing.book import Conversion, Offer, PriceBook
from costplane.pricing.ports import StoredSheet
from costplane.rating.answers import Use
from costplane.rating.charge_address import ChargeAddress
from costplane.rating.explain_terms import adjustment_explanations
from costplane.rating.explanation import TagOrigin, Total
from costplane.rating.holder import Facts, Holders
from costplane.rating.line_explanation import (
    ConsumptionExplanation,
    LineExplanation,
    PriceExplanation,
)
from costplane.rating.rates import Rate, rates

_INSTANT = timedelta(microseconds=1)

Sheets = Mapping[int, StoredSheet]
"""Price sheets by version."""


COVERED = "covered by provisioned throughput: its hours are charged, not the call"
"""The step of a line that costs nothing by itself."""


@dataclass(frozen=True, slots=True)
class Pricing:
    """What prices were known and whose charges are: the book of a version, the catalog."""

    book: PriceBook
    holders: Holders
    sheets: Sheets

    def lines(
        self, event: Mapping[str, Any], facts: Facts, posted: Container[str]
    ) -> tuple[LineExplanation, ...]:
        """The lines of a row of `usage`, in the order of the quantities.

        `facts` are those of its series, `posted` the addresses of the charges of its hour.
        """
        told = [quantity for quantity in QUANTITIES if event[quantity.name] is not None]
        return tuple(self._line(event, facts, quantity, posted) for quantity in told)

    def _line(
        self, event: Mapping[str, Any], facts: Facts, quantity: Quantity, posted: Container[str]
    ) -> LineExplanation:
        rate, time = self.rate(event, facts, quantity), event["time"].astimezone(UTC)
        return self._of_rate(rate, Decimal(event[quantity.name]), time, posted)

    def rate(self, event: Mapping[str, Any], facts: Facts, quantity: Quantity) -> Rate:
        """The rate of a quantity that a row of `usage` told."""
        time = event["time"].astimezone(UTC)
        band = bisect_left(self.book.context_thresholds, event["context_tokens"] or 0)
        use = Use(event["series"], quantity, band, Period(time, time + _INSTANT))
        (rate,) = rates([use], {use.series: facts}, self.book, self.holders)
        return rate

    def _of_rate(
        self, rate: Rate, count: Decimal, time: datetime, posted: Container[str]
    ) -> LineExplanation:
        """The line of `count` units at a rate, for an event at `time`."""
        quantity = rate.use.quantity
        assert quantity is not None
        line = LineExplanation(
            quantity=quantity.name,
            label=quantity.display_name,
            count=count,
            unit=quantity.unit,
            status=rate.status,
            reason=rate.reason,
        )
        if rate.offer is None:
            return line
        exact = exact_amount(rate.contracted, count, quantity)
        amount, public = round_line(exact), rate.list_offer
        address = str(
            ChargeAddress(hour_start(time), rate.use.series, quantity.name, rate.offer.id)
        )
        return replace(
            line,
            price=price_explanation(rate.offer, self.sheets),
            steps=(*rate.steps, COVERED) if rate.covered else rate.steps,
            exact=exact_text(exact),
            rounding=rounding_text(exact, amount),
            amount=amount,
            currency=rate.currency,
            list_price=price_explanation(public, self.sheets) if public else None,
            list_amount=round_line(exact_amount(rate.list, count, quantity)) if public else None,
            charge=address,
            posted=address in posted,
            adjustments=adjustment_explanations(rate.terms),
            pricing_amount=round_line(exact_amount(rate.priced, count, quantity)),
            pricing_currency=rate.offer.row.currency,
            cross_charge=round_line(exact_amount(rate.cross_charge, count, quantity)),
        )


@dataclass(frozen=True, slots=True)
class Slice:
    """The part of a charge's events that one rate prices: rated with the sheets up to `version`,
    their prompts longer than `over` tokens, up to `up_to` (None: any length)."""

    version: int
    over: int
    up_to: int | None
    rate: Rate


def slices(address: ChargeAddress, facts: Facts, pricing: Pricing) -> list[Slice]:
    """The rates of one price book that lead to the charge at `address`."""
    thresholds = pricing.book.context_thresholds
    bounds = list(zip((-1, *thresholds), (*thresholds, None), strict=True))
    quantity = BY_NAME[address.quantity]
    uses = [Use(address.series, quantity, band, address.period) for band in range(len(bounds))]
    return [
        Slice(pricing.book.version, *bounds[rate.use.band], rate)
        for rate in rates(uses, {address.series: facts}, pricing.book, pricing.holders)
        if rate.offer is not None and rate.offer.id == address.price_id
    ]


def price_explanation(offer: Offer, sheets: Sheets) -> PriceExplanation:
    """A price row with its sheet."""
    row, key, sheet = offer.row, offer.key, sheets[offer.version]
    return PriceExplanation(
        id=offer.id,
        price=row.price,
        currency=row.currency,
        block_size=row.block_size,
        unit=row.unit,
        unit_of_measure=row.unit_of_measure,
        quantity=key.quantity,
        provider=key.provider,
        model=key.model,
        model_version=key.version,
        deployment_scope=key.deployment_scope,
        service_tier=key.service_tier,
        context_band=key.context_band,
        context_threshold=key.context_threshold,
        tier_minimum=row.tier_minimum,
        meter=row.meter_name,
        meter_id=row.meter_id,
        product=row.product,
        region=row.region,
        publisher_type=row.publisher_type,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        sheet=row.sheet,
        sheet_kind=offer.sheet_kind,
        sheet_scope=offer.sheet_scope,
        sheet_version=offer.version,
        line=row.source_line,
        file=sheet.source_file,
        sha256=sheet.sha256,
        imported_at=sheet.imported_at,
        consumption=_consumption(offer.conversion, sheets) if offer.conversion else None,
        term=row.term,
    )


def _consumption(step: Conversion, sheets: Sheets) -> ConsumptionExplanation:
    row, sheet = step.unit.row, sheets[step.unit.version]
    return ConsumptionExplanation(
        unit=row.meter_name,
        units=step.units,
        unit_price=row.price,
        step=step.step,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        sheet=row.sheet,
        sheet_version=step.unit.version,
        line=row.source_line,
        file=sheet.source_file,
        sha256=sheet.sha256,
    )


def exact_amount(units: tuple[int, int], count: Decimal, quantity: Quantity) -> Fraction:
    """`count` units at a rate's price (core.money.line_units), unrounded, in the currency."""
    numerator, denominator = units
    smallest_parts = Fraction(count) * Fraction(10) ** quantity.scale
    return smallest_parts * Fraction(numerator, denominator) * Fraction(10) ** -LINE_PLACES


def rounding_text(exact: Fraction, amount: Decimal) -> str:
    """What rounding added to the exact amount."""
    return exact_text(Fraction(amount) - exact)


def totals(lines: Iterable[LineExplanation]) -> tuple[Total, ...]:
    """The sums of the lines' amounts, by currency."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.amount is not None and line.currency is not None:
            sums[line.currency] = EXACT.add(sums[line.currency], line.amount)
    return tuple(Total(amount, currency) for currency, amount in sorted(sums.items()))


def tag_origins(
    tags: Mapping[str, str], layers: Sequence[tuple[str, Mapping[str, str]]]
) -> tuple[TagOrigin, ...]:
    """Where each of `tags` comes from: the first of `layers`, the strongest first, that has the
    key, if it has the same value."""
    standing: dict[str, tuple[str, str]] = {}
    for origin, layer in layers:
        for key, value in layer.items():
            standing.setdefault(key.lower(), (value, origin))
    return tuple(
        TagOrigin(key, value, origin if known == value else None)
        for key, value in sorted(tags.items())
        for known, origin in [standing.get(key.lower(), (None, None))]
    )
