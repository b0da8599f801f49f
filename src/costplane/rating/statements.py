"""The statements of rating, as sqlglot expressions built from registries alone.

`groups` sums usage by series, bucket and band; `lines` prices sums that cannot round;
`rounded_lines` prices event by event where a line can. Amounts are integers of 1e-12 of the
currency, in 128 bits: nothing passes through a float (ARCHITECTURE.md, "Exact decimals").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from costplane.core.quantities import QUANTITIES, Quantity
from costplane.core.sql import shared_query
from costplane.rating.amounts import PRICING

HOUR_US = 3_600_000_000
LENGTH = "context_tokens"
"""The column of `usage` that has the prompt's length."""


@dataclass(frozen=True, slots=True)
class Grain:
    """How finely lines are summed.

    `thresholds` are prompt lengths that part context bands, `cuts` instants (microseconds since
    1970, ascending) inside an hour at which a bucket starts anew because a price or a reader's
    day does, `keys` further columns of `usage` that stay apart. Buckets may have another length
    than hours, `step` microseconds; with 0 they start at cuts alone, of which the first is the
    start of all and the last its end.
    """

    thresholds: tuple[int, ...] = ()
    cuts: tuple[int, ...] = ()
    keys: tuple[str, ...] = ()
    step: int = HOUR_US

    @property
    def bucket(self) -> str:
        """The bucket's first microsecond, as SQL over `usage`."""
        if not self.step:
            return _last_of(self.cuts[:-1])
        whole = f"epoch_us(time) - epoch_us(time) % {self.step}"
        return f"GREATEST({whole}, {_last_of((0, *self.cuts))})" if self.cuts else whole

    @property
    def band(self) -> str:
        """The number of thresholds that the prompt exceeds, as SQL over `usage`."""
        over = [f"CASE WHEN {LENGTH} > {t} THEN 1 ELSE 0 END" for t in self.thresholds]
        return " + ".join(over) or "0"

    def key_list(self, prefix: str = "") -> str:
        """The further columns as a list to put into a SELECT, with a trailing comma."""
        return "".join(f'{prefix}"{key}", ' for key in self.keys)


def _last_of(cuts: Sequence[int]) -> str:
    """The last of some instants that is not after an event; the first is before all."""
    first, *others = cuts
    later = " ".join(f"WHEN epoch_us(time) >= {cut} THEN {cut}" for cut in reversed(others))
    return f"CASE {later} ELSE {first} END" if later else str(first)


def extent_of(quantities: Sequence[Quantity]) -> exp.Query:
    """How many events there are, the first and last time, the longest prompt, and the largest
    amount that a row tells of each quantity, null where none does (extent.py)."""
    found = "".join(f", MAX({name}) AS {name}" for name in (LENGTH, *(q.name for q in quantities)))
    return shared_query(
        f"SELECT COUNT(*) AS events, MIN(time) AS first, MAX(time) AS last{found} FROM usage"
    )


def groups(grain: Grain, quantities: Sequence[Quantity]) -> exp.Query:
    """Usage summed: series, start, band, keys, events, and `q_`/`n_` of each quantity."""
    sums = "".join(
        f", SUM({whole(q)}) AS q_{q.name}, COUNT({q.name}) AS n_{q.name}" for q in quantities
    )
    return shared_query(
        f"SELECT series, {grain.bucket} AS start, {grain.band} AS band, {grain.key_list()}"
        f"COUNT(*) AS events{sums} FROM usage GROUP BY ALL"
    )


def uses(grain: Grain, quantities: Sequence[Quantity]) -> exp.Query:
    """Which series use how much of which quantity in which band, and between which buckets."""
    return shared_query(
        "SELECT series, quantity, band, MIN(start) AS first, MAX(start) AS last, "
        "SUM(CAST(quantity_sum AS HUGEINT)) AS total "
        f"FROM ({unpivoted(grain, quantities)}) AS line GROUP BY ALL "
        "ORDER BY series, quantity, band"
    )


def lines(grain: Grain, quantities: Sequence[Quantity], amounts: Sequence[str]) -> exp.Query:
    """Lines of rates that cannot round, and of what has no price: sums are priced once."""
    products = "".join(
        f"CAST(quantity_sum AS HUGEINT) * CAST({name}_even AS HUGEINT) AS {name}, "
        for name in (*amounts, PRICING)
    )
    return shared_query(
        f"SELECT rate, start, {grain.key_list('line.')}line.events AS events, "
        f"{products}quantity_sum "
        f"FROM ({unpivoted(grain, quantities)}) AS line JOIN rates ON {matches('line')} "
        "WHERE rates.way = 'sum'"
    )


def rounded_lines(
    grain: Grain, quantities: Sequence[Quantity], amounts: Sequence[str]
) -> exp.Query:
    """Lines of rates that can round: each event's is rounded half-even, then summed."""
    event = _lines_of_events(grain, quantities, fractions(amounts), "each")
    return shared_query(
        f"SELECT rate, start, {grain.key_list()}COUNT(*) AS events, {rounded_sums(amounts)} "
        f"FROM ({event}) AS event WHERE amount IS NOT NULL GROUP BY ALL"
    )


