"""Persons in what callers keep: filters of views and budgets (billing-rules 30).

Who may not see persons keeps no filter by them, and reads one that another keeps without its
values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from costplane.analysis.dimensions import PERSONS
from costplane.app.access.persons import no_filter
from costplane.http.azure.protocol.operation import Call

HIDDEN = "********"
"""What is shown in the place of a person's name."""

_PERSONS = {name.lower() for name in PERSONS}


def check_persons(call: Call, told: object) -> None:
    """Raise Forbidden for a document that filters by persons, of who may not see them."""
    found = next(_leaves(told), None)
    if found is not None and call.looker is None:
        raise no_filter(str(found.get("name")))


def names_persons(document: object) -> bool:
    """Whether a document filters by persons."""
    return next(_leaves(document), None) is not None


def concealed(call: Call, content: Mapping[str, object]) -> dict[str, Any]:
    """`content` without the names of persons, unless the caller may see them."""
    hides = names_persons(content) and call.looker is None
    return _without(content) if hides else dict(content)


def _without(value: Any) -> Any:
    if isinstance(value, list):
        return [_without(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    if _is_leaf(value):
        return {**value, "values": [HIDDEN]}
    return {name: _without(item) for name, item in value.items()}


def _leaves(document: object) -> Iterator[Mapping[str, Any]]:
    """The comparisons with persons, however deep."""
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, Mapping):
            if _is_leaf(value):
                yield {name.lower(): item for name, item in value.items()}
            waiting += value.values()


def _is_leaf(value: Mapping[str, Any]) -> bool:
    told = {str(name).lower(): item for name, item in value.items()}
    return "values" in told and str(told.get("name", "")).strip().lower() in _PERSONS
