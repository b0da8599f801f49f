"""The one rating function: usage and a price book in, rows of `charges` and `uncharged` out.

Bills, query-time breakdowns, estimates and simulations all come through `rate_usage`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import pyarrow as pa

from costplane.core.period import Period
from costplane.core.quantities import QUANTITIES, Quantity
from costplane.core.relation import Engine, Relation
from costplane.pricing.book import PriceBook
from costplane.rating import statements
from costplane.rating.amounts import Largest, amounts_of
from costplane.rating.answers import Use
from costplane.rating.fixed_lines import FixedLines
from costplane.rating.holder import Facts, Holders
from costplane.rating.instants import instant_of, microseconds
from costplane.rating.rate_table import rate_table
from costplane.rating.rates import Rate, rates
from costplane.rating.rows import RatedRows, rated_rows
from costplane.rating.statements import HOUR_US, Grain
from costplane.rating.tiers import keys_of
from costplane.rating.wide_lines import wide_lines


@dataclass(frozen=True, slots=True)
class Survey:
    """Usage summed by the buckets of a grain, which quantities it tells, the largest amount of
    each, and its rates."""

    grain: Grain
    told: Sequence[Quantity]
    largest: Largest
    relations: Mapping[str, Relation]
    rates: Sequence[Rate]


@dataclass(frozen=True, slots=True)
class Rater:
    """Rates usage on an engine with one price book. `holders` is the catalog's part."""

    engine: Engine
    book: PriceBook
    holders: Holders

    def grain(self, cuts: Sequence[datetime] = (), keys: tuple[str, ...] = ()) -> Grain:
        """Hours, parted further at `cuts`, where prices change inside an hour, and by `keys`."""
        inside = {c for c in (*cuts, *self.book.changes, *self.holders.changes()) if _off_hour(c)}
        return Grain(
            self.book.context_thresholds, tuple(sorted(microseconds(c) for c in inside)), keys
        )

    def rate(
        self, usage: Relation, series: Mapping[int, Facts], grain: Grain, recorded: date
    ) -> RatedRows:
        """The charges of `usage`, and what of it is uncharged with the reason.

        Every line of every event is in exactly one of the two, but for lines of meters with
        tiers: these follow from the whole month (rating/rate_tiers.py), and `tier_keys` names
        what they touch. `series` has the facts of every series in `usage`; `recorded` is the day
        on which the rows are posted.
        """
        survey = self.survey(usage, series, grain)
        direct = [rate for rate in survey.rates if not rate.tiers]
        rows = self.priced(survey, direct, recorded)
        return replace(rows, tier_keys=frozenset(keys_of(survey.rates)))

    def survey(self, usage: Relation, series: Mapping[int, Facts], grain: Grain) -> Survey:
        """What occurs in `usage`, and the rates of it."""
        largest = self._largest(usage)
        told = [quantity for quantity in QUANTITIES if quantity.name in largest]
        relations: dict[str, Relation] = {"usage": usage}
        relations["groups"] = self.engine.execute(statements.groups(grain, told), relations)
        uses = self._uses(grain, told, relations, series)
        found = rates(uses, series, self.book, self.holders)
        return Survey(grain, told, largest, relations, found)

    def priced(self, survey: Survey, found: Sequence[Rate], recorded: date) -> RatedRows:
        """The lines of what was surveyed that have one of the rates `found`."""
        grain, told, relations = survey.grain, survey.told, dict(survey.relations)
        amounts = amounts_of(found)
        table = relations["rates"] = rate_table(found, amounts, survey.largest)
        lines = self._lines(survey, relations, found, amounts)
        unpriced = [n for n, rate in enumerate(found) if rate.status == "Unpriced"]
        if not unpriced:
            return rated_rows(found, lines, None, grain, recorded)
        relations["rates"] = table.take(pa.array(unpriced))
        concerned = self.engine.execute(statements.concerned_events(grain, told), relations)
        events = self.engine.execute(statements.events_of_rates(grain, told), relations)
        rows = rated_rows(found, lines, concerned, grain, recorded)
        return replace(rows, unpriced_events=events["events"][0].as_py())

    def _lines(
        self,
        survey: Survey,
        relations: Mapping[str, Relation],
        found: Sequence[Rate],
        amounts: Sequence[str],
    ) -> list[pa.Table]:
        """The lines of each way of computing them that `found` needs."""
        grain, told, rates = survey.grain, survey.told, relations["rates"]
        assert isinstance(rates, pa.Table)
        way = rates["way"].to_pylist()
        lines = [self.engine.execute(statements.lines(grain, told, amounts), relations)]
        if "fixed" in way:
            chosen = [rate for rate, its in zip(found, way, strict=True) if its == "fixed"]
            fixed = FixedLines.of(grain, chosen, amounts, survey.largest)
            lines.append(self._fixed_lines(fixed, relations))
        if "each" in way:
            rounded = statements.rounded_lines(grain, told, amounts)
            lines.append(self.engine.execute(rounded, relations))
        if "wide" in way:
            counted = self.engine.execute(statements.counted_events(grain, told), relations)
            lines.append(wide_lines(counted, found, amounts, lines[0].schema))
        return lines

    def _fixed_lines(self, fixed: FixedLines, relations: Mapping[str, Relation]) -> pa.Table:
        sums = self.engine.execute(fixed.sums(), {**relations, "pieces": fixed.pieces()})
        return self.engine.execute(fixed.lines(), {**relations, "sums": sums})

    def _largest(self, usage: Relation) -> Largest:
        """What the usage tells of each quantity, at most; without those that it does not tell."""
        row = self.engine.execute(statements.largest(), {"usage": usage}).to_pylist()[0]
        return {
            q.name: int(row[q.name] * 10**q.scale) for q in QUANTITIES if row[q.name] is not None
        }

    def _uses(
        self,
        grain: Grain,
        told: Sequence[Quantity],
        relations: Mapping[str, Relation],
        series: Mapping[int, Facts],
    ) -> list[Use]:
        """The uses that occur; events as such only where they are charged nothing."""
        rows = self.engine.execute(statements.uses(grain, told), relations).to_pylist()
        return [
            _use(row)
            for row in rows
            if row["quantity"] >= 0 or series[row["series"]]["billing_status"] != "Billed"
        ]


def _use(row: Mapping[str, int]) -> Use:
    code = row["quantity"]
    start = instant_of(row["first"])
    end = instant_of(row["last"] - row["last"] % HOUR_US + HOUR_US)
    return Use(
        row["series"], QUANTITIES[code] if code >= 0 else None, row["band"], Period(start, end)
    )


def _off_hour(instant: datetime) -> bool:
    return microseconds(instant) % HOUR_US != 0
