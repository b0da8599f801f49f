"""The one rating function: usage and a price book in, rows of `charges` and `uncharged` out.

Bills, query-time breakdowns, estimates and simulations all come through `rate_usage`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa

from costplane.core.period import Period
from costplane.core.quantities import QUANTITIES, Quantity
from costplane.core.relation import Engine, Relation
from costplane.pricing.book import PriceBook
from costplane.rating import statements
from costplane.rating.amounts import PRICING, amounts_of, fraction, way_of
from costplane.rating.holder import Facts, Holders
from costplane.rating.rates import Rate, Use, quantity_code, rates
from costplane.rating.rows import RatedRows, rated_rows
from costplane.rating.statements import HOUR_US, Grain
from costplane.rating.tiers import keys_of
from costplane.rating.wide_lines import wide_lines

_WHOLE = pa.decimal128(38, 0)
_PARTS = ("num", "den")
_RESTS = ("twice", "step")
_RATES = pa.schema(
    [
        ("rate", pa.int32()),
        ("series", pa.int64()),
        ("quantity", pa.int32()),
        ("band", pa.int32()),
        ("since", pa.int64()),
        ("until", pa.int64()),
        ("way", pa.string()),
        ("reason", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Survey:
    """Usage summed by the buckets of a grain, which quantities it tells, and its rates."""

    grain: Grain
    told: Sequence[Quantity]
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
            self.book.context_thresholds, tuple(sorted(_microseconds(c) for c in inside)), keys
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
        told = self._told(usage)
        relations: dict[str, Relation] = {"usage": usage}
        relations["groups"] = self.engine.execute(statements.groups(grain, told), relations)
        uses = self._uses(grain, told, relations, series)
        return Survey(grain, told, relations, rates(uses, series, self.book, self.holders))

    def priced(self, survey: Survey, found: Sequence[Rate], recorded: date) -> RatedRows:
        """The lines of what was surveyed that have one of the rates `found`."""
        grain, told, relations = survey.grain, survey.told, dict(survey.relations)
        amounts = amounts_of(found)
        table = relations["rates"] = rate_table(found, amounts)
        lines = self._lines(grain, told, relations, found, amounts)
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
        grain: Grain,
        told: Sequence[Quantity],
        relations: Mapping[str, Relation],
        found: Sequence[Rate],
        amounts: Sequence[str],
    ) -> list[pa.Table]:
        """The lines of each way of computing them that `found` needs."""
        rates = relations["rates"]
        assert isinstance(rates, pa.Table)
        ways = set(rates["way"].unique().to_pylist())
        lines = [self.engine.execute(statements.lines(grain, told, amounts), relations)]
        if "rest" in ways:
            rested = statements.rest_lines(grain, told, amounts)
            lines.append(self.engine.execute(rested, relations))
        if "each" in ways:
            rounded = statements.rounded_lines(grain, told, amounts)
            lines.append(self.engine.execute(rounded, relations))
        if "wide" in ways:
            counted = self.engine.execute(statements.counted_events(grain, told), relations)
            lines.append(wide_lines(counted, found, amounts, lines[0].schema))
        return lines

    def _told(self, usage: Relation) -> list[Quantity]:
        counts = self.engine.execute(statements.present(), {"usage": usage}).to_pylist()[0]
        return [quantity for quantity in QUANTITIES if counts[quantity.name]]

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
    start = _instant(row["first"])
    end = _instant(row["last"] - row["last"] % HOUR_US + HOUR_US)
    return Use(
        row["series"], QUANTITIES[code] if code >= 0 else None, row["band"], Period(start, end)
    )


def rate_table(found: Sequence[Rate], amounts: Sequence[str]) -> pa.Table:
    """Rates as statements join them: what they match, and their amounts as fractions."""
    fields = [(f"{name}_{part}", _WHOLE) for name in (*amounts, "pricing") for part in _PARTS]
    fields += [(f"{name}_{part}", pa.int64()) for name in (*amounts, "pricing") for part in _RESTS]
    rows = []
    for number, rate in enumerate(found):
        way = way_of(rate, amounts)
        rows.append(
            {
                "rate": number,
                "series": rate.use.series,
                "quantity": quantity_code(rate.use.quantity),
                "band": rate.use.band,
                "since": _microseconds(rate.period.start),
                "until": _microseconds(rate.period.end),
                "way": way,
                "reason": rate.reason,
                **_fractions(rate, () if way == "wide" else amounts),
                **_rests(rate, amounts if way == "rest" else ()),
            }
        )
    return pa.Table.from_pylist(rows, schema=pa.schema([*_RATES, *fields]))


def _fractions(rate: Rate, amounts: Sequence[str]) -> dict[str, int]:
    found = {}
    for name in (*amounts, PRICING):
        found[f"{name}_num"], found[f"{name}_den"] = fraction(rate, name)
    return found


def _rests(rate: Rate, amounts: Sequence[str]) -> dict[str, int]:
    """Of each fraction twice the denominator, and the rest of the numerator by it: what tells an
    amount's rounding (statements.rest_lines)."""
    found = {}
    for name in (*amounts, PRICING) if amounts else ():
        num, den = fraction(rate, name)
        found[f"{name}_twice"], found[f"{name}_step"] = 2 * den, num % (2 * den)
    return found


def _off_hour(instant: datetime) -> bool:
    return _microseconds(instant) % HOUR_US != 0


def _microseconds(instant: datetime) -> int:
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _instant(microseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
