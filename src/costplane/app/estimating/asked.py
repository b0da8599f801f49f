"""A plan as JSON: the fields of a workload file, what to compare with, whose prices hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from costplane.app.estimating.fields import price_instant
from costplane.app.estimating.workload import Plan
from costplane.app.estimating.workload_file import plan_of
from costplane.errors import InvalidInput

MOST_WORKLOADS = 100
_MOST_MODELS = 20
_OWN = ("compare", "prices_at")
_DOCUMENT = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)


@dataclass(frozen=True, slots=True)
class AskedEstimate:
    """A plan; the instant whose prices hold for every month, None where each has its own; and
    whether it is compared with other ways to serve it."""

    plan: Plan
    priced_at: datetime | None
    compares: bool


def parse_asked(body: bytes, now: datetime) -> AskedEstimate:
    """The plan in a JSON body. Raises InvalidInput naming workload and field.

    Texts are no field here: their paths would be read where the server runs.
    """
    try:
        document = _DOCUMENT.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as fault:
        raise InvalidInput(f"The body is no JSON object: {fault}", target="body") from None
    fields = {name: value for name, value in document.items() if name not in _OWN}
    _check(fields)
    plan = plan_of(fields, "estimate", Path(), now.date().replace(day=1))
    if len(plan.compare_models) > _MOST_MODELS:
        raise InvalidInput(f"compare with {_MOST_MODELS} models at most", target="compare_models")
    told = document.get("compare")
    if told not in (None, True, False):
        raise InvalidInput("compare is true or false", target="compare")
    compares = bool(told or plan.compare_models)
    day = document.get("prices_at")
    priced_at = price_instant(None if day is None else str(day), now, "prices_at")
    return AskedEstimate(plan, priced_at, compares)


def _check(fields: dict[str, Any]) -> None:
    workloads = fields.get("workloads")
    if isinstance(workloads, list) and not 1 <= len(workloads) <= MOST_WORKLOADS:
        raise InvalidInput(f"send 1 to {MOST_WORKLOADS} workloads", target="workloads")
    for part in (fields, *(workloads if isinstance(workloads, list) else ())):
        if isinstance(part, dict) and part.get("text"):
            raise InvalidInput(
                "text names files and is for workload files alone; send input_tokens", target="text"
            )
        if isinstance(part, dict) and not isinstance(part.get("images") or [], list):
            raise InvalidInput("images is a list", target="images")
