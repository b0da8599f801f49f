"""Lines and rates put together: rows of `charges` and of `uncharged`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from costplane.core.money import LINE_PLACES
from costplane.core.tables import CHARGES, INSTANT, MONEY, UNCHARGED
from costplane.rating.amounts import has_usd
from costplane.rating.rates import Rate
from costplane.rating.statements import HOUR_US, Grain
from costplane.rating.templates import charge_template, uncharged_template
from costplane.rating.tiers import TierKey

_OF_QUANTITIES = frozenset({"x_TokenType", "ConsumedUnit"})


@dataclass(frozen=True, slots=True)
class RatedRows:
    """The outcome of rating: rows of both tables, with any further keys as last columns.

    Text columns are dictionary-encoded; `Ledger.append` and the engines take them as they are.
    `unpriced_events` is how many events have a line without price, for whatever reasons.
    `tier_keys` are touched by further lines, which are in neither table: those of meters with
    tiers.
    """

    charges: pa.Table
    uncharged: pa.Table
    unpriced_events: int = 0
    tier_keys: frozenset[TierKey] = frozenset()


@dataclass(frozen=True, slots=True)
class Needed:
    """The columns of each table that somebody reads."""

    charges: frozenset[str] = frozenset(CHARGES.names)
    uncharged: frozenset[str] = frozenset(UNCHARGED.names)


ALL = Needed()


def rated_rows(
    rates: Sequence[Rate],
    lines: Sequence[pa.Table],
    concerned: pa.Table | None,
    grain: Grain,
    recorded: date,
    needed: Needed = ALL,
) -> RatedRows:
    """Rows from `lines` (statements.lines and rounded_lines, by rate and bucket of `grain`).

    `concerned` counts the events of each unpriced reason (statements.concerned_events); they
    become rows without quantity, beside the rows of the quantities.
    """
    line = pa.concat_tables([part.select(lines[0].column_names) for part in lines])
    priced = pc.is_in(line["rate"], pa.array(_numbers(rates, lambda r: r.offer is not None)))
    charged = line.filter(priced)
    rest = line.filter(pc.invert(priced))
    events = _event_rows(rest, concerned)
    return RatedRows(
        charge_rows(charged, rates, grain, recorded, needed.charges),
        _uncharged(
            pa.concat_tables([rest, events]), rates, len(rest), grain, recorded, needed.uncharged
        ),
    )


def _numbers(rates: Sequence[Rate], chosen: Callable[[Rate], bool]) -> pa.Array:
    return pa.array([n for n, rate in enumerate(rates) if chosen(rate)], pa.int32())


def _event_rows(like: pa.Table, concerned: pa.Table | None) -> pa.Table:
    """`concerned` in the shape of lines, without quantities."""
    if concerned is None:
        return like.slice(0, 0)
    columns = {
        field.name: concerned[field.name].cast(field.type)
        if field.name in concerned.column_names
        else pa.nulls(len(concerned), field.type)
        for field in like.schema
    }
    return pa.table(columns)


def charge_rows(
    line: pa.Table,
    rates: Sequence[Rate],
    grain: Grain,
    recorded: date,
    needed: Collection[str],
) -> pa.Table:
    """Rows of `charges` with the columns that are `needed`: of lines whose rates have a price."""
    contracted = in_money(line["contracted"])
    made: dict[str, Callable[[], pa.ChunkedArray]] = {
        **_times(line["start"], grain),
        "BillingPeriodStart": lambda: month_of(line["start"])["BillingPeriodStart"],
        "BillingPeriodEnd": lambda: month_of(line["start"])["BillingPeriodEnd"],
        "BilledCost": lambda: contracted,
        "ContractedCost": lambda: contracted,
        "EffectiveCost": lambda: contracted,
        "PricingCurrencyEffectiveCost": lambda: _amount(line, "priced"),
        "ListCost": lambda: in_money(line["list"]),
        "ConsumedQuantity": lambda: _consumed(line, rates),
        "PricingQuantity": lambda: in_money(line["pricing"]),
        "x_BilledCostInUsd": lambda: _in_usd(line, rates),
        "x_CrossChargeCost": lambda: _amount(line, "cross_charge"),
        "x_EffectiveCostInUsd": lambda: _in_usd(line, rates),
        "x_Events": lambda: line["events"].cast(pa.int64()),
    }
    schema = _of(CHARGES, needed)
    computed = {name: make() for name, make in made.items() if name in schema.names}
    template = [charge_template(rate) if rate.offer else None for rate in rates]
    return table_of(schema, line, template, computed, grain.keys, recorded)


def _of(schema: pa.Schema, needed: Collection[str]) -> pa.Schema:
    return pa.schema([field for field in schema if field.name in needed])


def _amount(line: pa.Table, name: str) -> pa.ChunkedArray:
    """An amount of rating/amounts.py; where no rate makes it another one, it is `contracted`."""
    return in_money(line[name if name in line.column_names else "contracted"])


def _in_usd(line: pa.Table, rates: Sequence[Rate]) -> pa.ChunkedArray:
    """The amount in USD; null where no rate is known. Contracted ones in USD are their own."""
    known = pa.array([has_usd(rate) for rate in rates], pa.bool_()).take(line["rate"])
    return pc.if_else(known, _amount(line, "usd"), pa.scalar(None, MONEY))


def _uncharged(
    line: pa.Table,
    rates: Sequence[Rate],
    quantity_rows: int,
    grain: Grain,
    recorded: date,
    needed: Collection[str],
) -> pa.Table:
    """Rows of what has no charge; those from `quantity_rows` on count events, not quantities."""
    made: dict[str, Callable[[], pa.ChunkedArray]] = {
        **_times(line["start"], grain),
        "ConsumedQuantity": lambda: _consumed(line, rates),
        "x_Events": lambda: line["events"].cast(pa.int64()),
    }
    schema = _of(UNCHARGED, needed)
    computed = {name: make() for name, make in made.items() if name in schema.names}
    template = [None if rate.offer else uncharged_template(rate) for rate in rates]
    rows = table_of(schema, line, template, computed, grain.keys, recorded)
    of_events = pa.array(np.arange(len(line)) >= quantity_rows)
    for name in _OF_QUANTITIES.intersection(schema.names):
        column = pc.if_else(of_events, pa.scalar(None, pa.string()), rows[name].cast(pa.string()))
        rows = rows.set_column(rows.schema.get_field_index(name), name, column)
    return rows


def table_of(
    schema: pa.Schema,
    line: pa.Table,
    template: Sequence[Mapping[str, Any] | None],
    computed: Mapping[str, pa.ChunkedArray],
    keys: Sequence[str],
    recorded: date,
) -> pa.Table:
    """Template columns by rate, computed ones by line, then the keys.

    Words are dictionary-encoded: a row costs an index for each, not its text.
    """
    rate = line["rate"].combine_chunks()
    columns: dict[str, pa.ChunkedArray | pa.Array] = {}
    for field in schema:
        if field.name in computed:
            columns[field.name] = computed[field.name]
        elif field.name == "x_RecordedDate":
            columns[field.name] = pa.repeat(pa.scalar(recorded, pa.date32()), len(line))
        else:
            constants = [row.get(field.name) if row else None for row in template]
            columns[field.name] = _spread(pa.array(constants, field.type), rate)
    return pa.table(columns | {key: line[key] for key in keys})


def _spread(constants: pa.Array, rate: pa.Array) -> pa.Array:
    """The constant of each line's rate."""
    if not pa.types.is_string(constants.type):
        return constants.take(rate)
    encoded = constants.dictionary_encode()
    return pa.DictionaryArray.from_arrays(encoded.indices.take(rate), encoded.dictionary)


