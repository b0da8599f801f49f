"""Names of erased persons in what the control plane keeps: events held back, looks at persons in
the audit log, filters of views and budgets."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import msgspec

from costplane.analysis.dimensions import PERSONS
from costplane.app.erasing.names import COLUMNS, ErasedNames
from costplane.core.erased_person import PersonKind
from costplane.core.exact_json import json_text

_QUOTED = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u00[01][0-9a-f]))*+"')
"""A text as JSON writes it."""

_READ = msgspec.json.Decoder(float_hook=Decimal)
_PERSONS: dict[str, PersonKind] = {"user": "User", "session": "Session"}


def event_without(text: str, names: ErasedNames) -> str:
    """A quarantined event (metering/quarantine.py) without names of erased persons."""
    event: dict[str, Any] = _READ.decode(text)
    user = event.get("user")
    whole = isinstance(user, str) and names.with_sessions(user)
    changed = {}
    for column, kind in COLUMNS.items():
        told = event.get(column)
        if isinstance(told, str):
            changed[column] = names.instead(kind, told)
            if whole and kind == "Session":
                changed[column] = names.always(kind, told)
    found = {column: other for column, other in changed.items() if other is not None}
    return json_text(event | found).decode() if found else text


def look_without(text: str, names: ErasedNames) -> str:
    """What a look at persons was about (app/access/persons.py) without names of erased ones."""

    def without(quoted: re.Match[str]) -> str:
        told = msgspec.json.decode(quoted[0], type=str)
        other = names.instead("User", told) or names.instead("Session", told)
        return quoted[0] if other is None else json_text(other).decode()

    return _QUOTED.sub(without, text)


def document_without(text: str, names: ErasedNames) -> str:
    """A kept document whose filters by persons name no erased one."""
    document = _READ.decode(text)
    changed = _without(document, names)
    return text if changed == document else json_text(changed).decode()


def _without(value: Any, names: ErasedNames) -> Any:
    if isinstance(value, list):
        return [_without(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    told = {str(name).lower(): item for name, item in value.items()}
    kind = _PERSONS.get(str(told.get("name", "")).strip().lower())
    if kind is not None and isinstance(told.get("values"), list):
        others = [_instead(item, kind, names) for item in told["values"]]
        return {n: others if n.lower() == "values" else item for n, item in value.items()}
    return {name: _without(item, names) for name, item in value.items()}


def _instead(item: Any, kind: PersonKind, names: ErasedNames) -> Any:
    """What stands for a value of a filter, which compares without regard to case."""
    if not isinstance(item, str):
        return item
    return names.instead(kind, item) or names.instead(kind, item.lower()) or item


assert {name.lower() for name in PERSONS} == set(_PERSONS)
