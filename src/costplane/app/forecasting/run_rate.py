"""A weekday-seasonal run rate: what each coming day will cost, and how sure that is.

The level is an exponentially weighted mean of the days, each seen through its weekday's share of a
week; the half-life of the weights is the one that would have foretold the past best, a day ahead.
The errors made then tell how far off a sum of coming days may be: the level moves by a part of
each day's error, so that the errors of coming days go together (simple exponential smoothing as a
state-space model). Floats are at home here: a forecast is no amount.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

FEWEST_DAYS = 7
"""Days of history without which nothing is foretold."""

LONGEST_HISTORY = 91
"""Days of history that count: three months."""

CONFIDENCE = 0.8
_DEVIATIONS = 1.2815515655446004
"""Standard deviations to each side that hold 80 percent of a normal distribution."""

_HALF_LIVES = (4.0, 7.0, 14.0, 28.0)
_WEEK = 7
_FEWEST_SEASONAL = 14


@dataclass(frozen=True, slots=True)
class Estimate:
    """A sum of coming days: what is expected, and the range that holds it in four cases of five."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RunRate:
    """A fitted model. `level` is the cost of a mean day; `weekdays` are the factors of Monday to
    Sunday, 1 on average; `gain` is the part of an error that moves the level; `deviation` is the
    standard deviation of a day's error before its weekday's factor; `first` is the weekday of the
    first coming day."""

    level: float
    weekdays: tuple[float, ...]
    gain: float
    deviation: float
    first: int

    def total(self, days: Collection[int]) -> Estimate:
        """The sum of some coming days; 0 is the day after the history's last."""
        factors = {day: self._factor(day) for day in days}
        mean = self.level * sum(factors.values())
        spread = _DEVIATIONS * self.deviation * sqrt(self._variance(factors))
        # Costs are seldom negative; a level that is says that credits outweigh charges.
        low = mean - spread if mean < 0 else max(mean - spread, 0.0)
        return Estimate(mean, low, mean + spread)

    def _factor(self, day: int) -> float:
        return self.weekdays[(self.first + day) % _WEEK]

    def _variance(self, factors: Mapping[int, float]) -> float:
        """Of the sum, in units of a day's error: the error of a day counts itself, and by the gain
        in every later day that is summed."""
        if not factors:
            return 0.0
        later = variance = 0.0
        for day in range(max(factors), min(factors) - 1, -1):
            counted = factors.get(day, 0.0)
            variance += (counted + self.gain * self._factor(day) * later) ** 2
            later += counted
        return variance + (self.gain * later) ** 2 * self._squares(min(factors))

    def _squares(self, days: int) -> float:
        """The sum of the squared factors of the first `days` days."""
        weeks, rest = divmod(days, _WEEK)
        week = sum(factor**2 for factor in self.weekdays)
        return weeks * week + sum(self._factor(day) ** 2 for day in range(rest))


def fit(history: Sequence[float], weekday: int) -> RunRate | None:
    """The model of daily costs, the last of them yesterday's; `weekday` is that of the day after
    (Monday 0). Days before the first cost do not count. None for less than FEWEST_DAYS."""
    known = _since_first(history)[-LONGEST_HISTORY:]
    if len(known) < FEWEST_DAYS:
        return None
    start = (weekday - len(known)) % _WEEK
    factors = _weekdays(known, start)
    seen = [factors[(start + day) % _WEEK] for day in range(len(known))]
    half_life = min(_HALF_LIVES, key=lambda life: _squared(_errors(known, seen, life)))
    errors = _errors(known, seen, half_life)
    return RunRate(
        level=_level(known, seen, half_life),
        weekdays=factors,
        gain=1 - 0.5 ** (1 / half_life),
        deviation=sqrt(_squared(errors) / max(len(errors), 1)),
        first=weekday,
    )


def _since_first(history: Sequence[float]) -> Sequence[float]:
    first = next((day for day, cost in enumerate(history) if cost), len(history))
    return history[first:]


def _weekdays(known: Sequence[float], start: int) -> tuple[float, ...]:
    """The factor of each weekday, drawn a little to 1: few weeks prove little."""
    mean = sum(known) / len(known)
    if len(known) < _FEWEST_SEASONAL or mean == 0:
        return (1.0,) * _WEEK
    sums, counts = [mean] * _WEEK, [1] * _WEEK
    for day, cost in enumerate(known):
        sums[(start + day) % _WEEK] += cost
        counts[(start + day) % _WEEK] += 1
    factors = [max(total / count / mean, 0.0) for total, count in zip(sums, counts, strict=True)]
    return tuple(factor * _WEEK / sum(factors) for factor in factors)


def _level(known: Sequence[float], seen: Sequence[float], half_life: float) -> float:
    """The mean day, recent ones weighing more; a weekday without cost tells nothing of it."""
    keep = 0.5 ** (1 / half_life)
    cost = share = 0.0
    for day, factor in zip(known, seen, strict=True):
        cost, share = cost * keep + day, share * keep + factor
    return cost / share if share else 0.0


def _errors(known: Sequence[float], seen: Sequence[float], half_life: float) -> list[float]:
    """Of each day foretold from those before it, by the level: the first week is given."""
    keep = 0.5 ** (1 / half_life)
    cost = share = 0.0
    errors = []
    for number, (day, factor) in enumerate(zip(known, seen, strict=True)):
        if number >= min(_WEEK, len(known) - 1) and share and factor:
            errors.append((day - cost / share * factor) / max(factor, 0.1))
        cost, share = cost * keep + day, share * keep + factor
    return errors


def _squared(errors: Sequence[float]) -> float:
    return sum(error * error for error in errors)
