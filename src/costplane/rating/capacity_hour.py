"""One hour of all capacity: what reservations cover, who used it, what was idle
(billing-rules 14, 15, 19).

The order is canonical, whatever arrived first: reservations by scope and start, deployments by
resource id, name and meter, callers by their facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from costplane.core.apportion import apportion
from costplane.core.period import Period
from costplane.rating.capacity import (
    MINUTES,
    CallerKey,
    CapacityLine,
    LineKind,
    Part,
    Reserved,
    Standing,
    Weights,
    quantity_units,
)

Rank = Callable[[int], tuple[str, ...]]
WEIGHT_SCALE = 10**6
"""Weighted tokens are counted in millionths: a weight has at most six decimal places."""


@dataclass(frozen=True, slots=True)
class _Slice:
    """Unit-minutes of a part that one reservation covers, or none."""

    part: Part
    unit_minutes: int
    reserved: Reserved | None


@dataclass(frozen=True, slots=True)
class _Amounts:
    """What a slice comes to, in 1e-12."""

    quantity: int
    billed: int
    contracted: int
    listed: int
    effective: int | None


def capacity_hour(
    hour: Period,
    standings: Sequence[Standing],
    reserved: Sequence[Reserved],
    weights: Mapping[CallerKey, Weights],
    rank: Rank,
) -> list[CapacityLine]:
    """The lines of `hour`. `weights` has the weighted tokens of each deployment that was called
    (none: nobody called), in millionths, by series; where another model took its place within the
    hour, those of each for itself; `rank` gives a series its canonical place.

    A standing without price makes lines of zero amounts: its rate says why.
    """
    found = sorted(standings, key=lambda standing: standing.order)
    parts = [part for standing in found if (part := standing.within(hour)) is not None]
    active = sorted((one for one in reserved if one.stands(hour.start)), key=lambda r: r.order)
    slices, left = _cover(parts, active)
    effective, unused = _amortized(hour, slices, active, left)
    lines = [*_lines(slices, effective, weights, rank)]
    lines += [_unused(hour, one, left[one.reservation.id], cost) for one, cost in unused]
    return lines


def _cover(
    parts: Sequence[Part], active: Sequence[Reserved]
) -> tuple[list[_Slice], dict[str, int]]:
    """Parts as slices, and the unit-minutes that each reservation has left."""
    left = {one.reservation.id: one.units * MINUTES for one in active}
    open_ = [part.unit_minutes if part.standing.rate.offer else 0 for part in parts]
    covered: list[list[_Slice]] = [[] for _ in parts]
    for one in active:
        for place, part in enumerate(parts):
            taken = min(open_[place], left[one.reservation.id])
            if taken and part.standing.place in one.covers:
                covered[place].append(_Slice(part, taken, one))
                open_[place] -= taken
                left[one.reservation.id] -= taken
    slices = []
    for place, part in enumerate(parts):
        rest = part.unit_minutes - sum(taken.unit_minutes for taken in covered[place])
        slices += covered[place] + ([_Slice(part, rest, None)] if rest else [])
    return slices, left


def _amortized(
    hour: Period, slices: Sequence[_Slice], active: Sequence[Reserved], left: Mapping[str, int]
) -> tuple[dict[int, int | None], list[tuple[Reserved, int | None]]]:
    """Each reservation's hour over what it covered (by place among `slices`) and what not."""
    effective: dict[int, int | None] = {}
    unused: list[tuple[Reserved, int | None]] = []
    for one in active:
        places = [place for place, found in enumerate(slices) if found.reserved is one]
        rest, total = left[one.reservation.id], one.amortized(hour.start)
        weights = [*(slices[place].unit_minutes for place in places), rest]
        shares = [None] * len(weights) if total is None else apportion(total, weights)
        effective |= dict(zip(places, shares, strict=False))
        if rest:
            unused.append((one, shares[-1]))
    return effective, unused


