"""Whole amounts parted without a rest (billing-rules 14): shares follow weights."""

from __future__ import annotations

from collections.abc import Sequence


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """`total` parted in proportion to `weights`, by largest remainder; ties go to the first.

    The parts are whole and sum to `total`. Weights are zero or more, and not all zero unless
    `total` is zero.
    """
    whole = sum(weights)
    if whole == 0:
        if total:
            raise ValueError(f"{total} cannot be parted: all weights are zero")
        return [0] * len(weights)
    parts, rests = zip(*(divmod(total * weight, whole) for weight in weights), strict=True)
    found = list(parts)
    order = sorted(range(len(weights)), key=lambda place: (-rests[place], place))
    for place in order[: total - sum(found)]:
        found[place] += 1
    return found


def nth_part(total: int, count: int, place: int) -> int:
    """The part number `place`, from 0, of `total` parted into `count` equal ones as above."""
    part, rest = divmod(total, count)
    return part + (place < rest)


def first_parts(total: int, count: int, places: int) -> int:
    """What the first `places` of such parts sum to."""
    part, rest = divmod(total, count)
    return part * places + min(rest, places)
