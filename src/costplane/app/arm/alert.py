"""Alerts: what one tells, and how its status may change (contract.md section 6).

An active alert may be dismissed and a dismissed one made active again. One that was overridden by
a higher threshold, or resolved at the end of its period, stays so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import ClassVar, Literal

from msgspec.structs import replace

from costplane.analysis.body import as_object, choose, member
from costplane.app.arm.documents import Shape, of_text, text_of
from costplane.core.arm_resource import ArmResource
from costplane.errors import InvalidInput

KIND = "alerts"

Status = Literal["None", "Active", "Overridden", "Resolved", "Dismissed"]

NEVER = datetime(1, 1, 1, tzinfo=UTC)
"""What Azure writes where nothing has happened yet."""

_SETTABLE: dict[str, Status] = {"active": "Active", "dismissed": "Dismissed"}


class AlertDefinition(Shape, frozen=True):
    """What kind of alert it is."""

    type: Literal["Budget", "Invoice", "Credit", "Quota", "General", "xCloud", "BudgetForecast"]
    category: Literal["Cost", "Usage", "Billing", "System"]
    criteria: str


class AlertDetails(Shape, frozen=True, kw_only=True):
    """What was crossed. `threshold` is a fraction (0.8), `amount` and `current_spend` are in
    `unit`."""

    time_grain_type: str = "None"
    period_start_date: datetime
    triggered_by: str = ""
    resource_group_filter: tuple[str, ...] = ()
    resource_filter: tuple[str, ...] = ()
    meter_filter: tuple[str, ...] = ()
    tag_filter: dict[str, tuple[str, ...]] = {}  # noqa: RUF012 - a struct copies it
    threshold: Decimal
    operator: str
    amount: Decimal
    unit: str
    current_spend: Decimal
    contact_emails: tuple[str, ...] = ()
    contact_groups: tuple[str, ...] = ()
    contact_roles: tuple[str, ...] = ()
    overriding_alert: str | None = None


class Alert(Shape, frozen=True, kw_only=True):
    """An alert's properties. `cost_entity_id` is the name of the budget."""

    lenient: ClassVar[bool] = True

    definition: AlertDefinition
    description: str = ""
    source: Literal["Preset", "User"] = "Preset"
    details: AlertDetails
    cost_entity_id: str
    status: Status = "Active"
    creation_time: datetime
    close_time: datetime = NEVER
    modification_time: datetime
    status_modification_user_name: str | None = None
    status_modification_time: datetime = NEVER


def alert_of(resource: ArmResource) -> Alert:
    """The alert that a resource holds."""
    return of_text(Alert, resource.document)


def status_told(body: Mapping[str, object]) -> Status:
    """The status that a PATCH asks for; the rest of what it repeats counts for nothing."""
    told = member(body, "properties", "properties")
    status = member(as_object(told, "properties"), "status", "properties.status")
    return choose(status, _SETTABLE, "properties.status")


def changed_text(resource: ArmResource, status: Status, who: str, now: datetime) -> str:
    """The alert's document with another status. Raises InvalidInput if it may not change."""
    alert = alert_of(resource)
    if alert.status not in _SETTABLE.values():
        raise InvalidInput(
            f"the alert is {alert.status}; only an active or a dismissed one can be changed",
            target="properties.status",
        )
    if alert.status == status:
        return resource.document
    changed = replace(
        alert,
        status=status,
        modification_time=now,
        status_modification_user_name=who,
        status_modification_time=now,
    )
    return text_of(changed)
