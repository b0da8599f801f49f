"""Names of erased persons in what the control plane keeps: events held back, looks at persons in
the audit log, filters of views and budgets."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import combinations
from typing import Any

import msgspec

from costplane.analysis.dimensions import PERSONS
from costplane.app.erasing.names import COLUMNS, ErasedNames
from costplane.core.erased_person import PersonKind
from costplane.core.exact_json import json_text

_PARTS = re.compile(r"(, |; | at |User |Session )")
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
    parts = _PARTS.split(text)
    spans = sorted(combinations(range(len(parts) + 1), 2), key=lambda s: s[0] - s[1])
    for start, end in spans:
        told = "".join(parts[start:end])
        other = names.instead("User", told) or names.instead("Session", told)
        if told and other is not None:
            before, after = "".join(parts[:start]), "".join(parts[end:])
            return look_without(f"{before}{other}{after}", names)
    return text


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
    return (names.instead(kind, item) or item) if isinstance(item, str) else item


assert {name.lower() for name in PERSONS} == set(_PERSONS)
