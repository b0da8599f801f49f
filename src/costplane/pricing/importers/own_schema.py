"""The JSON Schema of Costplane's own price sheet in YAML, made from the declaration of its fields.

Editors check a sheet by it while it is written. It knows the shape of a sheet, not whether its rows
contradict each other; the import does. Only words of draft 07 are used, which all editors know.
"""

from __future__ import annotations

from typing import Any

from costplane.pricing.importers.own_fields import ROW, SHEET, Field


def price_sheet_schema() -> dict[str, Any]:
    """The schema of the YAML form; the properties of its rows are the columns of the CSV form."""
    row = {field.name: _value(field) for field in ROW}
    about = {field.name: _value(field) for field in SHEET}
    rows = {
        "description": "The prices",
        "type": "array",
        "minItems": 1,
        "items": {"type": "object", "properties": row, "additionalProperties": False},
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Costplane price sheet",
        "type": "object",
        "properties": {**about, **row, "rows": rows},
        "required": ["rows"],
        "additionalProperties": False,
        "allOf": [_needed(field) for field in ROW if field.needs],
    }


def _value(field: Field) -> dict[str, Any]:
    if field.words:
        return {"description": field.meaning, "enum": list(field.words)}
    if not field.pattern:  # a version may look like a number; nothing stands for "not told"
        types = ["string", "number", "boolean", "null"]
        return {"description": field.meaning, "type": types}
    types = ["string", "number"] if field.is_number else ["string"]
    minimum = {"minimum": 0} if field.is_number else {}
    return {
        "description": field.meaning,
        "type": types,
        "pattern": f"^(?:{field.pattern})$",
        **minimum,
    }


def _needed(field: Field) -> dict[str, Any]:
    """The field, or one that stands in its place, is at the top or in every row."""
    ways: list[dict[str, Any]] = [{"required": [name]} for name in (field.name, *field.unless)]
    in_each = {"properties": {"rows": {"items": {"anyOf": ways}}}}
    return {"anyOf": [*ways, in_each]}
