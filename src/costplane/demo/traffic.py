"""The demo's calls as usage events, hour by hour.

Each hour is drawn from a fixed seed and its own number (arrivals.py); everything after the
draw is done for a month at once. Which call, user, tags and ending an event has comes from
seven chances a call, so that the hours stay independent of each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from costplane.core import tags
from costplane.core.period import next_month
from costplane.core.tables import EVENTS
from costplane.demo.arrivals import (
    Hours,
    Stream,
    draw,
    expected,
    hour_instant,
    hour_number,
    streams,
)
from costplane.demo.calls import Calls, Chances, draw_calls, quantities
from costplane.demo.estate import estate, subscription_id
from costplane.demo.outcomes import OUTCOMES, end
from costplane.demo.samples import Counts

_CHANCES = 8
_HOUR_US = 3_600_000_000
_ROOM = 1_000_000
"""More calls than any hour has."""
_SESSIONS_A_DAY = 3


def hours(start: datetime, end: datetime) -> Iterator[pa.Table]:
    """The events of the hours from `start` up to, not including, `end`, a table a UTC month.

    Tables have the schema core.tables.EVENTS. Both bounds are full hours.
    """
    while start < end:
        upto = min(end, next_month(start))
        yield _events(np.arange(hour_number(start), hour_number(upto)))
        start = upto


def _events(numbers: Hours) -> pa.Table:
    """The events of some hours in a row: hour by hour, and in it stream by stream."""
    of = _streams()
    counts, chances = _draw(numbers, expected(of, numbers))
    hour = np.repeat(numbers, counts.sum(axis=1))
    stream = np.repeat(np.tile(np.arange(len(of)), len(numbers)), counts.ravel())
    throttled = np.array([s.placed.deployment.throttled for s in of])[stream]
    outcome = end(chances[1], throttled)
    calls = draw_calls(of, stream, outcome, chances[2], chances[3])
    columns = {
        **_identity(hour, counts),
        "time": pa.array(hour * _HOUR_US + np.floor(chances[0] * _HOUR_US).astype(np.int64)),
        **_facts(of, stream),
        **_ending(of, calls, chances[4]),
        **_caller(of, stream, hour, chances[5:]),
        **quantities(estate(), of, calls),
    }
    return _table(columns, len(hour))


@cache
def _streams() -> tuple[Stream, ...]:
    return streams(estate())


def _draw(numbers: Hours, mean: npt.NDArray[np.float64]) -> tuple[Counts, Chances]:
    """The counts of each hour and stream, and the chances of each call (a row a chance)."""
    counts = np.zeros(mean.shape, dtype=np.int64)
    chances = []
    for place, number in enumerate(numbers):
        generator, counts[place] = draw(mean[place], int(number))
        chances.append(generator.random((counts[place].sum(), _CHANCES)))
    return counts, np.concatenate(chances).T.copy()


def _identity(hour: Hours, counts: Counts) -> dict[str, pa.Array]:
    """An id is the hour, as YYYYMMDDHH, and the call's number in it: unique in every source."""
    totals = counts.sum(axis=1)
    within = np.arange(len(hour)) - np.repeat(np.cumsum(totals) - totals, totals)
    named = {number: int(f"{hour_instant(number):%Y%m%d%H}") for number in np.unique(hour)}
    name = np.repeat(np.array(list(named.values()), dtype=np.int64), totals[totals > 0])
    return {"id": pc.cast(pa.array(name * _ROOM + within), pa.string())}


def _facts(of: Sequence[Stream], stream: Counts) -> dict[str, pa.Array]:
    """What stands the same on every call to a deployment."""
    models = [estate().models[s.placed.deployment.model] for s in of]
    facts: dict[str, list[str]] = {
        "source": [f"gateway/{s.placed.account_name}" for s in of],
        "subscription_id": [subscription_id(s.placed.group) for s in of],
        "resource_group": [s.placed.group for s in of],
        "resource_id": [s.placed.resource_id.lower() for s in of],
        "deployment": [s.placed.name for s in of],
        "model": [s.placed.deployment.model for s in of],
        "model_version": [model.version for model in models],
        "provider": [model.provider for model in models],
        "deployment_type": [s.placed.deployment.type for s in of],
        "region": [s.placed.account.region for s in of],
        "operation": [model.operation for model in models],
    }
    return {name: _pick(values, stream) for name, values in facts.items()}


