"""The one rating function: usage and a price book in, rows of `charges` and `uncharged` out.

Bills, query-time breakdowns, estimates and simulations all come through `rate_usage`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import pyarrow as pa
import pyarrow.compute as pc

from costplane.core.period import Period
from costplane.core.quantities import QUANTITIES, Quantity
from costplane.core.relation import Derived, Engine, Relation
from costplane.core.sql import select
from costplane.pricing.book import PriceBook
from costplane.rating import statements
from costplane.rating.amounts import Largest, Way, amounts_of
from costplane.rating.answers import Use
from costplane.rating.expected import Counts, Expected
from costplane.rating.extent import Extent, extent
from costplane.rating.fixed_lines import FixedLines
from costplane.rating.holder import Facts, Holders
from costplane.rating.instants import instant_of, microseconds
from costplane.rating.rate_table import rate_table
from costplane.rating.rates import Rate, rates
from costplane.rating.rows import ALL, Needed, RatedRows, rated_rows
from costplane.rating.statements import HOUR_US, Grain
from costplane.rating.tiers import keys_of
from costplane.rating.wide_lines import wide_lines

FIRST_EVENTS = 100_000
"""Events whose rates are expected of all; fewer are not worth expecting anything of."""


@dataclass(frozen=True, slots=True)
class Survey:
    """Usage summed by the buckets of a grain, which quantities it tells, the largest amount of
    each, and its rates. What was `expected` of them is rounded in the sums."""

    grain: Grain
    told: Sequence[Quantity]
    largest: Largest
    relations: Mapping[str, Relation]
    rates: Sequence[Rate]
    expected: Expected | None = None


@dataclass(frozen=True, slots=True)
class Rater:
    """Rates usage on an engine with one price book. `holders` is the catalog's part."""

    engine: Engine
    book: PriceBook
    holders: Holders

    def grain(self, cuts: Sequence[datetime] = (), keys: tuple[str, ...] = ()) -> Grain:
        """Hours, parted further at `cuts`, where prices change inside an hour, and by `keys`."""
        inside = {c for c in (*cuts, *self.cuts) if _off_hour(c)}
        return Grain(
            self.book.context_thresholds, tuple(sorted(microseconds(c) for c in inside)), keys
        )

    @property
    def cuts(self) -> frozenset[datetime]:
        """The instants at which a change holds at once, also inside an hour."""
        return self.book.changes | self.holders.changes()

    def rate(
        self,
        usage: Relation,
        series: Mapping[int, Facts],
        grain: Grain,
        recorded: date,
        needed: Needed = ALL,
    ) -> RatedRows:
        """The charges of `usage`, and what of it is uncharged with the reason.

        Every line of every event is in exactly one of the two, but for lines of meters with
        tiers: these follow from the whole month (rating/rate_tiers.py), and `tier_keys` names
        what they touch. `series` has the facts of every series in `usage`; `recorded` is the day
        on which the rows are posted; they have the columns that are `needed`.
        """
        return self.rated(self.survey(usage, series, grain), recorded, needed)

    def rated(self, survey: Survey, recorded: date, needed: Needed = ALL) -> RatedRows:
        """What `rate` makes of a survey, with the columns that are `needed`."""
        direct = [rate for rate in survey.rates if not rate.tiers]
        rows = self.priced(survey, direct, recorded, needed)
        return replace(rows, tier_keys=frozenset(keys_of(survey.rates)))

    def survey(self, usage: Relation, series: Mapping[int, Facts], grain: Grain) -> Survey:
        """What occurs in `usage`, and the rates of it.

        Raises LookupError where `series` lacks the facts of some.
        """
        known = extent(self.engine, usage)
        expected = None
        if known.events > FIRST_EVENTS:
            first, counts = self.first_rates(usage, known, series, grain)
            expected = Expected.of(grain, first, counts, known.largest).if_rounding()
        return self.summed(usage, known, series, grain, expected)

    def summed(
        self,
        usage: Relation,
        known: Extent,
        series: Mapping[int, Facts],
        grain: Grain,
        expected: Expected | None,
        during: Period | None = None,
    ) -> Survey:
        """The survey, of what was `expected`. The rates are those of the hours in which each use
        occurs, or, with `during`, of all that time."""
        groups = self._groups(usage, known, series, grain, expected)
        relations: dict[str, Relation] = {"usage": usage, "groups": groups}
        uses = _uses(self._used(grain, known.told, relations), series)
        if during is not None:
            uses = [replace(use, period=during) for use in uses]
        found = rates(uses, series, self.book, self.holders)
        return Survey(grain, known.told, known.largest, relations, found, expected)

    def first_rates(
        self, usage: Relation, known: Extent, series: Mapping[int, Facts], grain: Grain
    ) -> tuple[list[Rate], Counts]:
        """The rates that the first events let expect of all, and how much of what."""
        if known.hours is None:
            return [], {}
        first = Derived(select("SELECT * FROM usage").limit(FIRST_EVENTS), {"usage": usage})
        apart = replace(grain, keys=())
        groups = self.engine.execute(statements.groups(apart, known.told), {"usage": first})
        used = self._used(apart, known.told, {"groups": groups})
        uses = [replace(use, period=known.hours) for use in _uses(used, series)]
        counts = {
            (row["series"], row["band"], row["quantity"]): _share(row["total"], known.events)
            for row in used
        }
        return rates(uses, series, self.book, self.holders), counts

    def _groups(
        self,
        usage: Relation,
        known: Extent,
        series: Mapping[int, Facts],
        grain: Grain,
        expected: Expected | None,
    ) -> pa.Table:
        if expected is None:
            return self.engine.execute(statements.groups(grain, known.told), {"usage": usage})
        relations = {"usage": usage, "pieces": expected.pieces(series)}
        groups = self.engine.execute(expected.groups(known.told), relations)
        if pc.sum(groups["events"]).as_py() != known.events:
            raise LookupError("usage has rows of a series without facts; give the facts of each")
        return groups

    def priced(
        self,
        survey: Survey,
        found: Sequence[Rate],
        recorded: date,
        needed: Needed = ALL,
    ) -> RatedRows:
        """The lines of what was surveyed that have one of the rates `found`, with the columns
        that are `needed`."""
        grain, told, relations = survey.grain, survey.told, dict(survey.relations)
        amounts = amounts_of(found)
        table = rate_table(found, amounts, survey.largest, survey.expected)
        relations["rates"] = table
        lines = self._lines(survey, relations, found, amounts)
        unpriced = [n for n, rate in enumerate(found) if rate.status == "Unpriced"]
        if not unpriced:
            return rated_rows(found, lines, None, grain, recorded, needed)
        relations["rates"] = table.take(pa.array(unpriced))
        concerned = self.engine.execute(statements.concerned_events(grain, told), relations)
        events = self.engine.execute(statements.events_of_rates(grain, told), relations)
        rows = rated_rows(found, lines, concerned, grain, recorded, needed)
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
        of_way: tuple[Way, ...] = ("expected", "fixed")
        for one in (one for one in of_way if one in way):
            chosen = [rate for rate, its in zip(found, way, strict=True) if its == one]
            fixed = FixedLines.of(grain, chosen, amounts, survey.largest, one)
            lines.append(self._fixed_lines(fixed, relations))
        if "each" in way:
            rounded = statements.rounded_lines(grain, told, amounts)
            lines.append(self.engine.execute(rounded, relations))
        if "wide" in way:
            counted = self.engine.execute(statements.counted_events(grain, told), relations)
            lines.append(wide_lines(counted, found, amounts, lines[0].schema))
        return lines

    def _fixed_lines(self, fixed: FixedLines, relations: Mapping[str, Relation]) -> pa.Table:
        """The sums of rates that were expected are those of the survey."""
        sums = relations["groups"]
        if fixed.way == "fixed":
            sums = self.engine.execute(fixed.sums(), {**relations, "pieces": fixed.pieces()})
        return self.engine.execute(fixed.lines(), {**relations, "sums": sums})

    def _used(
        self, grain: Grain, told: Sequence[Quantity], relations: Mapping[str, Relation]
    ) -> list[dict[str, int]]:
        found: list[dict[str, int]]
        found = self.engine.execute(statements.uses(grain, told), relations).to_pylist()
        return found


def _share(total: int | None, events: int) -> int:
    """What all events have where the first have `total`, if they are alike."""
    return int(total or 0) * events // FIRST_EVENTS


def _uses(rows: Sequence[Mapping[str, int]], series: Mapping[int, Facts]) -> list[Use]:
    """The uses that occur; events as such only where they are charged nothing."""
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