def _lines(
    slices: Sequence[_Slice],
    effective: Mapping[int, int | None],
    weights: Mapping[CallerKey, Weights],
    rank: Rank,
) -> Iterator[CapacityLine]:
    amounts = _slice_amounts(slices, effective)
    together: dict[CallerKey, list[Part]] = {}
    for part in dict.fromkeys(found.part for found in slices):
        together.setdefault(part.standing.caller_key, []).append(part)
    split = {key: _shares(parts, weights.get(key, {}), rank) for key, parts in together.items()}
    for found, amount in zip(slices, amounts, strict=True):
        yield from _split(found, amount, split[found.part.standing.caller_key])


def _slice_amounts(slices: Sequence[_Slice], effective: Mapping[int, int | None]) -> list[_Amounts]:
    """Amounts of slices; those of one part sum to the part's, which was rounded once."""
    found: dict[int, _Amounts] = {}
    for part in dict.fromkeys(one.part for one in slices):
        places = [place for place, one in enumerate(slices) if one.part is part]
        minutes = [slices[place].unit_minutes for place in places]
        contracted = apportion(part.contracted, minutes)
        listed = apportion(part.listed, minutes)
        quantity = apportion(quantity_units(part.unit_minutes), minutes)
        for number, place in enumerate(places):
            covered = slices[place].reserved is not None
            found[place] = _Amounts(
                quantity=quantity[number],
                billed=0 if covered else contracted[number],
                contracted=contracted[number],
                listed=listed[number],
                effective=effective[place] if covered else contracted[number],
            )
    return [found[place] for place in range(len(slices))]


_Shares = Sequence[tuple[LineKind, int | None, int]]


def _shares(parts: Sequence[Part], weights: Weights, rank: Rank) -> _Shares:
    """Who used a deployment's hour: callers' series and the idle rest, with their weights.

    The rest is what the units could have done beside; if more was done than they are rated for,
    callers share all of it. Where a model's weights are not known the hour stays whole.
    """
    throughput = parts[0].standing.throughput
    priced = all(part.standing.rate.offer for part in parts)
    if throughput is None or weights is None or not priced:
        return [("whole", None, 1)]
    minutes = sum(part.unit_minutes for part in parts)
    room = minutes * throughput.tokens_per_minute * WEIGHT_SCALE
    used = [(series, weights[series]) for series in sorted(weights, key=rank) if weights[series]]
    idle = max(0, room - sum(weight for _, weight in used))
    callers: list[tuple[LineKind, int | None, int]] = [("used", s, weight) for s, weight in used]
    return [*callers, ("idle", None, idle)] if idle else callers


def _split(found: _Slice, amount: _Amounts, shares: _Shares) -> Iterator[CapacityLine]:
    weights = [weight for _, _, weight in shares]
    quantity, billed = apportion(amount.quantity, weights), apportion(amount.billed, weights)
    contracted, listed = apportion(amount.contracted, weights), apportion(amount.listed, weights)
    effective: Sequence[int | None] = (
        [None] * len(weights) if amount.effective is None else apportion(amount.effective, weights)
    )
    for place, (kind, series, _) in enumerate(shares):
        yield CapacityLine(
            kind=kind,
            period=found.part.period,
            rate=found.part.standing.rate,
            series=series,
            reserved=found.reserved,
            quantity=quantity[place],
            billed=billed[place],
            contracted=contracted[place],
            listed=listed[place],
            effective=effective[place],
        )


def _unused(hour: Period, one: Reserved, unit_minutes: int, effective: int | None) -> CapacityLine:
    """Reserved hours that nothing used: they cost what they were bought for."""
    return CapacityLine(
        kind="unused",
        period=hour,
        rate=one.rate,
        series=None,
        reserved=one,
        quantity=quantity_units(unit_minutes),
        billed=0,
        contracted=0,
        listed=0,
        effective=effective,
    )
