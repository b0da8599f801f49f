"""The measured usage under an agreement that uses every kind of price at once.

Billed in euros at a rate of four places; a negotiated discount, a markup for cross-charging, an
own sheet's price for one model, graduated tiers for another, volume tiers for a third, and four
deployments on provisioned throughput, whose hours pay for their calls.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from costplane.core.period import Period
from costplane.pricing.adjustment import Adjustment, Applies, Discount, ExchangeRate, Markup, Told
from costplane.pricing.adjustments import Adjustments
from costplane.pricing.book import Offer, PriceBook
from costplane.pricing.price import SheetKind, Tiering
from costplane.rating.holder import Facts, Holder, HolderInterval, TagInterval, UnitsInterval

START = datetime(2026, 1, 1, tzinfo=UTC)
MONTH = datetime(2026, 10, 1, tzinfo=UTC)
OWN, GRADUATED, VOLUME = "gpt-4o", "gpt-4.1", "gpt-5.1"
PROVISIONED = frozenset(f"deployment-{n}" for n in (3, 14, 25, 36))
_TOLD = Told("bench", 1, "bench.yaml", "0" * 64, 1, START)


def series(facts: Mapping[int, Facts]) -> dict[int, Facts]:
    """The series' facts, some of them on provisioned throughput."""
    return {
        number: {**one, "deployment_type": "GlobalProvisionedManaged"}
        if one["deployment"] in PROVISIONED
        else one
        for number, one in facts.items()
    }


def adjustments() -> Adjustments:
    """A discount, a markup, and a rate of exchange."""
    always = Applies(START)
    told: tuple[Adjustment, ...] = (
        Discount("negotiated", Decimal("7.5"), Applies(START, model="gpt-*"), _TOLD),
        Markup("service desk", always, _TOLD, percent=Decimal(3)),
        ExchangeRate("USD", "EUR", date(2026, 1, 1), Decimal("0.9173"), "bench", _TOLD),
    )
    return Adjustments(told)


def book(plain: PriceBook, models: tuple[str, ...]) -> PriceBook:
    """The list's offers beside those of an own sheet and of tiers, with the adjustments."""
    offers = [offer for model in models for offer in _offers(plain, model)]
    capacity = plain.of_kind("hourly", "provisioned")
    return PriceBook([*offers, *capacity], 1, adjustments())


def _offers(plain: PriceBook, model: str) -> Iterator[Offer]:
    for offer in plain.of_model(model):
        yield offer
        if model == OWN:
            yield _own(offer, "customer")
        elif model == GRADUATED:
            yield from _tiers(offer, "graduated")
        elif model == VOLUME:
            yield from _tiers(offer, "volume")


def _own(offer: Offer, kind: SheetKind) -> Offer:
    row = replace(offer.row, sheet="own", price=offer.row.price * Decimal("0.9"))
    return replace(offer, row=row, sheet_kind=kind)


def _tiers(offer: Offer, tiering: Tiering) -> Iterator[Offer]:
    for minimum, part in ((1_000_000, "0.8"), (4_000_000, "0.7")):
        price = offer.row.price * Decimal(part)
        row = replace(offer.row, tier_minimum=Decimal(minimum), price=price, tiering=tiering)
        yield replace(offer, row=row)


class Payer:
    """One billing account in euros, whose deployments keep their units."""

    def holder(self, facts: Facts) -> Holder:
        """The account."""
        name = (facts["resource_id"] or "").rpartition("/")[2]
        return Holder("1", "Account", "Billing Account", "EUR", "Demo", "Subscription", name)

    def holders(self, facts: Facts, period: Period) -> list[HolderInterval]:
        """The account, always."""
        return [HolderInterval(period, self.holder(facts))]

    def changes(self) -> frozenset[datetime]:
        """No tag changes."""
        return frozenset()

    def tags(self, facts: Facts, period: Period) -> list[TagInterval]:
        """The event's tags."""
        from costplane.core.tags import parse

        return [TagInterval(period, parse(facts["allocation_tags"]))]

    def units(self, _: Facts, period: Period) -> list[UnitsInterval]:
        """A hundred units, always."""
        return [UnitsInterval(period, 100)]


def rated(rater: Any, usage: Any, facts: Mapping[int, Facts]) -> tuple[Any, Any]:
    """Everything that the usage comes to: direct lines, and those of tiers by their month."""
    from costplane.rating.rate_tiers import RatedUsage, TierRater
    from costplane.rating.tiers import keys_of, places

    grain, today = rater.grain(), date(2026, 11, 1)
    survey = rater.survey(usage, facts, grain)
    direct = rater.priced(survey, [rate for rate in survey.rates if not rate.tiers], today)
    tiers = TierRater(rater.engine, MONTH, places(facts))
    usages = [RatedUsage(rater, survey)]
    keys = [key for key in keys_of(survey.rates) if key.month == MONTH]
    return direct, tiers.charges(usages, tiers.counts(usages, keys), today)
