"""The demo's provisioned throughput: a deployment with a history of units, a reservation that it
uses in part, and calls, some of which spill over to pay-as-you-go.

It stands in a subscription of its own, so that what the Enterprise Agreement pays stays the same.
Each hour's calls come from the hour and a fixed seed alone, as those of the estate do.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from costplane.app.workspace import Workspace
from costplane.catalog.model import (
    BEGINNING,
    Deployment,
    Resource,
    ResourceGroup,
)
from costplane.catalog.ports import CatalogWriter
from costplane.catalog.reservations import Reservation
from costplane.core import tags
from costplane.core.period import Period, months_later, next_month
from costplane.core.tables import EVENTS
from costplane.demo.arrivals import SEED, hour_instant, hour_number
from costplane.demo.estate import ACCOUNT_TYPE

SUBSCRIPTION_ID = "d3a0c057-0000-4000-8000-000000000002"
BILLING_ACCOUNT_ID = (
    "d3a0c057-0000-4000-8000-0000000000ba:d3a0c057-0000-4000-8000-0000000000bb_2019-05-31"
)
"""The Microsoft Customer Agreement that pays for the subscription."""
ORDER_ID = "d3a0c057-0000-4000-8000-0000000000c1"
RESERVATION_ID = "d3a0c057-0000-4000-8000-0000000000c2"
GROUP = "rg-contact-centre"
REGION = "swedencentral"
RESOURCE_ID = (
    f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/{GROUP}/providers/{ACCOUNT_TYPE}"
    "/aoai-contact-swc"
)
DEPLOYMENT, OVERFLOW = "agent-assist", "agent-assist-overflow"
MODEL, VERSION = "gpt-5.4", "2026-03-05"
START = datetime(2026, 9, 14, 8, 30, tzinfo=UTC)
UNITS = (
    (START, 25),
    (datetime(2026, 10, 12, 16, tzinfo=UTC), 15),
    (datetime(2026, 11, 9, 7, 15, tzinfo=UTC), 30),
)
"""The deployment's units, from when on."""
RESERVED_FROM = datetime(2026, 9, 21, 9, tzinfo=UTC)
RESERVED_UNITS = 20

_TAGS = {"application": "contact-centre", "environment": "production", "cost-centre": "CC-2400"}
_TEAMS = ({"team": "contact-emea"}, {"team": "contact-apac"}, {"team": "quality"})
_SHARES = np.array([0.55, 0.85, 1.0])
"""Of calls, up to which chance each team makes them."""
_BUSY, _QUIET = 45.0, 5.0
"""Calls an hour on working days from 7 to 17 o'clock UTC, and at other times."""
_SPILLED = 0.06
"""Of the calls of a busy hour, the share for which there was no room."""
_ROOM = 1_000_000
_HOUR_US = 3_600_000_000
_CHANCES = 6


def put_contact_centre(catalog: CatalogWriter) -> None:
    """Puts what the calls stand on, in the subscription of the Customer Agreement."""
    group = ResourceGroup(SUBSCRIPTION_ID, GROUP)
    catalog.put_resource_group(group)
    catalog.put_tags(group.id, _TAGS, BEGINNING)
    catalog.put_resource(Resource(RESOURCE_ID, "aoai-contact-swc", REGION, "OpenAI", "S0"))


def put_provisioned(workspace: Workspace) -> None:
    """Puts the deployments, their units over time and the reservation, and settles the hours:
    once the calls are there, so that each hour is posted once."""
    workspace.catalog.put_deployment(*_deployments())
    workspace.catalog.put_reservation(reservation())
    workspace.settle()


def _deployments() -> Iterator[Deployment]:
    for since, units in UNITS:
        kind = "GlobalProvisionedManaged"
        yield Deployment(RESOURCE_ID, DEPLOYMENT, MODEL, VERSION, kind, units, since)
    yield Deployment(RESOURCE_ID, OVERFLOW, MODEL, VERSION, "GlobalStandard", 250, START)


