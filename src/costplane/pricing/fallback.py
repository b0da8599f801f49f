"""Which price stands in where a quantity has none of its own (billing-rules 9): one table.

Audio and generated images have no stand-in, ever. A cache write takes the price of the write
without lifetime, then of the next shorter lifetime; the plain input's only where the model has
no meter for cache writes at all.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

_WRITE = "input_text_cache_write"
_LIFETIMES = ("5m", "30m", "1h", "12h")
_WRITES = frozenset({_WRITE, *(f"{_WRITE}_{lifetime}" for lifetime in _LIFETIMES)})


@dataclass(frozen=True, slots=True)
class StandIn:
    """A quantity whose price may be taken, unless the sheet has a meter of the model for one of
    `unless`."""

    quantity: str
    unless: frozenset[str] = frozenset()


def _input_unless(*quantities: str) -> StandIn:
    return StandIn("input_text", frozenset(quantities))


def _write(lifetime: str) -> tuple[StandIn, ...]:
    shorter = reversed(_LIFETIMES[: _LIFETIMES.index(lifetime)])
    writes = (_WRITE, *(f"{_WRITE}_{other}" for other in shorter))
    return (*map(StandIn, writes), _input_unless(*_WRITES))


FALLBACKS: dict[str, tuple[StandIn, ...]] = {
    "output_reasoning": (StandIn("output_text"),),
    "output_rejected_prediction": (StandIn("output_text"),),
    "input_image": (_input_unless("input_image"),),
    "input_text_cached": (_input_unless("input_text_cached"),),
    "input_image_cached": (
        StandIn("input_image", frozenset({"input_image_cached"})),
        StandIn("input_text_cached", frozenset({"input_image_cached", "input_image"})),
        _input_unless("input_image_cached", "input_image", "input_text_cached"),
    ),
    _WRITE: (_input_unless(*_WRITES),),
    **{f"{_WRITE}_{lifetime}": _write(lifetime) for lifetime in _LIFETIMES},
}


def stand_ins(quantity: str, metered: Collection[str]) -> tuple[str, ...]:
    """The quantities whose price `quantity` may get, itself first. `metered` are those for
    which the sheet has any meter of the model."""
    allowed = (s for s in FALLBACKS.get(quantity, ()) if s.unless.isdisjoint(metered))
    return (quantity, *(stand_in.quantity for stand_in in allowed))
