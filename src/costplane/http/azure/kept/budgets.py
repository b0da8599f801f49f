"""Budgets of both providers over one store (contract.md section 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial

from starlette.responses import Response

from costplane.app.arm.budget import KIND, Budget, Provider, budget_of, saved_text
from costplane.app.arm.documents import plain
from costplane.app.forecasting.budget_spend import budget_spend
from costplane.core.arm_resource import ArmResource
from costplane.errors import InvalidInput, NotFound
from costplane.http.answers import json_answer
from costplane.http.azure.kept import keeping
from costplane.http.azure.kept.named_persons import check_persons, concealed, names_persons
from costplane.http.azure.protocol.odata import parse_filter
from costplane.http.azure.protocol.operation import READ, WRITE, Call, Operation
from costplane.http.azure.protocol.pages import paged

MOST_BUDGETS = 100
"""Budgets of a page: each has its figures computed."""

_PROVIDERS: tuple[Provider, ...] = ("Microsoft.CostManagement", "Microsoft.Consumption")


def save(provider: Provider, call: Call) -> Response:
    """PUT: create or update."""
    body = keeping.told(call)
    workspace, told = call.services.workspace, keeping.properties(body)
    now = workspace.now()
    check_persons(call, told)
    saved, created = workspace.kept.save(
        keeping.place(call, KIND),
        call.names["budgetName"],
        lambda found: saved_text(told, found, call.scope.kind, provider, now),
        call.principal.name,
        keeping.versions(call, body),
    )
    return keeping.saved(_shown(provider, call, saved), created=created)


def get(provider: Provider, call: Call) -> Response:
    """GET: one budget."""
    return json_answer(_shown(provider, call, _found(provider, call)))


def every(provider: Provider, call: Call) -> Response:
    """GET: the budgets of the scope itself."""
    category = _category(call)
    found = call.services.workspace.kept.store.at(keeping.place(call, KIND))
    shown = [budget for budget in found if _is_of(provider, budget)]
    if category:
        shown = [budget for budget in shown if budget_of(budget).category.lower() == category]
    items = {str(_item(provider, call, budget)["id"]): budget for budget in shown}
    return paged(
        call,
        [{"id": id_} for id_ in items],
        MOST_BUDGETS,
        complete=lambda item: _shown(provider, call, items[str(item["id"])]),
    )


def remove(provider: Provider, call: Call) -> Response:
    """DELETE: end a budget."""
    found = _found(provider, call)
    return keeping.removed(call, keeping.place(call, KIND), found.name, no_content=False)


def _found(provider: Provider, call: Call) -> ArmResource:
    name = call.names["budgetName"]
    found = call.services.workspace.kept.get(keeping.place(call, KIND), name)
    if not _is_of(provider, found):
        raise NotFound(f"'{name[:80]}' is a budget of Microsoft.CostManagement alone")
    return found


def _is_of(provider: Provider, budget: ArmResource) -> bool:
    """Whether the provider knows the budget's category."""
    return provider == "Microsoft.CostManagement" or budget_of(budget).category == "Cost"


def _category(call: Call) -> str:
    """The category that `$filter` asks for, in lower case; empty: all."""
    text = call.options.get("$filter")
    if not text:
        return ""
    comparisons = parse_filter(text)
    if len(comparisons) != 1 or (comparisons[0].property, comparisons[0].operator) != (
        "category",
        "eq",
    ):
        raise InvalidInput(
            "$filter of budgets is properties/category eq 'Cost' or 'ReservationUtilization'",
            target="$filter",
        )
    return comparisons[0].value.lower()


def _shown(provider: Provider, call: Call, budget: ArmResource) -> dict[str, object]:
    return _item(provider, call, budget, _spent(call, budget_of(budget)))


def _item(
    provider: Provider, call: Call, budget: ArmResource, spent: Mapping[str, object] | None = None
) -> dict[str, object]:
    content = concealed(call, plain(budget_of(budget))) | dict(spent or {})
    return keeping.envelope(call, f"{provider}/budgets", budget.name, content, etag=budget.etag)


def _spent(call: Call, budget: Budget) -> dict[str, object]:
    """The figures of the budget's current period. None are told where its filter names persons
    whom the caller may not see, or the catalog does not know its scope."""
    if names_persons(plain(budget)) and call.looker is None:
        return {}
    workspace = call.services.workspace
    try:
        currency = workspace.catalog.hierarchy().currency_of(call.scope)
    except NotFound:
        return {}
    ask = partial(workspace.forecast, call.scope, looker=call.looker)
    found = budget_spend(budget, workspace.now(), ask, currency)
    if found is None:
        return {}
    shown: dict[str, object] = {}
    for name, value in (("currentSpend", found.current), ("forecastSpend", found.forecast)):
        if value is not None:
            shown[name] = {"amount": value, "unit": found.unit}
    unpriced = [asdict(item) | {"quantities": dict(item.quantities)} for item in found.unpriced]
    return shown | ({"unpriced": unpriced} if unpriced else {})


OPERATIONS: tuple[Operation, ...] = tuple(
    operation
    for provider in _PROVIDERS
    for operation in keeping.operations(
        "budgets.{}",
        (
            ("list", "GET", "budgets", READ, partial(every, provider)),
            ("get", "GET", "budgets/{budgetName}", READ, partial(get, provider)),
            ("create_or_update", "PUT", "budgets/{budgetName}", WRITE, partial(save, provider)),
            ("delete", "DELETE", "budgets/{budgetName}", WRITE, partial(remove, provider)),
        ),
        provider=provider,
    )
)
