"""The price book: every price row that a model key can get, found by model.

A book is a value. `at(version)` is the book as it was when that sheet was the newest, so that
what was rated once can be rated again with the same prices.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from uuid import UUID, uuid5

from costplane.core.money import EXACT
from costplane.pricing.adjustments import NOTHING, Adjustments
from costplane.pricing.model_key import ModelKey
from costplane.pricing.price import PriceKind, PriceRow, SheetKind

_PRICE_NAMESPACE = UUID("6d1f7e0c-7d57-5a0e-9f0b-2f6f3f4a6a11")


@dataclass(frozen=True, slots=True)
class Offer:
    """A price row beside what it prices and the sheet version that holds it.

    `sheet_kind` and `sheet_scope` say whose price it is: the public list, or a customer's own
    for a scope (None: for all). `conversion` says how `row.price` came from consumption units.
    """

    key: ModelKey
    row: PriceRow
    version: int
    sheet_kind: SheetKind
    sheet_scope: str | None
    conversion: Conversion | None = None

    @property
    def id(self) -> str:
        """FOCUS SkuPriceId: the same for one price of a meter, whichever import, sheet or line it
        stands in and from when on it holds; in units, at the same price of the unit. So an
        import that repeats a price makes no charge another one (billing-rules 12)."""
        row = self.row
        facts = (
            *(row.product, row.meter_id, row.meter_name, row.region or "", row.kind),
            *(row.term or "", row.unit_of_measure, row.unit, row.denomination, row.tiering),
            *(f"{n.normalize(EXACT):f}" for n in (row.block_size, row.tier_minimum, row.price)),
            self.conversion.unit.id if self.conversion else "",
        )
        return str(uuid5(_PRICE_NAMESPACE, "\n".join(facts)))

    @property
    def place(self) -> str:
        """Where the row stands, for messages."""
        row = self.row
        return (
            f"{row.sheet} line {row.source_line} ({row.meter_name}, {row.region or 'any region'})"
        )


@dataclass(frozen=True, slots=True)
class Conversion:
    """The steps of a price in a publisher's units: a block stands for `units`, each of which has
    the price of the offer `unit`, chosen by the `step` ("list price")."""

    units: Decimal
    unit: Offer
    step: str


class PriceBook:
    """Offers by model, and what agreements change about their prices.

    `version` is the number of the newest sheet or agreement in it; 0 when empty.
    """

    def __init__(
        self, offers: Iterable[Offer], version: int, adjustments: Adjustments = NOTHING
    ) -> None:
        self.version = version
        self.adjustments = adjustments
        self._offers = tuple(offers)

    def at(self, version: int) -> PriceBook:
        """The book as it was when `version` was the newest."""
        if version >= self.version:
            return self
        known = (o for o in self._offers if o.version <= version)
        return PriceBook(known, version, self.adjustments.at(version))

    def of_model(self, model: str) -> tuple[Offer, ...]:
        """The offers for use of `model`, reservations and hourly capacity apart."""
        return self.of_kind("usage", model)

    def of_kind(self, kind: PriceKind, model: str) -> tuple[Offer, ...]:
        """The offers of one kind for `model`; pricing/capacity.py asks for those of capacity."""
        return self._by_kind_and_model.get((kind, model), ())

    def models(self) -> Iterator[str]:
        """The models that have an offer for use."""
        return (model for kind, model in self._by_kind_and_model if kind == "usage")

    @cached_property
    def context_thresholds(self) -> tuple[int, ...]:
        """Every prompt length above which some price changes, ascending."""
        found = {offer.key.context_threshold for offer in self._offers}
        return tuple(sorted(threshold for threshold in found if threshold is not None))

    @cached_property
    def tiered_meters(self) -> frozenset[str]:
        """The ids of meters some price of which begins above zero: what they count in a month
        chooses or parts their price (billing-rules 11)."""
        usage = (offer.row for offer in self._offers if offer.row.kind == "usage")
        return frozenset(row.meter_id for row in usage if row.tier_minimum > 0)

    @cached_property
    def changes(self) -> frozenset[datetime]:
        """Every instant at which some price, discount or markup begins or ends."""
        bounds = ((offer.row.valid_from, offer.row.valid_to) for offer in self._offers)
        prices = frozenset(instant for pair in bounds for instant in pair if instant is not None)
        return prices | self.adjustments.changes

    def changes_of(self, model: str) -> frozenset[datetime]:
        """Every instant at which some price for use of `model` begins or ends."""
        return self._changes_by_model.get(model, frozenset())

    @cached_property
    def _changes_by_model(self) -> Mapping[str, frozenset[datetime]]:
        return {
            model: frozenset(i for o in offers for i in (o.row.valid_from, o.row.valid_to) if i)
            for (kind, model), offers in self._by_kind_and_model.items()
            if kind == "usage"
        }

    @cached_property
    def _by_kind_and_model(self) -> Mapping[tuple[PriceKind, str], tuple[Offer, ...]]:
        grouped: dict[tuple[PriceKind, str], list[Offer]] = defaultdict(list)
        for offer in self._offers:
            grouped[offer.row.kind, offer.key.model].append(offer)
        return {place: tuple(offers) for place, offers in grouped.items()}
