"""The ledger's usage as of now, ready to be rated again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from costplane.app.effective_usage import effective_usage
from costplane.app.holders import CatalogHolders
from costplane.app.prices import PriceBooks
from costplane.app.readable_ledger import ReadableLedger
from costplane.app.series import SeriesNumbers
from costplane.app.tiers.usage import TierUsage
from costplane.core.relation import Relation
from costplane.core.rerating import Rerating
from costplane.core.settings import TAG_INHERITANCE
from costplane.engine.duckdb import DuckDBEngine
from costplane.ledger.delta import Ledger
from costplane.store.control_plane import ControlPlane


@dataclass(frozen=True, slots=True)
class CurrentUsage:
    """What tiers, capacity and re-rating rate, and explanations: read anew each time."""

    ledger: Ledger
    engine: DuckDBEngine
    control: ControlPlane
    prices: PriceBooks

    def now(self) -> TierUsage:
        """As every re-rating until now leaves it."""
        return self.after(self.control.reratings.list())

    def after(self, reratings: Sequence[Rerating]) -> TierUsage:
        """As the given re-ratings leave it."""
        return self._of(effective_usage(self.ledger.snapshot().relation("usage"), reratings))

    def readable(self) -> TierUsage:
        """As answers see it: without what a re-rating has not finished yet."""
        ledger = ReadableLedger(self.ledger, self.control.reratings)
        return self._of(ledger.usage(ledger.snapshot()))

    def _of(self, usage: Relation) -> TierUsage:
        control = self.control
        holders = CatalogHolders(control.catalog, inheritance=control.settings.get(TAG_INHERITANCE))
        facts = SeriesNumbers(self.ledger, self.engine).facts()
        return TierUsage(self.engine, self.prices, holders, usage, facts)
