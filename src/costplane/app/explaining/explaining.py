"""Why an event or a charge costs what it costs (billing-rules 28), out of one snapshot.

Prices are those of the version with which each row was rated, lines the rating's own; whose a
series is and what tags it has is asked of the catalog of today.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC

from costplane.app.access.visible import MaySee, scope_filters, sees_everything
from costplane.app.explaining.charge_events import ChargeEvents
from costplane.app.explaining.charge_list import ChargeList, charge_list
from costplane.app.explaining.charges import charge_explanation
from costplane.app.explaining.covered import CapacityShare, capacity_share
from costplane.app.explaining.ledger_rows import Identity, LedgerRows, Row
from costplane.app.explaining.named_events import counting_event, evidence_of
from costplane.app.explaining.origins import Origins
from costplane.app.explaining.own_capacity import OwnCapacity, facts_of
from costplane.app.explaining.tiers import TieredEvents, lines_with_tiers, tiered_events
from costplane.app.explaining.visible_charges import visible_rows
from costplane.app.holders import CatalogHolders
from costplane.app.ports import Settings
from costplane.app.prices import PriceBooks
from costplane.app.readable_ledger import ReadableLedger
from costplane.app.tiers.usage import TierUsage
from costplane.catalog.ports import CatalogReader
from costplane.core.period import HOUR, Period, hour_start
from costplane.core.relation import Engine, Relation
from costplane.core.scope import Scope
from costplane.core.settings import TAG_INHERITANCE
from costplane.core.tags import parse
from costplane.metering.status import billing_rule
from costplane.pricing.ports import StoredSheet
from costplane.rating.charge_address import AnyAddress, CapacityAddress
from costplane.rating.explain import (
    Pricing,
    slices,
    totals,
)
from costplane.rating.explanation import (
    ChargeExplanation,
    EventExplanation,
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
        event = counting_event(rows, identities, may_see)
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
            evidence=evidence_of(rows, event),
        )

    def charge(
        self, address: AnyAddress, skip: int = 0, may_see: MaySee = sees_everything
    ) -> ChargeExplanation:
        """The charge at `address`, with the events behind it after `skip` ones.

        Raises NotFound if nothing was posted there that may be seen.
        """
        rows = self._rows()
        if isinstance(address, CapacityAddress):
            posted = visible_rows(rows.capacity(address), address, may_see)
            own = OwnCapacity(self.catalog, self.usage()).explained(address, posted)
            return self._charge(address, posted, facts_of(posted[0]), own, skip)
        posted = visible_rows(rows.charges(address), address, may_see)
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
        sheets, origins = self._sheets(), self._origins()
        return charge_explanation(address, posted, facts, events, skip, sheets, origins)

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
