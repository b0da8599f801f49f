"""Charges of meters with tiers: a key's whole month decides what each line costs (tiers.py).

Usage comes as surveys, one for each price book with which some of it was rated; what a key counts
goes across them, and each line is priced by the tiers of its own book.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa

from costplane.core.period import HOUR, Period, hour_start
from costplane.core.relation import Engine, Relation
from costplane.core.tables import CHARGES
from costplane.rating import tier_statements as statements
from costplane.rating.amounts import amounts_of
from costplane.rating.instants import instant_of, microseconds
from costplane.rating.rate_table import rate_table
from costplane.rating.rate_usage import Rater, Survey
from costplane.rating.rates import Rate
from costplane.rating.rows import rated_rows
from costplane.rating.statements import Grain
from costplane.rating.tier_explain import CountedLine
from costplane.rating.tiers import (
    Crossing,
    KeyCount,
    TierKey,
    borders,
    in_hours,
    is_volume,
    key_of,
    tiers_within,
)
from costplane.rating.wide_lines import wide_lines

_COUNT = pa.decimal128(38, 0)
_ENDLESS = 10**37
"""Above every count."""


@dataclass(frozen=True, slots=True)
class RatedUsage:
    """Usage of a month that one price book rates."""

    rater: Rater
    survey: Survey


@dataclass(frozen=True, slots=True)
class Positioned:
    """Lines where they stand in the count of their key, with the rates of each usage; a line has
    the number of its rate among all of them."""

    usages: Sequence[RatedUsage]
    rates: Sequence[Sequence[Rate]]
    lines: pa.Table


@dataclass(frozen=True, slots=True)
class TierRater:
    """Rates the lines of tiers in one month. `place` has every series' place (tiers.places)."""

    engine: Engine
    month: datetime
    place: Mapping[int, int]

    def counts(
        self, usages: Sequence[RatedUsage], keys: Collection[TierKey]
    ) -> dict[TierKey, KeyCount]:
        """What each of `keys` counts; `usages` have the whole month of its account."""
        ordered = sorted(keys)
        number = {key: n for n, key in enumerate(ordered)}
        sums = [self._hour_sums(usage, number) for usage in usages]
        if not sums:
            return {}
        relations: dict[str, Relation] = {"sums": pa.concat_tables(sums)}
        relations["borders"] = self._borders(usages, number)
        total = self._rows(statements.totals(), relations)
        crossed: dict[int, dict[int, Crossing]] = {row["key"]: {} for row in total}
        for row in self._rows(statements.crossings(), relations):
            crossed[row["key"]][int(row["border"])] = Crossing(
                instant_of(row["hour"]), row["place"], int(row["since"]), int(row["until"])
            )
        return {
            ordered[row["key"]]: KeyCount(int(row["total"]), crossed[row["key"]]) for row in total
        }

    def charges(
        self, usages: Sequence[RatedUsage], counts: Mapping[TierKey, KeyCount], recorded: date
    ) -> pa.Table:
        """The charges of the keys in `counts` for usage of the month, or of whole hours of
        places in it; with the further keys of the surveys' grain as last columns."""
        whole = [self._of_whole_hours(usage, counts, recorded) for usage in usages]
        divided = self._of_divided_hours(usages, counts, recorded)
        found = [*whole, *divided]
        if not found:
            return CHARGES.empty_table()
        return pa.concat_tables(found, promote_options="permissive").unify_dictionaries()

    def lines(
        self,
        whole: Sequence[RatedUsage],
        of_hour: Sequence[RatedUsage],
        key: TierKey,
        hour: datetime,
        place: int,
    ) -> list[CountedLine]:
        """Every line of a key in an hour of a place, where it stands in the month's count.
        `whole` has the key's month, `of_hour` the hour, its surveys apart by `time`."""
        count = self.counts(whole, [key]).get(key)
        if count is None:
            return []
        sums = pa.concat_tables([self._hour_sums(usage, {key: 0}) for usage in whole])
        before = statements.counted_before(microseconds(hour), place)
        since = int(self._rows(before, {"sums": sums})[0]["total"])
        divided = KeyCount(count.total, {since: Crossing(hour, place, since, _ENDLESS)})
        found = self._positioned(of_hour, {key: divided})
        if found is None:
            return []
        rates = [rate for part in found.rates for rate in part]
        return [_counted(row, rates, count) for row in found.lines.to_pylist()]

    def _of_whole_hours(
        self, usage: RatedUsage, counts: Mapping[TierKey, KeyCount], recorded: date
    ) -> pa.Table:
        """Hours of places that are in one tier are priced as any usage."""
        found = [
            priced
            for rate in usage.survey.rates
            if (count := self._count(rate, counts)) is not None
            for priced in in_hours(rate, self.place[rate.use.series], count)
        ]
        return usage.rater.priced(usage.survey, found, recorded).charges

    def _of_divided_hours(
        self,
        usages: Sequence[RatedUsage],
        counts: Mapping[TierKey, KeyCount],
        recorded: date,
    ) -> Iterator[pa.Table]:
        """Lines of the hours in which a border falls, in canonical order, parted by tier."""
        found = self._positioned(usages, counts)
        if found is None:
            return
        first = 0
        for usage, rates in zip(found.usages, found.rates, strict=True):
            priced, tiers = _tier_table(rates, counts, self.month, first)
            parts = self._parts(usage.survey.grain, priced, found.lines, tiers)
            yield rated_rows(priced, parts, None, usage.survey.grain, recorded).charges
            first += len(rates)

    def _positioned(
        self, usages: Sequence[RatedUsage], counts: Mapping[TierKey, KeyCount]
    ) -> Positioned | None:
        """Every line of the divided hours, in its place; None if there is none."""
        ordered = sorted(counts)
        number = {key: n for n, key in enumerate(ordered)}
        concerned = [(u, found) for u in usages if (found := self._in_divided(u, counts))]
        lines, first = [], 0
        for usage, found in concerned:
            counting = self._counting(found, number, first)
            hours = {microseconds(hour_start(rate.period.start)) for rate in found}
            statement = statements.lines_of_hours(usage.survey.grain, usage.survey.told, hours)
            relations = {**usage.survey.relations, "counting": counting}
            lines.append(self.engine.execute(statement, relations))
            first += len(found)
        if not lines:
            return None
        hours = _hours_table([counts[key] for key in ordered])
        positioned = self.engine.execute(
            statements.positions(usages[0].survey.grain),
            {"lines": pa.concat_tables(lines), "divided": hours},
        )
        return Positioned([u for u, _ in concerned], [rates for _, rates in concerned], positioned)

    def _parts(
        self, grain: Grain, rates: Sequence[Rate], positioned: pa.Table, tiers: pa.Table
    ) -> list[pa.Table]:
        """The parts of divided lines, of each way of computing them."""
        relations: dict[str, Relation] = {"positioned": positioned, "tiers": tiers}
        amounts = amounts_of(rates)
        found = [self.engine.execute(statements.parts(grain, amounts), relations)]
        if "wide" in tiers["way"].unique().to_pylist():
            counted = self.engine.execute(statements.counted_parts(grain), relations)
            found.append(wide_lines(counted, rates, amounts, found[0].schema))
        return found

    def _in_divided(self, usage: RatedUsage, counts: Mapping[TierKey, KeyCount]) -> list[Rate]:
        """The rates with tiers, for the divided hours of their place alone."""
        return [
            replace(rate, period=shared)
            for rate in usage.survey.rates
            if (count := self._count(rate, counts)) is not None
            for hour, at in sorted(count.divided())
            if at == self.place[rate.use.series]
            and (shared := rate.period.intersection(Period(hour, hour + HOUR)))
        ]

    def _hour_sums(self, usage: RatedUsage, number: Mapping[TierKey, int]) -> pa.Table:
        rates = [r for r in usage.survey.rates if r.tiers and key_of(r, self.month) in number]
        counting = self._counting(rates, number, 0)
        relations = {**usage.survey.relations, "counting": counting}
        found = self.engine.execute(
            statements.hour_sums(usage.survey.grain, usage.survey.told), relations
        )
        place = found.schema.get_field_index("quantity")
        return found.set_column(place, "quantity", found["quantity"].cast(_COUNT))

    def _counting(
        self, rates: Sequence[Rate], number: Mapping[TierKey, int], first: int
    ) -> pa.Table:
        """`rates`, numbered from `first` on, with key and place."""
        keys = [number[key_of(rate, self.month)] for rate in rates]
        at = [self.place[rate.use.series] for rate in rates]
        numbers = pa.array(range(first, first + len(rates)), pa.int32())
        table = rate_table(rates, (), {})
        return (
            table.set_column(table.schema.get_field_index("rate"), "rate", numbers)
            .append_column("key", pa.array(keys, pa.int32()))
            .append_column("place", pa.array(at, pa.int32()))
        )

    def _borders(self, usages: Sequence[RatedUsage], number: Mapping[TierKey, int]) -> pa.Table:
        found = {
            (number[key], border)
            for usage in usages
            for rate in usage.survey.rates
            if rate.tiers and (key := key_of(rate, self.month)) in number and not is_volume(rate)
            for border in borders(rate)[1:]
        }
        rows = [{"key": key, "border": border} for key, border in sorted(found)]
        return pa.Table.from_pylist(rows, pa.schema([("key", pa.int32()), ("border", _COUNT)]))

    def _count(self, rate: Rate, counts: Mapping[TierKey, KeyCount]) -> KeyCount | None:
        return counts.get(key_of(rate, self.month)) if rate.tiers else None

    def _rows(self, statement: Any, relations: Mapping[str, Relation]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.engine.execute(statement, relations).to_pylist()
        return found


def _counted(row: Mapping[str, Any], rates: Sequence[Rate], count: KeyCount) -> CountedLine:
    return CountedLine(
        source=row["source"],
        id=row["id"],
        time=row["time"].astimezone(UTC),
        rate=rates[row["number"]],
        since=int(row["since"]),
        until=int(row["until"]),
        count=count,
    )


def _hours_table(counts: Sequence[KeyCount]) -> pa.Table:
    """The divided hours of each key, with the count at their start."""
    rows = [
        {"key": key, "hour": microseconds(hour), "place": place, "since": since}
        for key, count in enumerate(counts)
        for (hour, place), since in count.divided().items()
    ]
    fields = [("key", pa.int32()), ("hour", pa.int64()), ("place", pa.int32()), ("since", _COUNT)]
    return pa.Table.from_pylist(rows, pa.schema(fields))


def _tier_table(
    rates: Sequence[Rate], counts: Mapping[TierKey, KeyCount], month: datetime, first: int
) -> tuple[list[Rate], pa.Table]:
    """Each of `rates` at each of its tiers, and from where up to where it holds."""
    found = [
        (number, begins, _ENDLESS if ends is None else ends, priced)
        for number, rate in enumerate(rates, first)
        for begins, ends, priced in tiers_within(rate, counts[key_of(rate, month)])
    ]
    priced = [entry[3] for entry in found]
    numbers = pa.array([entry[0] for entry in found], pa.int32())
    table = rate_table(priced, amounts_of(priced), {}).append_column("number", numbers)
    for place, name in ((1, "begins"), (2, "ends")):
        table = table.append_column(name, pa.array([e[place] for e in found], _COUNT))
    return priced, table
