"""Rating of calls as a whole, for answers that tell no token types apart.

Where all lines of a series' calls show the same in an answer, every call is priced in one product
and one sum, as it is read. Series that this does not fit (with a line without price or of a meter
with tiers, beyond 64 bits, or that shows otherwise) are named, for others to rate.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
from sqlglot import exp

from costplane.core.period import Period
from costplane.core.quantities import Quantity
from costplane.core.relation import Relation
from costplane.core.sql import query
from costplane.rating.amounts import PRICING, amounts_of
from costplane.rating.answers import Use
from costplane.rating.cuts import MOST_CUTS, cut_at_changes
from costplane.rating.extent import Extent
from costplane.rating.fixed_point import FixedPoint
from costplane.rating.holder import Facts
from costplane.rating.instants import instant_of
from costplane.rating.rate_usage import Rater
from costplane.rating.rates import rates
from costplane.rating.rows import Needed, charge_rows
from costplane.rating.statements import Grain, whole
from costplane.rating.whole_pieces import Pieces, even_column, pieces_of, step_column

_AMOUNTS = {
    "BilledCost": "contracted",
    "ContractedCost": "contracted",
    "EffectiveCost": "contracted",
    "PricingCurrencyEffectiveCost": "priced",
    "ListCost": "list",
    "PricingQuantity": PRICING,
    "x_BilledCostInUsd": "usd",
    "x_CrossChargeCost": "cross_charge",
    "x_EffectiveCostInUsd": "usd",
}
_TIMES = {"ChargePeriodStart", "ChargePeriodEnd", "BillingPeriodStart", "BillingPeriodEnd"}
_OF_LINES = {"ConsumedQuantity", "x_Events"}
"""What lines of several token types do not sum to."""

_Told = Sequence[Mapping[str, int]]
"""Events of each series and band, and how many tell each quantity."""


@dataclass(frozen=True, slots=True)
class Whole:
    """Rows of `charges`, without those of the series in `rest`: how many events these have, and
    the quantities that some of them tell."""

    charges: pa.Table
    rest: Mapping[int, int]
    told_by_rest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WholeCalls:
    """Rates usage of a `known` extent, which may tell more than is there."""

    rater: Rater
    known: Extent

    def rate(
        self,
        usage: Relation,
        series: Mapping[int, Facts],
        grain: Grain,
        recorded: date,
        needed: Needed,
    ) -> Whole | None:
        """The charges of `usage` in buckets of `grain`, whose last cut is the end of all. None
        where lines are to be told apart, or rates change too often."""
        if _OF_LINES & needed.charges:
            return None
        told = self._told(usage, grain)
        during = Period(instant_of(grain.cuts[0]), instant_of(grain.cuts[-1]))
        uses = list(self._uses(told, series, during))
        found = rates(uses, series, self.rater.book, self.rater.holders)
        cut = cut_at_changes(grain, found, self.rater.cuts)
        if len(cut.cuts) > MOST_CUTS:
            return None
        columns = sorted(needed.charges - _AMOUNTS.keys() - _TIMES)
        names = _names(needed, amounts_of(found))
        pieces = pieces_of(found, names, self.known.largest, columns)
        if not pieces.rows:
            return None
        lines = self._lines(usage, cut, pieces)
        rows = charge_rows(lines, pieces.shown, cut, recorded, needed.charges)
        return self._whole(rows, [row for row in told if row["series"] not in pieces.series])

    def _whole(self, rows: pa.Table, rest: _Told) -> Whole:
        events: dict[int, int] = defaultdict(int)
        for row in rest:
            events[row["series"]] += row["events"]
        names = [quantity.name for quantity in self.known.told]
        return Whole(rows, events, tuple(name for name in names if any(r[name] for r in rest)))

    def _told(self, usage: Relation, grain: Grain) -> _Told:
        counts = "".join(f", COUNT({q.name}) AS {q.name}" for q in self.known.told)
        statement = query(
            f"SELECT series, {grain.band} AS band, COUNT(*) AS events{counts} "
            "FROM usage GROUP BY ALL"
        )
        found: _Told = self.rater.engine.execute(statement, {"usage": usage}).to_pylist()
        return found

    def _uses(self, told: _Told, series: Mapping[int, Facts], during: Period) -> Iterator[Use]:
        for row in told:
            quantities: list[Quantity | None] = [q for q in self.known.told if row[q.name]]
            if series[row["series"]]["billing_status"] != "Billed":
                quantities.append(None)
            yield from (Use(row["series"], q, row["band"], during) for q in quantities)

    def _lines(self, usage: Relation, grain: Grain, pieces: Pieces) -> pa.Table:
        names = pieces.names
        evens = [(q, n) for q in self.known.told for n in names if pieces.has(even_column(q, n))]
        steps = [(q, n) for q in self.known.told for n in names if pieces.has(step_column(q, n))]
        columns = ["series", "band", "class", *(() if pieces.stand else ("since", "until"))]
        columns += [even_column(*one) for one in evens] + [step_column(*one) for one in steps]
        relations: dict[str, Relation] = {"usage": usage, "pieces": pieces.table(columns)}
        return self.rater.engine.execute(self._statement(grain, pieces, evens, steps), relations)

    def _statement(
        self,
        grain: Grain,
        pieces: Pieces,
        evens: Sequence[tuple[Quantity, str]],
        steps: Sequence[tuple[Quantity, str]],
    ) -> exp.Query:
        quantities = dict.fromkeys(quantity for quantity, _ in (*evens, *steps))
        event = (
            f"SELECT series, {grain.bucket} AS start, {grain.band} AS band, {grain.key_list()}"
            f"{', '.join(f'COALESCE({whole(q)}, 0) AS {q.name}' for q in quantities)} FROM usage"
        )
        sums = ", ".join(
            f"SUM({self._amount(name, evens, steps)}) AS {name}" for name in pieces.names
        )
        within = "" if pieces.stand else " AND start >= since AND start < until"
        return query(
            f"SELECT CAST(class AS INTEGER) AS rate, start, {grain.key_list('event.')}{sums} "
            f"FROM ({event}) AS event JOIN pieces "
            f"ON event.series = pieces.series AND event.band = pieces.band{within} GROUP BY ALL"
        )

    def _amount(
        self,
        name: str,
        evens: Sequence[tuple[Quantity, str]],
        steps: Sequence[tuple[Quantity, str]],
    ) -> str:
        """An amount of an event: what never rounds of its quantities, and what does, rounded."""
        parts = [f"event.{q.name} * {even_column(q, n)}" for q, n in evens if n == name]
        for quantity, _ in (one for one in steps if one[1] == name):
            fixed = FixedPoint.of(self.known.largest[quantity.name])
            parts.append(fixed.rounded(f"event.{quantity.name} * {step_column(quantity, name)}"))
        return " + ".join(parts) or "0"


def _names(needed: Needed, made: Iterable[str]) -> tuple[str, ...]:
    """The amounts that are needed; what no rate makes another one is `contracted`."""
    asked = {_AMOUNTS[column] for column in needed.charges if column in _AMOUNTS}
    return ("contracted", *(name for name in (*made, PRICING) if name in asked - {"contracted"}))
