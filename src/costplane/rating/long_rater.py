"""Rating of usage summed over longer stretches than hours, for answers that need its requests.

By the hour nearly every call of a user would be a row of its own. A bucket is as long as no rate
changes in it, so that its lines come to what those of its hours come to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import pyarrow as pa
from sqlglot import exp

from costplane.core.period import Period
from costplane.core.relation import Derived, Relation
from costplane.core.sql import select
from costplane.core.tables import USAGE
from costplane.rating.cuts import MOST_CUTS, cut_at_changes
from costplane.rating.expected import Expected
from costplane.rating.extent import Extent, extent
from costplane.rating.holder import Facts
from costplane.rating.instants import instant_of
from costplane.rating.rate_usage import Rater, Survey
from costplane.rating.rows import Needed, RatedRows
from costplane.rating.statements import LENGTH, Grain
from costplane.rating.whole_calls import Whole, WholeCalls

_LITTLE = 1_000_000
"""Events that are kept in memory rather than looked for again."""

_READ = ("series", "time")
"""What rating reads of every event, beside its quantities, its id, and long prompts' length."""


@dataclass(frozen=True, slots=True)
class LongRater:
    """Rates usage that has at most what is `known`."""

    rater: Rater
    known: Extent

    def rate(
        self,
        usage: Relation,
        series: Mapping[int, Facts],
        grain: Grain,
        recorded: date,
        needed: Needed,
    ) -> RatedRows | None:
        """As Rater.rate does, in buckets of `grain`, whose first and last cut are the bounds of
        all usage, and which is cut further where rates change. None if they change too often for
        that."""
        calls = WholeCalls(self.rater, self.known)
        whole = calls.rate(usage, series, grain, recorded, needed)
        rest = usage if whole is None else self._rest(usage, whole, grain)
        survey = self._survey(rest, series, grain)
        if survey is None:
            return None
        rows = self.rater.rated(survey, recorded, needed)
        if whole is None:
            return rows
        both = pa.concat_tables([rows.charges, whole.charges], promote_options="permissive")
        return replace(rows, charges=both.unify_dictionaries())

    def _survey(self, usage: Relation, series: Mapping[int, Facts], grain: Grain) -> Survey | None:
        """Where rates change is known of those that the first events have; where others change
        elsewhere, usage is summed anew."""
        during = Period(instant_of(grain.cuts[0]), instant_of(grain.cuts[-1]))
        known = replace(extent(self.rater.engine, usage), hours=during)
        first, counts = self.rater.first_rates(usage, known, series, grain)
        cut = cut_at_changes(grain, first, self.rater.cuts)
        while len(cut.cuts) <= MOST_CUTS:
            expected = Expected.of(cut, first, counts, known.largest).if_rounding()
            survey = self.rater.summed(usage, known, series, cut, expected, during)
            told, cut = cut, cut_at_changes(cut, survey.rates, self.rater.cuts)
            if cut == told:
                return survey
        return None

    def _rest(self, usage: Relation, whole: Whole, grain: Grain) -> Relation:
        """The usage of the series that are left: read once, if there is little of it, with ids of
        its own, since theirs take long to read."""
        numbers = [exp.Literal.number(number) for number in whole.rest]
        chosen = exp.column("series").isin(*numbers) if numbers else exp.false()
        if sum(whole.rest.values()) > _LITTLE:
            return Derived(select("SELECT * FROM usage").where(chosen), {"usage": usage})
        long = (LENGTH,) if grain.thresholds else ()
        columns = dict.fromkeys((*_READ, *long, *grain.keys, *whole.told_by_rest))
        listed = [exp.column(name, quoted=True) for name in columns]
        statement = exp.select(*listed).from_("usage").where(chosen)
        read = self.rater.engine.execute(statement, {"usage": usage})
        found = {name: read[name] for name in columns}
        found["id"] = pa.array(range(len(read)), pa.int64()).cast(pa.string())
        nothing = {f.name: pa.nulls(len(read), f.type) for f in USAGE if f.name not in found}
        return pa.table({**found, **nothing})