def _ending(of: Sequence[Stream], calls: Calls, chance: Chances) -> dict[str, pa.Array]:
    """Status and reason of each call, and whether the gateway's cache answered it."""
    hits = np.array([s.placed.deployment.gateway_hits for s in of])[calls.stream]
    models = [estate().models[s.placed.deployment.model] for s in of]
    chat = np.array([model.operation == "chat" for model in models])[calls.stream]
    outcome = calls.outcome
    status = np.array([o.http_status for o in OUTCOMES], dtype=np.int32)[outcome]
    return {
        "http_status": pa.array(status),
        "error_code": _pick([o.error_code for o in OUTCOMES], outcome),
        "finish_reason": _where(chat, _pick([o.finish_reason for o in OUTCOMES], outcome)),
        "gateway_cache_hit": pa.array((chance < hits) & (status == 200)),
    }


def _caller(
    of: Sequence[Stream], stream: Counts, hour: Hours, chances: Chances
) -> dict[str, pa.Array]:
    """Tags, user and session of each call. Users are pseudonyms; programs have none."""
    user, people = _user(of, stream, chances[1])
    slot = np.floor(chances[2] * _SESSIONS_A_DAY).astype(np.int64)
    session = (user * 100_000 + hour // 24) * 10 + slot
    names = [f"u-{number:05d}" for number in range(_population(of)[-1] + 1)]
    return {
        "tags": _tags(of, stream, chances[0]),
        "user": _where(people, _pick(names, user)),
        "session": _where(people, _joined("s-", pc.cast(pa.array(session), pa.string()))),
    }


def _user(
    of: Sequence[Stream], stream: Counts, chance: Chances
) -> tuple[Counts, npt.NDArray[np.bool_]]:
    """The number of each call's user, a few of them calling most, and whether it has one."""
    first = _population(of)[stream]
    size = np.array([s.placed.account.users for s in of])[stream]
    loop = np.array([s.loop is not None for s in of])[stream]
    user = first + np.where(loop, 0, np.floor(chance * chance * size).astype(np.int64))
    return user, ~np.array([s.placed.deployment.service for s in of])[stream]


def _population(of: Sequence[Stream]) -> Counts:
    """Number of the first user of each stream's account, and the number of users in all."""
    first: dict[str, int] = {}
    total = 0
    for s in of:
        if s.placed.account_name not in first:
            first[s.placed.account_name] = total
            total += s.placed.account.users
    return np.array([*(first[s.placed.account_name] for s in of), total])


def _tags(of: Sequence[Stream], stream: Counts, chance: Chances) -> pa.Array:
    """The tags that callers put on their calls: each caller half as often as the one before."""
    texts = [[tags.canonical(caller) for caller in s.placed.deployment.callers] for s in of]
    known = sorted({text for row in texts for text in row})
    last = np.array([len(row) - 1 for row in texts])[stream]
    widest = max(map(len, texts))
    caller = np.searchsorted(1 - 0.5 ** np.arange(1, widest), chance, side="right")
    place = np.zeros((len(of), widest), dtype=np.int64)
    for number, row in enumerate(texts):
        place[number, : len(row)] = [known.index(text) for text in row]
    return _pick(known, place[stream, np.minimum(caller, last)])


def _pick(values: Sequence[str | None], places: Counts) -> pa.Array:
    return pc.take(pa.array(values, pa.string()), pa.array(places))


def _where(marks: npt.NDArray[np.bool_], values: pa.Array) -> pa.Array:
    return pc.if_else(pa.array(marks), values, pa.scalar(None, pa.string()))


def _joined(prefix: str, values: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(pa.scalar(prefix), values, pa.scalar(""))


def _table(columns: dict[str, pa.Array], size: int) -> pa.Table:
    """`columns` under the schema of events; what is not among them is unknown or untrue."""
    blank = {"estimated": pa.array(np.zeros(size, dtype=np.bool_))}
    given = blank | columns
    arrays = [
        given[field.name].cast(field.type) if field.name in given else pa.nulls(size, field.type)
        for field in EVENTS
    ]
    return pa.Table.from_arrays(arrays, schema=EVENTS)
