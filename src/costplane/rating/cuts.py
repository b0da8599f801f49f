"""Where buckets that are longer than hours must begin anew: where a rate changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from costplane.core.period import HOUR, hour_start
from costplane.rating.instants import microseconds
from costplane.rating.rates import Rate
from costplane.rating.statements import HOUR_US, Grain

DAY_US = 24 * HOUR_US
MOST_CUTS = 60
"""Every row is compared with each cut. Where there are more, hours are faster."""


def cut_at_changes(grain: Grain, found: Iterable[Rate], at_once: Collection[datetime]) -> Grain:
    """`grain`, whose last cut is the end of all usage, with cuts where rates change: at the
    instant of a change that holds `at_once`, at the next full hour after any other."""
    bounds = {bound for rate in found for bound in (rate.period.start, rate.period.end)}
    changes = {microseconds(_effective(bound, at_once)) for bound in bounds}
    within = {c for c in changes if grain.cuts[0] < c < grain.cuts[-1]}
    apart = {c for c in within if not grain.step or c % grain.step}
    return replace(grain, cuts=tuple(sorted({*grain.cuts, *apart})))


def _effective(change: datetime, at_once: Collection[datetime]) -> datetime:
    hour = hour_start(change)
    return change if change == hour or change in at_once else hour + HOUR
