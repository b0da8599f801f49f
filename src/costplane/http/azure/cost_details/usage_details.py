"""`usageDetails` and `marketplaces`: the rows of cost details as lists (contract.md section 12)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from starlette.responses import Response

from costplane.app.cost_details.reader import DetailPage, Position
from costplane.app.cost_details.selection import Metric, Selection
from costplane.core.period import month_start
from costplane.errors import InvalidInput
from costplane.http.answers import json_answer
from costplane.http.azure.cost_details.detail_shapes import marketplace, usage_detail
from costplane.http.azure.cost_details.usage_filter import row_conditions
from costplane.http.azure.protocol.operation import CONSUMPTION, READ, Call, Operation
from costplane.http.azure.protocol.pages import Paging, paging

MOST_ROWS = 5_000
"""Rows of a page at most; Azure's are 1,000 unless `$top` says otherwise."""

_USUAL_ROWS = 1_000
_METRICS: dict[str, Metric] = {
    "actualcost": "ActualCost",
    "amortizedcost": "AmortizedCost",
    "usage": "Usage",
}
_EXPANDED = ("meterdetails", "additionalinfo")

Shape = Callable[[Mapping[str, Any]], dict[str, object]]


def list_usage_details(call: Call) -> Response:
    """GET: what was used and bought, a row a day; this billing period unless days are told."""
    expanded = _expanded(call.options.get("$expand"))
    return _answer(
        call,
        _metric(call.options.get("metric")),
        None,
        lambda row: usage_detail(call.address, row, expanded),
    )


def list_marketplaces(call: Call) -> Response:
    """GET: what was bought through the Marketplace, as usage details have it."""
    today = call.services.workspace.now().date()
    return _answer(
        call, "ActualCost", "Marketplace", lambda row: marketplace(call.address, row, today)
    )


def _answer(call: Call, metric: Metric, publisher_type: str | None, shape: Shape) -> Response:
    asked = paging(call, MOST_ROWS)
    size = asked.size if "$top" in call.options else _USUAL_ROWS
    conditions, dated = row_conditions(call.options.get("$filter"))
    month = None if dated else month_start(asked.now)
    selection = Selection(
        call.services.workspace.cost_details.scopes(call.scope, call.visible),
        metric,
        month=call.billing_period.start if call.billing_period else month,
        publisher_type=publisher_type,
    )
    page = call.services.workspace.cost_details.page(selection, conditions, size, _position(asked))
    return json_answer({"value": [shape(row) for row in page.rows], "nextLink": _link(asked, page)})


def _position(asked: Paging) -> Position | None:
    """Where the page starts; its id is `day/id of the last row`."""
    if not asked.place.last:
        return None
    day, _, row_id = asked.place.last.partition("/")
    try:
        return Position(dict(asked.versions or {}), date.fromisoformat(day), row_id)
    except ValueError:
        raise InvalidInput(
            "The $skiptoken is damaged; take nextLink as it was given", target="$skiptoken"
        ) from None


def _link(asked: Paging, page: DetailPage) -> str | None:
    if page.next is None:
        return None
    last = f"{page.next.day.isoformat()}/{page.next.after}"
    return asked.link(last=last, versions=page.next.versions)


def _metric(text: str | None) -> Metric:
    if not text:
        return "ActualCost"
    found = _METRICS.get(text.lower())
    if found is None:
        raise InvalidInput(
            f"metric is '{text[:40]}'; use actualcost, amortizedcost or usage", target="metric"
        )
    return found


def _expanded(text: str | None) -> frozenset[str]:
    told = [part.strip().lower().removeprefix("properties/") for part in (text or "").split(",")]
    unknown = [part for part in told if part and part not in _EXPANDED]
    if unknown:
        raise InvalidInput(
            f"$expand takes properties/meterDetails and properties/additionalInfo, not "
            f"'{unknown[0][:60]}'",
            target="$expand",
        )
    return frozenset(told)


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "usage_details.list",
        "GET",
        CONSUMPTION,
        "usageDetails",
        READ,
        list_usage_details,
        billing_period="optional",
    ),
    Operation(
        "marketplaces.list",
        "GET",
        CONSUMPTION,
        "marketplaces",
        READ,
        list_marketplaces,
        billing_period="optional",
    ),
)
