"""How many calls each deployment gets in each hour.

An hour's counts come from the hour and a fixed seed alone, so that every run of the demo has
the same calls in the hours that it shares with another run. Measured are the rhythm of the
hours; assigned are size, growth, weekends, and the ramps after a launch and before an end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from costplane.demo.estate import Deployment, Estate, Loop, Placed, Tokens
from costplane.demo.samples import FORTNIGHT, rhythm

SEED = 20231116
"""The day of the Azure traces."""

Hours = npt.NDArray[np.int64]
"""Hours since 1970-01-01T00:00Z."""

_A_MONDAY = 96
"""Hour number of 1970-01-05T00:00Z."""
_WEEK, _DAY = 168, 24
_RAMP = 30 * _DAY
"""Hours in which a deployment's load grows after its start, and shrinks before its end."""
_HALF_GROWN = datetime(2026, 4, 1, tzinfo=UTC)
_GROWTH_HOURS = 200 * _DAY
_UNEVENNESS = 8.0
"""Shape of the gamma factor that makes hours differ more than chance does."""


@dataclass(frozen=True, slots=True)
class Stream:
    """Calls of one kind to one deployment: its ordinary load, or a `loop` of one caller."""

    placed: Placed
    tokens: Tokens
    loop: Loop | None = None


def streams(estate: Estate) -> tuple[Stream, ...]:
    """Every stream of the estate, ordinary loads first."""
    placed = tuple(estate.deployments())
    loads = (Stream(p, p.deployment.tokens) for p in placed)
    at = {(p.group, p.account_name, p.name): p for p in placed}
    loops = (
        Stream(at[loop.group, loop.account, loop.deployment], loop.tokens, loop)
        for loop in estate.loops
    )
    return (*loads, *loops)


def hour_number(instant: datetime) -> int:
    """The number of the hour of `instant`."""
    return int(instant.timestamp()) // 3600


def hour_instant(number: int) -> datetime:
    """The first instant of an hour."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=int(number))


def expected(streams: tuple[Stream, ...], hours: Hours) -> npt.NDArray[np.float64]:
    """Mean number of calls, a row an hour and a column a stream.

    Rounded, so that the last bit of a machine's exponential function decides nothing.
    """
    rates: npt.NDArray[np.float64] = np.column_stack([_rate(s, hours) for s in streams])
    return rates.round(6)


def draw(mean: npt.NDArray[np.float64], hour: int) -> tuple[np.random.Generator, Hours]:
    """The counts of an hour whose means are `mean`, and the generator for the rest of it."""
    generator = np.random.Generator(np.random.PCG64([SEED, hour]))
    uneven = generator.standard_gamma(_UNEVENNESS, len(mean)) / _UNEVENNESS
    return generator, generator.poisson(mean * uneven)


def counts(estate: Estate, start: datetime, end: datetime) -> Iterator[Hours]:
    """The counts of every stream, hour by hour, without the calls themselves."""
    numbers = np.arange(hour_number(start), hour_number(end))
    for hour, mean in zip(numbers, expected(streams(estate), numbers), strict=True):
        yield draw(mean, int(hour))[1]


def _rate(stream: Stream, hours: Hours) -> npt.NDArray[np.float64]:
    loop, deployment = stream.loop, stream.placed.deployment
    if loop is not None:
        lasts = (hours >= hour_number(loop.start)) & (hours < hour_number(loop.end))
        return np.where(lasts, loop.rate, 0.0)
    local = hours + stream.placed.account.ahead - _A_MONDAY
    weekend = np.where(local % _WEEK < 5 * _DAY, 1.0, deployment.weekend)
    measured = rhythm()[deployment.rhythm][local % FORTNIGHT]
    return deployment.rate * _growth(hours) * _ramp(deployment, hours) * weekend * measured


def _growth(hours: Hours) -> npt.NDArray[np.float64]:
    """The whole estate's size, from 0 to 1: slow, fast, slow again."""
    return 1 / (1 + np.exp((hour_number(_HALF_GROWN) - hours) / _GROWTH_HOURS))


def _ramp(deployment: Deployment, hours: Hours) -> npt.NDArray[np.float64]:
    up = (hours - hour_number(deployment.valid_from) + _DAY) / _RAMP
    ramp = np.where(hours < hour_number(deployment.valid_from), 0.0, np.minimum(up, 1.0))
    if deployment.valid_to is None:
        return ramp
    down = (hour_number(deployment.valid_to) - hours) / _RAMP
    return ramp * np.clip(down, 0.0, 1.0)
