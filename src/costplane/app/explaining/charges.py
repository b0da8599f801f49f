"""A charge as its explanation: the posted rows beside the events and the rate behind them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC
from decimal import Decimal

from costplane.app.explaining.charge_events import ChargeEvents
from costplane.app.explaining.covered import CapacityShare
from costplane.app.explaining.ledger_rows import Row
from costplane.app.explaining.origins import Origins, series_facts
from costplane.app.explaining.tiers import TieredEvents
from costplane.core.exact_text import exact_text
from costplane.core.money import EXACT
from costplane.core.quantities import BY_NAME
from costplane.core.tags import parse
from costplane.rating.charge_address import AnyAddress
from costplane.rating.explain import Sheets, price_explanation, rounding_text
from costplane.rating.explain_terms import adjustment_explanations
from costplane.rating.explanation import ChargeExplanation, PostedRow
from costplane.rating.holder import Facts


def charge_explanation(
    address: AnyAddress,
    posted: Sequence[Row],
    facts: Facts,
    events: ChargeEvents | TieredEvents | CapacityShare,
    skip: int,
    sheets: Sheets,
    origins: Origins,
) -> ChargeExplanation:
    """The charge at `address`: what `posted` rows say, beside what `events` come to."""
    first, quantity, sums = posted[0], BY_NAME[address.quantity], events.sums()
    rate = events.rate
    offer, public = (rate.offer, rate.list_offer) if rate else (None, None)
    billed = _sum(row["BilledCost"] for row in posted)
    return ChargeExplanation(
        address=str(address),
        start=address.period.start,
        end=address.period.end,
        resource_id=first["ResourceId"],
        billing_account_id=first["BillingAccountId"],
        service=first["ServiceName"],
        meter=first["SkuMeter"],
        facts=series_facts(facts),
        quantity=quantity.name,
        label=quantity.display_name,
        count=_sum(_count(row) for row in posted),
        unit=quantity.unit,
        price=price_explanation(offer, sheets) if offer and offer.version in sheets else None,
        steps=rate.steps if rate else (),
        list_price=price_explanation(public, sheets) if public else None,
        exact=exact_text(sums.exact),
        rounded_each=rate is not None and rate.contracted[1] != 1,
        rounding=rounding_text(sums.exact, sums.amount),
        amount=sums.amount,
        currency=first["BillingCurrency"],
        billed_cost=billed,
        list_cost=_sum(row["ListCost"] for row in posted),
        unexplained=EXACT.subtract(billed, sums.amount),
        rows=_posted_rows(posted, facts, origins),
        behind=events.behind(sums, skip),
        adjustments=adjustment_explanations(rate.terms) if rate else (),
        cross_charge=_cross_charge(posted),
        working=events.working if isinstance(events, CapacityShare) else (),
    )


def _posted_rows(posted: Sequence[Row], facts: Facts, origins: Origins) -> tuple[PostedRow, ...]:
    sent = parse(facts["allocation_tags"])
    return tuple(
        PostedRow(
            start=(start := row["ChargePeriodStart"].astimezone(UTC)),
            end=row["ChargePeriodEnd"].astimezone(UTC),
            recorded=row["x_RecordedDate"],
            charge_class=row["ChargeClass"],
            count=_count(row),
            events=row["x_Events"],
            billed_cost=row["BilledCost"],
            effective_cost=row["EffectiveCost"],
            contracted_cost=row["ContractedCost"],
            list_cost=row["ListCost"],
            tags=origins.charge_tags(parse(row["Tags"]), facts, sent, start),
        )
        for row in posted
    )


def _cross_charge(posted: Sequence[Row]) -> Decimal:
    """What is charged on; rows of older versions have no markup."""
    told = ((row["x_CrossChargeCost"], row["EffectiveCost"]) for row in posted)
    return _sum(effective if marked is None else marked for marked, effective in told)


def _count(row: Row) -> Decimal:
    """The quantity of a row; what a reservation did not cover with consumed nothing."""
    counts = (row["ConsumedQuantity"], row["CommitmentDiscountQuantity"])
    return next((count for count in counts if count is not None), Decimal(0))


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    total = Decimal(0)
    for amount in amounts:
        total = EXACT.add(total, amount)
    return total
