"""Budgets of both providers over one store (contract.md section 5)."""

from __future__ import annotations

from functools import partial

from starlette.responses import Response

from costplane.app.arm.budget import KIND, Provider, budget_of, saved_text
from costplane.app.arm.documents import plain
from costplane.core.arm_resource import ArmResource
from costplane.errors import InvalidInput, NotFound
from costplane.http.answers import json_answer
from costplane.http.azure.kept import keeping
from costplane.http.azure.kept.named_persons import check_persons, concealed
from costplane.http.azure.protocol.odata import parse_filter
from costplane.http.azure.protocol.operation import READ, WRITE, Call, Operation
from costplane.http.azure.protocol.pages import paged

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
    return paged(call, [_shown(provider, call, budget) for budget in shown])


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
    content = concealed(call, plain(budget_of(budget)))
    return keeping.envelope(call, f"{provider}/budgets", budget.name, content, etag=budget.etag)


OPERATIONS: tuple[Operation, ...] = tuple(
    Operation(
        f"budgets.{name}",
        method,
        provider,
        path,
        access,
        partial(run, provider),
        keeping.NAMED,
        body_limit=keeping.BODY_LIMIT,
    )
    for provider in _PROVIDERS
    for name, method, path, access, run in (
        ("list", "GET", "budgets", READ, every),
        ("get", "GET", "budgets/{budgetName}", READ, get),
        ("create_or_update", "PUT", "budgets/{budgetName}", WRITE, save),
        ("delete", "DELETE", "budgets/{budgetName}", WRITE, remove),
    )
)
