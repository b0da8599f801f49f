"""Lines and rates put together: rows of `charges` and of `uncharged`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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

_HOUR = pa.scalar(HOUR_US, pa.int64())


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


def rated_rows(
    rates: Sequence[Rate],
    lines: Sequence[pa.Table],
    concerned: pa.Table | None,
    grain: Grain,
    recorded: date,
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
        _charges(charged, rates, grain, recorded),
        _uncharged(pa.concat_tables([rest, events]), rates, len(rest), grain, recorded),
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


def _charges(line: pa.Table, rates: Sequence[Rate], grain: Grain, recorded: date) -> pa.Table:
    contracted, listed = in_money(line["contracted"]), in_money(line["list"])
    in_usd = _in_usd(line, rates)
    computed = {
        **_times(line["start"], grain.cuts),
        **month_of(line["start"]),
        "BilledCost": contracted,
        "ContractedCost": contracted,
        "EffectiveCost": contracted,
        "PricingCurrencyEffectiveCost": _amount(line, "priced"),
        "ListCost": listed,
        "ConsumedQuantity": _consumed(line, rates),
        "PricingQuantity": in_money(line["pricing"]),
        "x_BilledCostInUsd": in_usd,
        "x_CrossChargeCost": _amount(line, "cross_charge"),
        "x_EffectiveCostInUsd": in_usd,
        "x_Events": line["events"].cast(pa.int64()),
    }
    template = [charge_template(rate) if rate.offer else None for rate in rates]
    return table_of(CHARGES, line, template, computed, grain.keys, recorded)


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
) -> pa.Table:
    """Rows of what has no charge; those from `quantity_rows` on count events, not quantities."""
    of_events = pa.array([n >= quantity_rows for n in range(len(line))])
    computed = {
        **_times(line["start"], grain.cuts),
        "ConsumedQuantity": _consumed(line, rates),
        "x_Events": line["events"].cast(pa.int64()),
    }
    template = [None if rate.offer else uncharged_template(rate) for rate in rates]
    rows = table_of(UNCHARGED, line, template, computed, grain.keys, recorded)
    for name in ("x_TokenType", "ConsumedUnit"):
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


def _times(start: pa.ChunkedArray, cuts: Sequence[int]) -> dict[str, pa.ChunkedArray]:
    """A bucket goes from its start to the end of its hour, or to the next of the cuts."""
    hour = pc.multiply(pc.divide(start, _HOUR), _HOUR)
    end = np.asarray(pc.add(hour, _HOUR).to_numpy(), dtype=np.int64)
    following = np.array([*cuts, np.iinfo(np.int64).max], dtype=np.int64)
    place = np.searchsorted(following, start.to_numpy(), side="right")
    return {
        "ChargePeriodStart": start.cast(pa.int64()).cast(INSTANT),
        "ChargePeriodEnd": pa.chunked_array([np.minimum(end, following[place])]).cast(INSTANT),
    }


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
