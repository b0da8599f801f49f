"""The statements of tiers: where a key's quantity reaches its borders, and the lines of the hours
that a border divides.

`counting` has a row for each rate with tiers: its number, key and place, and what it matches.
Counts are whole numbers of the quantity's smallest part, in 128 bits.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlglot import exp

from costplane.core.quantities import QUANTITIES, Quantity
from costplane.core.sql import shared_query
from costplane.rating.statements import (
    HOUR_US,
    Grain,
    fractions,
    matches,
    rounded_sums,
    unpivoted,
    whole,
)

_POSITIONS = (
    "SELECT key, hour, place, until - quantity AS since, until FROM ("
    "SELECT *, SUM(quantity) OVER (PARTITION BY key ORDER BY hour, place "
    "ROWS UNBOUNDED PRECEDING) AS until FROM ("
    "SELECT key, hour, place, SUM(CAST(quantity AS HUGEINT)) AS quantity FROM sums GROUP BY ALL"
    ") AS hours) AS line"
)


def hour_sums(grain: Grain, quantities: Sequence[Quantity]) -> exp.Query:
    """What each key counts by hour and place, out of `groups`."""
    return shared_query(
        f"SELECT key, place, line.start - line.start % {HOUR_US} AS hour, "
        "SUM(CAST(quantity_sum AS HUGEINT)) AS quantity "
        f"FROM ({unpivoted(grain, quantities)}) AS line "
        f"JOIN counting AS rates ON {matches('line')} GROUP BY ALL"
    )


def totals() -> exp.Query:
    """What each key counts in all."""
    return shared_query(
        "SELECT key, SUM(CAST(quantity AS HUGEINT)) AS total FROM sums GROUP BY key ORDER BY key"
    )


def crossings() -> exp.Query:
    """Where keys reach their `borders`."""
    return shared_query(
        "SELECT position.key AS key, border, hour, place, since, until "
        f"FROM ({_POSITIONS}) AS position JOIN borders ON position.key = borders.key "
        "AND CAST(border AS HUGEINT) > since AND CAST(border AS HUGEINT) <= until "
        "ORDER BY position.key, border"
    )


def counted_before(hour: int, place: int) -> exp.Query:
    """What a key counts before an hour (microseconds) of a place."""
    return shared_query(
        "SELECT COALESCE(SUM(CAST(quantity AS HUGEINT)), 0) AS total FROM sums "
        f"WHERE hour < {hour} OR (hour = {hour} AND place < {place})"
    )


def lines_of_hours(
    grain: Grain, quantities: Sequence[Quantity], hours: Collection[int]
) -> exp.Query:
    """Every line of the divided `hours` (microseconds): `counting` has the periods of these hours
    alone. They are named, too, so that files without them are passed over."""
    within = " OR ".join(
        f"(time >= MAKE_TIMESTAMPTZ({hour}) AND time < MAKE_TIMESTAMPTZ({hour + HOUR_US}))"
        for hour in sorted(hours)
    )
    chosen = " ".join(
        f"WHEN {QUANTITIES.index(q)} THEN CAST({whole(q)} AS HUGEINT)" for q in quantities
    )
    event = (
        "SELECT rates.rate AS number, rates.key AS key, rates.place AS place, "
        f"{grain.key_list('usage.')}usage.source AS source, usage.id AS id, "
        f"rates.quantity AS quantity, CASE rates.quantity {chosen} END AS amount, "
        f"{grain.bucket} AS start FROM usage JOIN counting AS rates "
        f"ON usage.series = rates.series AND {grain.band} = rates.band "
        f"AND {grain.bucket} >= rates.since AND {grain.bucket} < rates.until WHERE {within}"
    )
    return shared_query(
        f"SELECT *, start - start % {HOUR_US} AS hour FROM ({event}) AS line "
        "WHERE NOT amount IS NULL"
    )


def positions(grain: Grain) -> exp.Query:
    """Where each of `lines` begins and ends in its key's count; `divided` has the count at the
    start of each of the hours."""
    return shared_query(
        f"SELECT number, start, {grain.key_list()}source, id, amount, "
        "until - CAST(amount AS HUGEINT) AS since, until FROM ("
        f"SELECT lines.number AS number, lines.start AS start, {grain.key_list('lines.')}"
        "lines.source AS source, lines.id AS id, lines.amount AS amount, "
        "CAST(divided.since AS HUGEINT) + SUM(CAST(lines.amount AS HUGEINT)) OVER ("
        "PARTITION BY lines.key, lines.hour, lines.place "
        "ORDER BY lines.source, lines.id, lines.quantity ROWS UNBOUNDED PRECEDING) AS until "
        "FROM lines JOIN divided ON lines.key = divided.key AND lines.hour = divided.hour "
        "AND lines.place = divided.place) AS line"
    )


def parts(grain: Grain, amounts: Sequence[str]) -> exp.Query:
    """The parts of lines by tier, each rounded half-even, then summed. `tiers` are rates that
    hold from `begins` up to `ends` of the count. A divided line counts its event in its first
    part, so that events add up."""
    return shared_query(
        f"SELECT rate, start, {grain.key_list()}SUM(CASE WHEN first THEN 1 ELSE 0 END) AS events, "
        f"{rounded_sums(amounts)} FROM ({_part(grain, fractions(amounts))}) AS part "
        "WHERE way <> 'wide' GROUP BY ALL"
    )


def counted_parts(grain: Grain) -> exp.Query:
    """The parts of the rates beyond 128 bits, equal ones counted (rating/wide_lines.py)."""
    return shared_query(
        f"SELECT rate, start, {grain.key_list()}amount, COUNT(*) AS times, "
        "SUM(CASE WHEN first THEN 1 ELSE 0 END) AS events "
        f"FROM ({_part(grain, 'tiers.quantity AS quantity')}) AS part "
        "WHERE way = 'wide' GROUP BY ALL"
    )


def _part(grain: Grain, further: str) -> str:
    begins, ends = "CAST(tiers.begins AS HUGEINT)", "CAST(tiers.ends AS HUGEINT)"
    since, until = "CAST(line.since AS HUGEINT)", "CAST(line.until AS HUGEINT)"
    return (
        f"SELECT tiers.rate AS rate, line.start AS start, {grain.key_list('line.')}"
        f"LEAST({until}, {ends}) - GREATEST({since}, {begins}) AS amount, "
        f"{since} >= {begins} AS first, way, {further} "
        "FROM positioned AS line JOIN tiers ON line.number = tiers.number "
        f"AND {since} < {ends} AND {until} > {begins}"
    )