def _times(start: pa.ChunkedArray, grain: Grain) -> dict[str, Callable[[], pa.ChunkedArray]]:
    """A bucket goes from its start to the end of its step, or to the next of the cuts."""
    return {
        "ChargePeriodStart": lambda: start.cast(pa.int64()).cast(INSTANT),
        "ChargePeriodEnd": lambda: _ends(start.to_numpy(), grain).cast(INSTANT),
    }


def _ends(starts: np.ndarray[Any, np.dtype[np.int64]], grain: Grain) -> pa.ChunkedArray:
    following = np.array([*grain.cuts, np.iinfo(np.int64).max], dtype=np.int64)
    end = following[np.searchsorted(following, starts, side="right")]
    if grain.step:
        end = np.minimum(end, starts - starts % grain.step + grain.step)
    return pa.chunked_array([end])


def month_of(start: pa.ChunkedArray) -> dict[str, pa.ChunkedArray]:
    """The calendar month: metered use is billed by UTC month."""
    month = pc.floor_temporal(start.cast(INSTANT), unit="month")
    following = pc.floor_temporal(
        pc.add(month, pa.scalar(32 * 24 * HOUR_US, pa.duration("us"))), unit="month"
    )
    return {"BillingPeriodStart": month, "BillingPeriodEnd": following}


def _consumed(line: pa.Table, rates: Sequence[Rate]) -> pa.ChunkedArray:
    """The summed quantity in its unit, from whole numbers of its smallest parts."""
    scales = [rate.use.quantity.scale if rate.use.quantity else 0 for rate in rates]
    factor = pa.array([10 ** (LINE_PLACES - scale) for scale in scales], pa.decimal128(13, 0))
    whole = line["quantity_sum"].cast(pa.decimal128(24, 0))
    return in_money(pc.multiply(whole, factor.take(line["rate"])).cast(pa.decimal128(38, 0)))


def in_money(units: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whole numbers of 1e-12 read as decimals of twelve places: the same digits, moved."""
    chunks = [
        pa.Array.from_buffers(MONEY, len(chunk), chunk.buffers(), offset=chunk.offset)
        for chunk in units.cast(pa.decimal128(38, 0)).chunks
    ]
    return pa.chunked_array(chunks, MONEY)
