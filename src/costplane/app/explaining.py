"""Why an event or a charge costs what it costs (billing-rules 28), out of one snapshot.

Prices are those of the version with which each row was rated, lines the rating's own; whose a
series is and what tags it has is asked of the catalog of today.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal

from costplane.app.capacity_explaining import CapacityShare, capacity_share
from costplane.app.charge_events import ChargeEvents
from costplane.app.charge_list import ChargeList, charge_list
from costplane.app.holders import CatalogHolders
from costplane.app.ledger_rows import Identity, LedgerRows, Row
from costplane.app.origins import Origins, series_facts
from costplane.app.own_capacity import OwnCapacity, facts_of
from costplane.app.ports import Settings
from costplane.app.prices import PriceBooks
from costplane.app.readable_ledger import ReadableLedger
from costplane.app.tier_explaining import TieredEvents, lines_with_tiers, tiered_events
from costplane.app.tier_usage import TierUsage
from costplane.app.visible import MaySee, scope_filters, sees_everything
from costplane.catalog.ports import CatalogReader
from costplane.core.exact_text import exact_text
from costplane.core.money import EXACT
from costplane.core.period import HOUR, Period, hour_start
from costplane.core.quantities import BY_NAME
from costplane.core.relation import Engine, Relation
from costplane.core.scope import Scope
from costplane.core.settings import TAG_INHERITANCE
from costplane.core.tags import parse
from costplane.errors import InvalidInput, NotFound
from costplane.metering.status import billing_rule
from costplane.pricing.ports import StoredSheet
from costplane.rating.capacity_templates import RESERVATION_TYPE
from costplane.rating.charge_address import AnyAddress, CapacityAddress
from costplane.rating.explain import (
    Pricing,
    price_explanation,
    rounding_text,
    slices,
    totals,
)
from costplane.rating.explain_terms import adjustment_explanations
from costplane.rating.explanation import (
    ChargeExplanation,
    EventExplanation,
    Evidence,
    PostedRow,
)
from costplane.rating.holder import Facts


@dataclass(frozen=True, slots=True)
class Explaining:
    """Explains events and charges. Threads may share it."""

    ledger: ReadableLedger
    engine: Engine
    catalog: CatalogReader
    settings: Settings
    prices: PriceBooks
    usage: Callable[[], TierUsage]

    def event(
        self, identities: Sequence[Identity], may_see: MaySee = sees_everything
    ) -> EventExplanation:
        """The event that has one of `identities`; if it is evidence, the one that counts.

        Raises NotFound if there is none that may be seen, InvalidInput if there are several.
        """
        rows = self._rows()
        event = _counting(rows, identities, may_see)
        hour = hour_start(event["time"].astimezone(UTC))
        posted = rows.addresses(event["series"], Period(hour, hour + HOUR))
        pricing = self._pricing(event["price_version"])
        facts = rows.facts(event["series"])
        lines = lines_with_tiers(self.usage, pricing, event, facts, posted)
        time, status, origins = (
            event["time"].astimezone(UTC),
            event["billing_status"],
            self._origins(),
        )
        return EventExplanation(
            source=event["source"],
            id=event["id"],
            time=time,
            received_at=event["received_at"].astimezone(UTC),
            resource_id=event["resource_id"],
            facts=origins.event_facts(event, time),
            tags=origins.event_tags(parse(event["tags"]), event["resource_id"], time),
            billing_status=status,
            rule=billing_rule(status, event["status_reason"], event["http_status"]),
            price_version=event["price_version"],
            lines=lines,
            totals=totals(lines),
            without_price=sum(line.status == "Unpriced" for line in lines),
            evidence=_evidence(rows, event),
        )

    def charge(
        self, address: AnyAddress, skip: int = 0, may_see: MaySee = sees_everything
    ) -> ChargeExplanation:
        """The charge at `address`, with the events behind it after `skip` ones.

        Raises NotFound if nothing was posted there that may be seen.
        """
        rows = self._rows()
        if isinstance(address, CapacityAddress):
            posted = _seen(rows.capacity(address), address, may_see)
            own = OwnCapacity(self.catalog, self.usage()).explained(address, posted)
            return self._charge(address, posted, facts_of(posted[0]), own, skip)
        posted = _seen(rows.charges(address), address, may_see)
        facts = rows.facts(address.series)
        if posted[0]["x_TierMinimum"] is not None:
            tiered = tiered_events(self.usage(), address, posted[0])
            return self._charge(address, posted, facts, tiered, skip)
        pricings = [self._pricing(version) for version in rows.price_versions(address)]
        parts = [part for pricing in pricings for part in slices(address, facts, pricing)]
        events = ChargeEvents(rows, address, parts)
        if posted[0]["x_ChargeBasis"] is not None:
            share = capacity_share(rows, address, posted, events.rate)
            return self._charge(address, posted, facts, share, skip)
        return self._charge(address, posted, facts, events, skip)

    def charges(self, scope: Scope, period: Period, meter: str, most: int) -> ChargeList:
        """The costliest charges of `scope` whose meter's name has the text `meter`."""
        chosen = scope_filters(self.catalog, scope)
        return charge_list(self.engine, self.ledger.snapshot(), chosen, period, meter, most)

    def _charge(
        self,
        address: AnyAddress,
        posted: Sequence[Row],
        facts: Facts,
        events: ChargeEvents | TieredEvents | CapacityShare,
        skip: int,
    ) -> ChargeExplanation:
        first, quantity, sums = posted[0], BY_NAME[address.quantity], events.sums()
        rate = events.rate
        offer, public = (rate.offer, rate.list_offer) if rate else (None, None)
        sheets = self._sheets()
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
            rows=self._posted_rows(posted, facts),
            behind=events.behind(sums, skip),
            adjustments=adjustment_explanations(rate.terms) if rate else (),
            cross_charge=_cross_charge(posted),
            working=events.working if isinstance(events, CapacityShare) else (),
        )

    def _posted_rows(self, posted: Sequence[Row], facts: Facts) -> tuple[PostedRow, ...]:
        origins, sent = self._origins(), parse(facts["allocation_tags"])
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

    def _rows(self) -> LedgerRows:
        """The tables, with the price version that holds for each row of usage."""
        snapshot = self.ledger.snapshot()
        tables: dict[str, Relation] = {**snapshot.files, "usage": self.ledger.usage(snapshot)}
        return LedgerRows(self.engine, tables)

    def _origins(self) -> Origins:
        return Origins(self.catalog, self.settings.get(TAG_INHERITANCE))

    def _pricing(self, version: int) -> Pricing:
        holders = CatalogHolders(self.catalog, inheritance=self.settings.get(TAG_INHERITANCE))
        return Pricing(self.prices.at(version), holders, self._sheets())

    def _sheets(self) -> dict[int, StoredSheet]:
        return {sheet.version: sheet for sheet in self.prices.sheets()}


