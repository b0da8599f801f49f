"""A planned workload: how many calls, of what, to which model.

Averages are fractions: 40 % of 1,001 tokens cached is 400.4 a call, and the calls of a month
together have whole tokens (app/estimating/calls.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal

from costplane.core.quantities import BY_NAME
from costplane.errors import InvalidInput
from costplane.metering.tokens.images import Detail

CacheLifetime = Literal["", "5m", "30m", "1h", "12h"]
CACHE_LIFETIMES: tuple[CacheLifetime, ...] = ("", "5m", "30m", "1h", "12h")

_MOST_CALLS = 10**12
_MOST_TOKENS = 10**9
MOST_MONTHS = 120


@dataclass(frozen=True, slots=True)
class Traffic:
    """When calls come: how many on a weekday and on a day of the weekend, all in `hours` hours
    of the day. `peak` is the most in a minute; None: as many as the busier day has on average
    in these hours."""

    weekday: Fraction
    weekend: Fraction
    hours: Fraction = Fraction(24)
    peak: Fraction | None = None

    def __post_init__(self) -> None:
        for name, calls in (("weekday", self.weekday), ("weekend", self.weekend)):
            _within(f"calls_per_{name}", calls, 0, _MOST_CALLS)
        _within("hours_per_day", self.hours, 1, 24)
        if self.peak is not None:
            _within("peak_calls_per_minute", self.peak, 0, _MOST_CALLS)

    @property
    def busiest_minute(self) -> Fraction:
        """The most calls in a minute."""
        even = max(self.weekday, self.weekend) / self.hours / 60
        return even if self.peak is None else self.peak


@dataclass(frozen=True, slots=True)
class ImageInput:
    """Images of one size in a prompt; `count` may be a fraction where not every call has one."""

    width: int
    height: int
    detail: Detail = "auto"
    count: Fraction = Fraction(1)

    def __post_init__(self) -> None:
        _within("images.width", self.width, 1, 100_000)
        _within("images.height", self.height, 1, 100_000)
        _within("images.count", self.count, 0, 10_000)


@dataclass(frozen=True, slots=True)
class Shape:
    """What an average call has.

    `input_tokens` come on top of those of `texts` (path and content), and `cached_share` and
    `cache_write_share` are of both together. `reasoning_tokens` come on top of
    `output_tokens`. `further` are other quantities of the registry, such as images or pages.
    """

    input_tokens: Fraction = Fraction(0)
    texts: tuple[tuple[str, str], ...] = ()
    output_tokens: Fraction = Fraction(0)
    reasoning_tokens: Fraction = Fraction(0)
    cached_share: Fraction = Fraction(0)
    cache_write_share: Fraction = Fraction(0)
    cache_lifetime: CacheLifetime = ""
    images: tuple[ImageInput, ...] = ()
    audio_input_seconds: Fraction = Fraction(0)
    audio_output_seconds: Fraction = Fraction(0)
    further: tuple[tuple[str, Fraction], ...] = ()

    def __post_init__(self) -> None:
        for name in ("input_tokens", "output_tokens", "reasoning_tokens"):
            _within(name, getattr(self, name), 0, _MOST_TOKENS)
        for name in ("audio_input_seconds", "audio_output_seconds"):
            _within(name, getattr(self, name), 0, 10**6)
        for name in ("cached_share", "cache_write_share"):
            _within(name, getattr(self, name), 0, 1)
        if self.cached_share + self.cache_write_share > 1:
            raise InvalidInput(
                "cached_share and cache_write_share are more than the whole input together",
                target="cached_share",
            )
        _one_of("cache_lifetime", self.cache_lifetime, CACHE_LIFETIMES)
        for name, amount in self.further:
            _one_of("quantities", name, tuple(BY_NAME))
            _within(f"quantities.{name}", amount, 0, _MOST_TOKENS)


@dataclass(frozen=True, slots=True)
class Served:
    """Which model serves the calls, and how: as usage events tell it. None is not told."""

    model: str
    model_version: str | None = None
    deployment_type: str | None = "GlobalStandard"
    service_tier: str | None = None
    region: str | None = None
    provider: str = "azure"
    variant: str | None = None

    def __post_init__(self) -> None:
        if not self.model.strip():
            raise InvalidInput("model is missing; name one such as gpt-4.1", target="model")


@dataclass(frozen=True, slots=True)
class Workload:
    """Calls of one shape to one model, from the month `start` on for `months` months.

    `growth` is that of calls from each month to the next (0.03: three percent), `batch_share`
    the part of the calls that is sent as batch. `scope` is who pays: its own prices count, and
    it is billed in `currency`; None is what its agreement says.
    """

    name: str
    served: Served
    traffic: Traffic
    shape: Shape
    start: date
    months: int = 1
    growth: Fraction = Fraction(0)
    batch_share: Fraction = Fraction(0)
    scope: str = "/"
    currency: str | None = None

    def __post_init__(self) -> None:
        _within("months", self.months, 1, MOST_MONTHS)
        _within("batch_share", self.batch_share, 0, 1)
        _within("growth_per_month", self.growth, -1, 10)
        if self.currency is not None and not re.fullmatch("[A-Z]{3}", self.currency):
            raise InvalidInput(
                f"currency is {self.currency!r}; give an ISO 4217 code such as USD",
                target="currency",
            )
        if self.start.day != 1:
            raise InvalidInput(f"start is {self.start}; months start on day 1", target="start")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is estimated: workloads under a name, and what to compare them with."""

    name: str
    workloads: tuple[Workload, ...]
    compare_models: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        names = [workload.name for workload in self.workloads]
        if not names:
            raise InvalidInput("workloads: give one at least", target="workloads")
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise InvalidInput(f"two workloads are named {twice!r}", target="workloads.name")


def _within(name: str, value: Fraction | int, least: int, most: int) -> None:
    if not least <= value <= most:
        shown = f"{float(value):g}"
        raise InvalidInput(f"{name} is {shown}; give {least} to {most:,}", target=name)


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        known = ", ".join(word for word in allowed if word)
        raise InvalidInput(f"{name} is {value!r}; use one of {known}", target=name)
