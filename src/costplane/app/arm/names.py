"""Whether a name is free: the answers of both checkNameAvailability operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from costplane.analysis.body import as_text, member
from costplane.app.arm.keeping import check_name
from costplane.errors import InvalidInput


def availability(
    is_taken: Callable[[str], bool], body: Mapping[str, object], type_: str, what: str
) -> dict[str, Any]:
    """Azure's answer for the name in `body`; `is_taken` is asked in lower case.

    `what` says whose name it would be, such as "A private scheduled action". Raises InvalidInput
    if the body tells no name or another type.
    """
    name = as_text(member(body, "name", "name"), "name")
    told = member(body, "type", "type")
    if told is not None and as_text(told, "type").lower() != type_.lower():
        raise InvalidInput(f"type is '{type_}' here", target="type")
    try:
        check_name(name)
    except InvalidInput as fault:
        return {"nameAvailable": False, "reason": "Invalid", "message": fault.message}
    if not is_taken(name.lower()):
        return {"nameAvailable": True}
    return {
        "nameAvailable": False,
        "reason": "AlreadyExists",
        "message": f"{what} with name '{name}' is already present. Please specify another name.",
    }
