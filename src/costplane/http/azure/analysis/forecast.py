"""`forecast`: what was spent, and what is expected (contract.md section 2).

Azure's columns; beside them `properties.ranges` has, for each row, the range of every foretold sum
that holds it in four cases of five.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import date

from starlette.responses import Response

from costplane.analysis.body import member
from costplane.analysis.definition import DATE_COLUMNS
from costplane.app.forecasting.definition import ForecastDefinition
from costplane.app.forecasting.forecasting import Forecast, ForecastRow
from costplane.app.forecasting.run_rate import CONFIDENCE
from costplane.errors import InvalidQuery
from costplane.http.answers import json_answer
from costplane.http.azure.analysis.forecast_order import in_order
from costplane.http.azure.protocol.odata import Comparison, parse_filter
from costplane.http.azure.protocol.operation import (
    COST,
    EXTERNAL,
    READ,
    Call,
    Operation,
)
from costplane.http.ranges import parse_day


def usage(call: Call) -> Response:
    """POST: the forecast of a definition."""
    body = call.body() if call.content.strip() else {}
    grained = _grained(call, body)
    asked, found = call.services.workspace.forecast(call.scope, grained, call.visible, call.looker)
    daily = asked.query.granularity == "Daily"
    found = replace(found, rows=tuple(_filtered(call, found.rows, daily=daily)))
    return json_answer(_result(call, asked, found, body))


def _result(
    call: Call, asked: ForecastDefinition, found: Forecast, body: dict[str, object]
) -> dict[str, object]:
    name = str(uuid.uuid4())
    columns = _columns(asked)
    rows = in_order(found.rows, body, columns)
    return {
        "id": f"{call.address}/providers/{COST}/query/{name}".lstrip("/"),
        "name": name,
        "type": f"{COST}/query",
        "location": None,
        "sku": None,
        "eTag": None,
        "properties": {
            "nextLink": None,
            "columns": [{"name": column, "type": type_} for column, type_ in columns],
            "rows": [_row(asked, row) for row in rows],
            "ranges": [row.ranges for row in rows],
            "confidence": CONFIDENCE,
            "unavailable": found.unavailable,
            "total": len(rows),
            "unpriced": [asdict(u) | {"quantities": dict(u.quantities)} for u in found.unpriced],
        },
    }


def _columns(asked: ForecastDefinition) -> list[tuple[str, str]]:
    granularity = asked.query.granularity
    date_type = "Number" if granularity == "Daily" else "Datetime"
    return [
        *((aggregation.name, "Number") for aggregation in asked.query.aggregations),
        *([(DATE_COLUMNS[granularity], date_type)] if granularity in DATE_COLUMNS else []),
        ("CostStatus", "String"),
        ("Currency", "String"),
    ]


def _row(asked: ForecastDefinition, row: ForecastRow) -> list[object]:
    return [*row.amounts, *_date(asked, row.day), row.status, row.currency]


def _date(asked: ForecastDefinition, day: date | None) -> Sequence[object]:
    if day is None:
        return ()
    return (int(f"{day:%Y%m%d}") if asked.query.granularity == "Daily" else f"{day}T00:00:00",)


def _grained(call: Call, body: dict[str, object]) -> dict[str, object]:
    """The body with the granularity that `$filter` asks for."""
    grains = [part.value for part in _comparisons(call) if part.property == "grain"]
    dataset = member(body, "dataset", "dataset")
    if not grains or not isinstance(dataset, dict):
        return body
    kept = {name: value for name, value in dataset.items() if name.lower() != "granularity"}
    others = {name: value for name, value in body.items() if name.lower() != "dataset"}
    return others | {"dataset": kept | {"granularity": grains[-1]}}


def _filtered(call: Call, rows: Iterable[ForecastRow], *, daily: bool) -> list[ForecastRow]:
    """The rows that `$filter` lets in, by day and by status."""
    tests = [part for part in _comparisons(call) if part.property != "grain"]
    if not daily and any(part.property == "usagedate" for part in tests):
        raise InvalidQuery(
            "$filter by properties/usageDate needs the granularity Daily; ask for it, or narrow "
            "timePeriod",
            target="$filter",
        )
    return [row for row in rows if all(_lets_in(part, row) for part in tests)]


def _lets_in(part: Comparison, row: ForecastRow) -> bool:
    if part.property == "chargetype":
        return row.status.lower() == part.value.lower()
    bound, day = parse_day(part.value, "$filter"), row.day
    return (
        day is None
        or {
            "eq": day == bound,
            "lt": day < bound,
            "gt": day > bound,
            "le": day <= bound,
            "ge": day >= bound,
        }[part.operator]
    )


def _comparisons(call: Call) -> tuple[Comparison, ...]:
    text = call.options.get("$filter")
    found = parse_filter(text) if text else ()
    for part in found:
        of_text = part.property in ("chargetype", "grain") and part.operator == "eq"
        if part.property != "usagedate" and not of_text:
            raise InvalidQuery(
                "$filter of a forecast takes properties/usageDate, properties/chargeType eq "
                f"'Actual' or 'Forecast' and properties/grain eq, not '{part.property}'",
                target="$filter",
            )
    return found


OPERATIONS = (
    Operation("forecast.usage", "POST", COST, "forecast", READ, usage),
    Operation(
        "forecast.external_cloud_provider_usage",
        "POST",
        COST,
        f"{EXTERNAL}/forecast",
        READ,
        usage,
        within=f"providers/{COST}/{EXTERNAL}",
    ),
)
