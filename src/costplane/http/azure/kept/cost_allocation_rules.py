"""Cost allocation rules of a billing account (contract.md section 11)."""

from __future__ import annotations

from http import HTTPStatus

from starlette.responses import Response

from costplane.app.arm.allocation_rule import (
    KIND,
    Rule,
    RuleProperties,
    current_of,
    removed_text,
    rule_of,
    rule_told,
    saved_text,
)
from costplane.app.arm.documents import plain
from costplane.app.arm.names import availability
from costplane.core.arm_resource import ArmResource
from costplane.errors import NotFound
from costplane.http.answers import json_answer
from costplane.http.azure.kept import keeping
from costplane.http.azure.protocol.operation import ACCOUNT, COST, READ, WRITE, Call, Operation
from costplane.http.azure.protocol.pages import paged

_TYPE = f"{COST}/costAllocationRules"


def save(call: Call) -> Response:
    """PUT: create or update."""
    body = keeping.told(call)
    workspace, name = call.services.workspace, call.names["ruleName"]
    told, now = rule_told(keeping.properties(body)), workspace.now()
    stood = False

    def document(found: ArmResource | None) -> str:
        nonlocal stood
        stood = found is not None and rule_of(found).current is not None
        return saved_text(name, told, found, now)

    place, who = keeping.place(call, KIND), call.principal.name
    saved, _ = workspace.kept.save(place, name, document, who, keeping.versions(call, body))
    workspace.settling_due.set()
    rule, current = current_of(saved, name)
    return keeping.saved(_shown(call, rule, current), created=not stood)


def get(call: Call) -> Response:
    """GET: one rule."""
    name = call.names["ruleName"]
    found = call.services.workspace.kept.store.find(keeping.place(call, KIND), name)
    return json_answer(_shown(call, *current_of(found, name)))


def every(call: Call) -> Response:
    """GET: the rules in the order in which they apply."""
    return paged(call, [_shown(call, rule, current) for rule, current in _standing(call)])


def remove(call: Call) -> Response:
    """DELETE: from this month on the rule moves nothing."""
    workspace, name = call.services.workspace, call.names["ruleName"]
    now = workspace.now()
    try:
        workspace.kept.save(
            keeping.place(call, KIND),
            name,
            lambda found: removed_text(name, found, now),
            call.principal.name,
        )
    except NotFound:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    workspace.settling_due.set()
    return Response(status_code=HTTPStatus.OK)


def check_name(call: Call) -> Response:
    """POST: whether a name is free."""
    body = keeping.told(call)
    standing = {rule.name.lower() for rule, _ in _standing(call)}
    what = "A cost allocation rule of this billing account"
    return json_answer(availability(standing.__contains__, body, _TYPE, what))


def _standing(call: Call) -> list[tuple[Rule, RuleProperties]]:
    found = call.services.workspace.kept.store.at(keeping.place(call, KIND))
    rules = sorted((rule_of(item) for item in found), key=lambda rule: (rule.created, rule.name))
    return [(rule, rule.current) for rule in rules if rule.current is not None]


def _shown(call: Call, rule: Rule, current: RuleProperties) -> dict[str, object]:
    dates = {"createdDate": rule.created, "updatedDate": rule.updated}
    return keeping.envelope(call, _TYPE, rule.name, plain(current) | dates)


_ONE = "costAllocationRules/{ruleName}"
_CHECK = "costAllocationRules/checkNameAvailability"
OPERATIONS: tuple[Operation, ...] = keeping.operations(
    "cost_allocation_rules.{}",
    (
        ("list", "GET", "costAllocationRules", READ, every),
        ("get", "GET", _ONE, READ, get),
        ("create_or_update", "PUT", _ONE, WRITE, save),
        ("delete", "DELETE", _ONE, WRITE, remove),
        ("check_name_availability", "POST", _CHECK, READ, check_name),
    ),
    ACCOUNT,
)