def reservation() -> Reservation:
    """The reservation, paid by the month."""
    return Reservation(
        id=RESERVATION_ID,
        order_id=ORDER_ID,
        name="provisioned-throughput-swc",
        deployment_scope="Global",
        region=REGION,
        units=RESERVED_UNITS,
        term="P1Y",
        billing_plan="Monthly",
        valid_from=RESERVED_FROM,
        valid_to=months_later(RESERVED_FROM, 12),
        billing_account_id=BILLING_ACCOUNT_ID,
        billing_subscription=SUBSCRIPTION_ID,
    )


def provisioned_hours(start: datetime, end: datetime) -> Iterator[pa.Table]:
    """The events of the hours from `start` up to, not including, `end`, a table a UTC month."""
    start = max(start, hour_instant(hour_number(START) + 1))
    while start < end:
        upto = min(end, next_month(start))
        yield _events(Period(start, upto))
        start = upto


def _events(period: Period) -> pa.Table:
    numbers = np.arange(hour_number(period.start), hour_number(period.end))
    drawn = [_draw(int(number)) for number in numbers]
    counts = np.array([len(chances) for chances in drawn])
    hour, chance = np.repeat(numbers, counts), np.concatenate(drawn).T
    place = np.arange(len(hour)) - np.repeat(np.cumsum(counts) - counts, counts)
    spilled = (chance[0] < _SPILLED) & np.repeat(counts > _BUSY * 0.8, counts)
    columns = {
        **_facts(spilled),
        "id": pa.array([f"{n}" for n in hour * _ROOM + place]),
        "time": pa.array(hour * _HOUR_US + np.floor(chance[1] * _HOUR_US).astype(np.int64)),
        "tags": _pick([tags.canonical(t) for t in _TEAMS], np.searchsorted(_SHARES, chance[2])),
        **_counts(chance[3:]),
    }
    size = len(hour)
    arrays = [
        columns[f.name].cast(f.type) if f.name in columns else pa.nulls(size, f.type)
        for f in EVENTS
    ]
    return pa.Table.from_arrays(arrays, schema=EVENTS)


def _draw(number: int) -> npt.NDArray[np.float64]:
    """The chances of an hour's calls, a row a call."""
    generator = np.random.Generator(np.random.PCG64([SEED, number, 2]))
    instant = hour_instant(number)
    busy = instant.weekday() < 5 and 7 <= instant.hour < 17
    return generator.random((generator.poisson(_BUSY if busy else _QUIET), _CHANCES))


def _facts(spilled: npt.NDArray[np.bool_]) -> dict[str, pa.Array]:
    size = len(spilled)
    same = {
        "source": "gateway/contact",
        "subscription_id": SUBSCRIPTION_ID,
        "resource_group": GROUP,
        "resource_id": RESOURCE_ID.lower(),
        "model": MODEL,
        "model_version": VERSION,
        "provider": "azure.ai.openai",
        "region": REGION,
        "operation": "chat",
        "finish_reason": "stop",
    }
    return {
        **{name: pa.repeat(pa.scalar(value), size) for name, value in same.items()},
        "deployment": _pick([DEPLOYMENT, OVERFLOW], spilled.astype(np.int64)),
        "deployment_type": _pick(
            ["GlobalProvisionedManaged", "GlobalStandard"], spilled.astype(np.int64)
        ),
        "spillover_from": pa.array(np.repeat(DEPLOYMENT, size), mask=~spilled),
        "http_status": pa.repeat(pa.scalar(200, pa.int32()), size),
        "gateway_cache_hit": pa.repeat(pa.scalar(False), size),
        "estimated": pa.repeat(pa.scalar(False), size),
    }


def _counts(chance: npt.NDArray[np.float64]) -> dict[str, pa.Array]:
    """Long prompts, of which a part is cached, and short answers."""
    prompt = np.floor(8_000 + 24_000 * chance[0]).astype(np.int64)
    cached = np.floor(prompt * 0.6 * chance[1]).astype(np.int64)
    answer = np.floor(400 + 1_600 * chance[2]).astype(np.int64)
    return {
        "input_text": pa.array(prompt - cached),
        "input_text_cached": pa.array(cached),
        "output_text": pa.array(answer),
    }


def _pick(values: list[str], place: npt.NDArray[np.int64]) -> pa.Array:
    return pa.array(values).take(pa.array(place))
