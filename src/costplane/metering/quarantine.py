"""An event as text, to be kept apart until somebody looks at it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from costplane.core.exact_json import json_text


def event_text(row: Mapping[str, Any]) -> str:
    """One row of EVENTS as JSON, what was not told left out. It can be read and corrected."""
    told = {name: value for name, value in row.items() if value is not None}
    return json_text(told).decode()