def counted_events(grain: Grain, quantities: Sequence[Quantity]) -> exp.Query:
    """How many events of the rates beyond 128 bits told which quantity (rating/wide_lines.py)."""
    event = _lines_of_events(grain, quantities, "rates.quantity AS quantity", "wide")
    return shared_query(
        f"SELECT rate, start, {grain.key_list()}amount, COUNT(*) AS times, COUNT(*) AS events "
        f"FROM ({event}) AS event WHERE amount IS NOT NULL GROUP BY ALL"
    )


def fractions(amounts: Sequence[str]) -> str:
    """The columns of `rates` that `rounded_sums` reads."""
    names = [f"{name}_num, {name}_den" for name in (*amounts, PRICING)]
    return ", ".join(names)


def rounded_sums(amounts: Sequence[str]) -> str:
    """Columns over events with an `amount` and their fractions: what a line sums."""
    names = (*amounts, PRICING)
    sums = [f"SUM({half_even(f'{n}_num', f'{n}_den')}) AS {n}" for n in names]
    return ", ".join(["SUM(amount) AS quantity_sum", *sums])


def _lines_of_events(grain: Grain, quantities: Sequence[Quantity], further: str, way: str) -> str:
    """Each event's use of the quantity of each of its rates of a `way` (rating/amounts.py)."""
    chosen = " ".join(
        f"WHEN {QUANTITIES.index(q)} THEN CAST({whole(q)} AS HUGEINT)" for q in quantities
    )
    return (
        f"SELECT rate, {grain.bucket} AS start, {grain.key_list()}"
        f"CASE rates.quantity {chosen} END AS amount, {further} "
        f"FROM usage JOIN rates ON usage.series = rates.series AND {grain.band} = rates.band "
        f"AND {grain.bucket} >= rates.since AND {grain.bucket} < rates.until "
        f"WHERE rates.way = '{way}'"
    )


def concerned_events(grain: Grain, quantities: Sequence[Quantity]) -> exp.Query:
    """How many events have a line without price, by series and reason: each event once."""
    event = (
        f"SELECT usage.series AS series, reason, {grain.bucket} AS start, {grain.key_list()}"
        f'usage."source" AS source, usage."id" AS id, MIN(rate) AS rate '
        f"FROM {_uses_of_rates(grain, quantities)} GROUP BY ALL"
    )
    return shared_query(
        f"SELECT MIN(rate) AS rate, start, {grain.key_list()}COUNT(*) AS events "
        f"FROM ({event}) AS event GROUP BY series, reason, {grain.key_list()}start"
    )


def events_of_rates(grain: Grain, quantities: Sequence[Quantity]) -> exp.Query:
    """How many events have a line of any of the rates: each event once."""
    event = 'SELECT DISTINCT usage."source" AS source, usage."id" AS id FROM '
    return shared_query(
        f"SELECT COUNT(*) AS events FROM ({event}{_uses_of_rates(grain, quantities)}) AS event"
    )


def _uses_of_rates(grain: Grain, quantities: Sequence[Quantity]) -> str:
    """Rows of `usage` beside each of the `rates` that one of their lines has."""
    chosen = " ".join(f"WHEN {QUANTITIES.index(q)} THEN {q.name} IS NOT NULL" for q in quantities)
    return (
        f"usage JOIN rates ON usage.series = rates.series AND {grain.band} = rates.band "
        f"AND {grain.bucket} >= rates.since AND {grain.bucket} < rates.until "
        f"WHERE CASE rates.quantity {chosen} ELSE FALSE END"
    )


def unpivoted(grain: Grain, quantities: Sequence[Quantity]) -> str:
    """Groups as rows of one quantity each, and a row (-1) for all events of a group."""
    common = f"SELECT series, start, band, {grain.key_list()}"
    parts = [
        f"{common}{QUANTITIES.index(q)} AS quantity, q_{q.name} AS quantity_sum, "
        f"n_{q.name} AS events FROM groups WHERE n_{q.name} > 0"
        for q in quantities
    ]
    parts.append(f"{common}-1 AS quantity, NULL AS quantity_sum, events FROM groups")
    return " UNION ALL ".join(parts)


def matches(line: str) -> str:
    """That a row of `unpivoted` has one of the `rates`."""
    return (
        f"{line}.series = rates.series AND {line}.quantity = rates.quantity "
        f"AND {line}.band = rates.band AND {line}.start >= rates.since "
        f"AND {line}.start < rates.until"
    )


def whole(quantity: Quantity) -> str:
    """The stored quantity as a whole number of its smallest parts.

    Widened first: a product of DECIMAL(18, 6) has to fit into eighteen digits again.
    """
    if quantity.scale == 0:
        return quantity.name
    wide = f"CAST({quantity.name} AS DECIMAL(38, {quantity.scale}))"
    return f"CAST({wide} * {10**quantity.scale} AS BIGINT)"


def half_even(numerator: str, denominator: str) -> str:
    """amount x numerator / denominator, rounded half-even, in 128-bit integers."""
    product = f"(amount * CAST({numerator} AS HUGEINT))"
    divisor = f"CAST({denominator} AS HUGEINT)"
    rest = f"(2 * ({product} % {divisor}))"
    odd = f"(({product} // {divisor}) % 2 = 1)"
    up = f"{rest} > {divisor} OR ({rest} = {divisor} AND {odd})"
    return f"({product} // {divisor}) + CASE WHEN {up} THEN 1 ELSE 0 END"