def possible_identities(text: str) -> list[Identity]:
    """The sources and ids that `source#id` may mean, if either has a # in it."""
    named = text.removeprefix("event:")
    places = [place for place, letter in enumerate(named) if letter == "#"]
    if not places:
        raise InvalidInput(
            f"'{text[:200]}' names no event; write its source and id as source#id", target="event"
        )
    return [(named[:place], named[place + 1 :]) for place in places]


def _counting(rows: LedgerRows, identities: Sequence[Identity], may_see: MaySee) -> Row:
    """The event of one of `identities` that counts for its call.

    What may not be seen is passed over before anything is said or done for it: neither the
    answer nor its time tells that it is there.
    """
    stands = [(e["stands_source"], e["stands_id"]) for e in rows.evidence(identities)]
    found = [row for row in rows.events(identities) if may_see(row["resource_id"])]
    if not found and stands:
        found = [row for row in rows.events(stands) if may_see(row["resource_id"])]
    source, event_id = identities[0]
    if not found:
        raise NotFound(f"there is no event '{event_id}' of source '{source}'", target="event")
    if len(found) > 1:
        raise InvalidInput(
            f"'{source}#{event_id}' names several events; give source and id apart", target="event"
        )
    return found[0]


def _evidence(rows: LedgerRows, event: Row) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(row["source"], row["id"], row["time"].astimezone(UTC))
        for row in rows.evidence_for((event["source"], event["id"]))
    )


def _cross_charge(posted: Sequence[Row]) -> Decimal:
    """What is charged on; rows of older versions have no markup."""
    told = ((row["x_CrossChargeCost"], row["EffectiveCost"]) for row in posted)
    return _sum(effective if marked is None else marked for marked, effective in told)


def _seen(rows: Iterable[Row], address: AnyAddress, may_see: MaySee) -> list[Row]:
    posted = [row for row in rows if may_see(_place(row))]
    if not posted:
        raise NotFound(f"no charge was posted at '{address}'", target="charge")
    return posted


def _place(row: Row) -> str:
    """The scope whose readers may see a row: a reservation stands in no resource group, but at
    the subscription or account that pays for it."""
    if row["ResourceType"] != RESERVATION_TYPE:
        resource_id: str = row["ResourceId"]
        return resource_id
    if row["SubAccountId"] is not None:
        return f"/subscriptions/{row['SubAccountId']}"
    return f"/providers/Microsoft.Billing/billingAccounts/{row['BillingAccountId']}"


def _count(row: Row) -> Decimal:
    """The quantity of a row; what a reservation did not cover with consumed nothing."""
    counts = (row["ConsumedQuantity"], row["CommitmentDiscountQuantity"])
    return next((count for count in counts if count is not None), Decimal(0))


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    total = Decimal(0)
    for amount in amounts:
        total = EXACT.add(total, amount)
    return total
