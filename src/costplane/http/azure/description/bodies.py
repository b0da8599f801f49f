"""The bodies that operations take. Those of kept resources follow from the shapes that check them.

Names match without regard to case (contract.md section 0), so that a schema says how to write a
body, and is no judge of one.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from costplane.app.arm.allocation_rule import RuleProperties
from costplane.app.arm.budget import Budget
from costplane.app.arm.export import Export
from costplane.app.arm.export_run import RunRequest
from costplane.app.arm.scheduled_action import ScheduledAction
from costplane.app.arm.setting import ScopeSetting
from costplane.app.arm.view import View

Json = dict[str, Any]

_TEXT: Json = {"type": "string"}
_DAY: Json = {"type": "string", "format": "date"}
_LEAF: Json = {
    "type": "object",
    "properties": {
        "name": _TEXT,
        "operator": {"enum": ["In", "NotIn", "Equal", "NotEqual", "Contains"]},
        "values": {"type": "array", "items": _TEXT, "minItems": 1},
    },
    "required": ["name", "operator", "values"],
}
_FILTER: Json = {"$ref": "#/components/schemas/AzureFilter"}

_SHAPES = {
    "AzureBudget": Budget,
    "AzureView": View,
    "AzureCostAllocationRule": RuleProperties,
    "AzureExport": Export,
    "AzureExportRun": RunRequest,
    "AzureScheduledAction": ScheduledAction,
    "AzureSetting": ScopeSetting,
}
_IN_PROPERTIES = frozenset(("AzureBudget", "AzureView", "AzureCostAllocationRule"))

_WRITTEN: dict[str, Json] = {
    "AzureFilter": {
        "type": "object",
        "properties": {
            "and": {"type": "array", "items": _FILTER, "minItems": 2},
            "or": {"type": "array", "items": _FILTER, "minItems": 2},
            "not": _FILTER,
            "dimensions": _LEAF,
            "tags": _LEAF,
        },
        "minProperties": 1,
        "maxProperties": 1,
    },
    "AzureQueryDefinition": {
        "type": "object",
        "properties": {
            "type": {"enum": ["Usage", "ActualCost", "AmortizedCost"]},
            "timeframe": _TEXT,
            "timePeriod": {"type": "object", "properties": {"from": _TEXT, "to": _TEXT}},
            "dataset": {
                "type": "object",
                "properties": {
                    "granularity": {"enum": ["None", "Hourly", "Daily", "Monthly"]},
                    "aggregation": {
                        "type": "object",
                        "additionalProperties": {
                            "type": "object",
                            "properties": {"name": _TEXT, "function": {"enum": ["Sum"]}},
                            "required": ["name", "function"],
                        },
                    },
                    "grouping": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {
                                "type": {"enum": ["Dimension", "TagKey"]},
                                "name": _TEXT,
                            },
                            "required": ["type", "name"],
                        },
                    },
                    "filter": _FILTER,
                    "sorting": {"type": "array", "items": {"type": "object"}},
                    "configuration": {"type": "object"},
                },
            },
        },
        "required": ["type", "timeframe"],
    },
    "AzureNameRequest": {
        "type": "object",
        "properties": {"name": _TEXT, "type": _TEXT},
        "required": ["name"],
    },
    "AzureAlertStatus": {
        "type": "object",
        "properties": {
            "properties": {"type": "object", "properties": {"status": _TEXT}},
        },
    },
    "AzureRoleAssignment": {
        "type": "object",
        "properties": {
            "properties": {
                "type": "object",
                "properties": {
                    "roleDefinitionId": _TEXT,
                    "principalId": _TEXT,
                    "principalType": {"enum": ["User", "Group", "ServicePrincipal"]},
                },
                "required": ["roleDefinitionId", "principalId"],
            },
        },
        "required": ["properties"],
    },
    "AzureTags": {
        "type": "object",
        "properties": {
            "operation": {"enum": ["Replace", "Merge", "Delete"]},
            "properties": {
                "type": "object",
                "properties": {"tags": {"type": "object", "additionalProperties": _TEXT}},
                "required": ["tags"],
            },
        },
        "required": ["properties"],
    },
    "AzureCostReport": {
        "type": "object",
        "properties": {
            "metric": {"enum": ["ActualCost", "AmortizedCost"]},
            "timePeriod": {"type": "object", "properties": {"start": _DAY, "end": _DAY}},
            "billingPeriod": _TEXT,
            "invoiceId": _TEXT,
            "customerId": _TEXT,
        },
    },
    "AzureBenefitReport": {
        "type": "object",
        "properties": {
            "startDate": _DAY,
            "endDate": _DAY,
            "grain": {"enum": ["Hourly", "Daily", "Monthly"]},
            "kind": {"enum": ["Reservation", "SavingsPlan", "IncludedQuantity"]},
            "benefitOrderId": _TEXT,
            "benefitId": _TEXT,
        },
        "required": ["startDate", "endDate", "grain"],
    },
}


@cache
def body_schemas() -> dict[str, Json]:
    """The schema of each body by its name, and the parts that they refer to."""
    shapes, parts = msgspec.json.schema_components(_SHAPES.values(), ref_template="{name}")
    bodies = {
        f"{name}Body": _enclosed(shape) if name in _IN_PROPERTIES else shape
        for name, shape in zip(_SHAPES, shapes, strict=True)
    }
    own = {_component(name): part for name, part in parts.items()}
    return _WRITTEN | {name: _as_written(part) for name, part in (bodies | own).items()}


def _enclosed(shape: Json) -> Json:
    members = {"properties": shape, "eTag": _TEXT}
    return {"type": "object", "properties": members, "required": ["properties"]}


def _as_written(schema: Any) -> Any:
    """Amounts are numbers in these bodies; msgspec's own form of a decimal is text."""
    if isinstance(schema, list):
        return [_as_written(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "decimal":
        return {"type": "number"}
    if isinstance(schema.get("$ref"), str):
        return {"$ref": f"#/components/schemas/{_component(schema['$ref'])}"}
    return {name: _as_written(value) for name, value in schema.items()}


def _component(name: str) -> str:
    """A part's name here: those that several kinds of resources have are told apart by the kind."""
    *_, kind, own = ("", *name.split("."))
    return f"Azure{kind.title().replace('_', '')}{own}"
