"""`dimensions`: what costs can be grouped and filtered by, and the values (contract.md 3)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from costplane.analysis.dimensions import Dimension
from costplane.core.period import DAY, Period
from costplane.errors import InvalidInput
from costplane.http.answers import json_answer
from costplane.http.azure.protocol.odata import Comparison, parse_filter
from costplane.http.azure.protocol.operation import COST, EXTERNAL, READ, Call, Operation
from costplane.http.azure.protocol.pages import page_size
from costplane.http.ranges import days, parse_day

VALUES_IN_A_PAGE = 1_000

_OPERATORS = {
    "category": ("eq",),
    "usagestart": ("eq", "ge", "gt"),
    "usageend": ("eq", "le", "lt"),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a call asks: one category or all, the period, and the values to show of each."""

    category: str | None
    period: Period
    expanded: bool
    offset: int
    most: int


def list_dimensions(call: Call) -> Response:
    """GET: every dimension of the scope, with its values when `$expand=properties/data`."""
    workspace = call.services.workspace
    wish = _wish(call)
    known = workspace.dimensions(call.scope, call.visible).dimensions
    chosen = [item for item in known if wish.category is None or _is_named(item, wish.category)]
    if not chosen:
        raise InvalidInput(
            f"there is no dimension '{wish.category}'; there are "
            + ", ".join(dimension.name for dimension in known),
            target="$filter",
        )
    return json_answer({"value": [_item(call, wish, item.name, item.label) for item in chosen]})


def _is_named(dimension: Dimension, name: str) -> bool:
    return name.lower() in (dimension.name.lower(), *map(str.lower, dimension.aliases))


def _item(call: Call, wish: Wish, name: str, label: str) -> dict[str, object]:
    values: Sequence[str] = ()
    if wish.expanded:
        found = call.services.workspace.dimension_values(
            call.scope, name, wish.period, call.visible, call.looker
        )
        # A value has an entry a currency.
        values = list(dict.fromkeys(value.value for value in found))
    shown = list(values[wish.offset : wish.offset + wish.most])
    first, last = wish.period.start, wish.period.end - DAY
    own = f"dimensions_{name}_{first.date()}_{last.date()}_{wish.most}"
    more = len(values) > wish.offset + wish.most
    return {
        "id": f"{call.address}/providers/Microsoft.CostManagement/{own}".lstrip("/"),
        "name": own,
        "type": "Microsoft.CostManagement/dimensions",
        "properties": {
            "data": shown,
            "total": len(values),
            "category": name,
            "usageStart": first,
            "usageEnd": last,
            "description": label,
            "filterEnabled": True,
            "groupingEnabled": True,
            "nextLink": _next_link(call, wish, name) if more else None,
        },
    }


def _wish(call: Call) -> Wish:
    told = call.options.get("$filter")
    comparisons = parse_filter(told) if told else ()
    bounds: dict[str, date] = {}
    category: str | None = None
    for comparison in comparisons:
        _check(comparison)
        if comparison.property == "category":
            category = comparison.value
        else:
            bounds[comparison.property] = _bound(comparison)
    now = call.services.workspace.now()
    period = days(bounds.get("usagestart"), bounds.get("usageend"), now)
    expanded = call.options.get("$expand", "").lower() == "properties/data"
    most = page_size(call.options.get("$top")) or VALUES_IN_A_PAGE
    return Wish(category, period, expanded, _offset(call.options.get("$skiptoken")), most)


def _check(comparison: Comparison) -> None:
    allowed = _OPERATORS.get(comparison.property)
    if allowed is None or comparison.operator not in allowed:
        raise InvalidInput(
            "$filter takes properties/category eq, properties/usageStart ge and "
            f"properties/usageEnd le, not '{comparison.property} {comparison.operator}'",
            target="$filter",
        )


def _bound(comparison: Comparison) -> date:
    """The first or last day that the comparison lets in."""
    day = parse_day(comparison.value, "$filter")
    if comparison.operator == "gt":
        return day + DAY
    return day - DAY if comparison.operator == "lt" else day


def _next_link(call: Call, wish: Wish, name: str) -> str:
    offset = base64.urlsafe_b64encode(str(wish.offset + wish.most).encode()).decode()
    last = (wish.period.end - DAY).date()
    condition = (
        f"properties/category eq '{name}' and properties/usageStart ge "
        f"'{wish.period.start.date()}' and properties/usageEnd le '{last}'"
    )
    url = call.request.url.include_query_params(
        **{"$filter": condition, "$top": wish.most, "$skiptoken": offset}
    )
    return str(url)


def _offset(token: str | None) -> int:
    if token is None:
        return 0
    try:
        text = base64.b64decode(token, altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    if not text.isdigit() or len(text) > 9:
        raise InvalidInput(
            "The $skiptoken is damaged; take nextLink as it was given", target="$skiptoken"
        )
    return int(text)


OPERATIONS = (
    Operation("dimensions.list", "GET", COST, "dimensions", READ, list_dimensions),
    Operation(
        "dimensions.by_external_cloud_provider_type",
        "GET",
        COST,
        f"{EXTERNAL}/dimensions",
        READ,
        list_dimensions,
        within=f"providers/{COST}/{EXTERNAL}",
    ),
)
