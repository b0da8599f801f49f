"""Scheduled actions: mails of a view, and alerts of anomalies (contract.md section 10)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar, Literal

from msgspec.structs import replace

from costplane.app.arm.budget_notifications import EMAIL
from costplane.app.arm.documents import Shape, of_text, read, text_of
from costplane.core.arm_resource import ArmResource
from costplane.core.scope import Scope, parse_scope
from costplane.errors import InvalidInput, InvalidScope

KIND = "scheduledActions"
RUNS = "scheduledActions/runs"
MOST_ANOMALY_RULES = 5

_SUBJECT, _MESSAGE, _RECIPIENTS = 70, 250, 20
_VIEW = "/providers/microsoft.costmanagement/views/"

Day = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


class FileDestination(Shape, frozen=True):
    """Files to attach."""

    file_formats: tuple[Literal["Csv"], ...] = ()


class Mail(Shape, frozen=True, kw_only=True):
    """Who gets what."""

    to: tuple[str, ...] = ()
    subject: str
    message: str | None = None
    language: str | None = None
    regional_format: str | None = None


class Schedule(Shape, frozen=True, kw_only=True):
    """When it is sent, in UTC, from `start_date` until `end_date`."""

    frequency: Literal["Daily", "Weekly", "Monthly"]
    hour_of_day: int | None = None
    days_of_week: tuple[Day, ...] | None = None
    weeks_of_month: tuple[Literal["First", "Second", "Third", "Fourth", "Last"], ...] | None = None
    day_of_month: int | None = None
    start_date: datetime
    end_date: datetime


class ActionProperties(Shape, frozen=True, kw_only=True):
    """The properties of a scheduled action; `scope` is written by the server."""

    display_name: str
    file_destination: FileDestination | None = None
    notification: Mail
    notification_email: str | None = None
    schedule: Schedule
    scope: str = ""
    status: Literal["Enabled", "Disabled", "Expired"]
    view_id: str


class ScheduledAction(Shape, frozen=True, kw_only=True):
    """A scheduled action's body: what the envelope repeats is passed over."""

    lenient: ClassVar[bool] = True

    kind: Literal["Email", "InsightAlert"] = "Email"
    properties: ActionProperties


def action_of(resource: ArmResource) -> ScheduledAction:
    """The scheduled action that a resource holds."""
    return of_text(ScheduledAction, resource.document)


def action_told(body: object, scope: Scope, address: str) -> ScheduledAction:
    """The scheduled action that a body tells. Raises InvalidInput.

    `address` is the scope as it was written, empty for a private one.
    """
    action = read(ScheduledAction, body)
    _check_mail(action.properties)
    _check_schedule(action.properties.schedule)
    view_scope(action)
    if action.kind == "InsightAlert":
        _check_anomaly(action, scope)
    return replace(action, properties=replace(action.properties, scope=address))


def view_scope(action: ScheduledAction) -> Scope:
    """The scope of the view that is sent. Raises InvalidInput if the id is none of a view's."""
    told = action.properties.view_id
    before, found, name = ("/" + told.strip("/")).lower().rpartition(_VIEW)
    try:
        if found and name and "/" not in name:
            return parse_scope(before)
    except InvalidScope:
        pass
    raise InvalidInput(
        f"'{told[:120]}' is not the id of a view, such as "
        "/providers/Microsoft.CostManagement/views/<name>",
        target="properties.viewId",
        code="InvalidView",
    )


def shown_status(action: ScheduledAction, now: datetime) -> str:
    """Its status as of `now`: what ran out is expired."""
    properties = action.properties
    return "Expired" if properties.schedule.end_date <= now else properties.status


def stored_text(
    action: ScheduledAction, others: Callable[[], int]
) -> Callable[[ArmResource | None], str]:
    """The document to save; `others` counts the anomaly rules that are there already."""

    def document(found: ArmResource | None) -> str:
        if found is not None and action_of(found).kind != action.kind:
            raise _bad("kind", "cannot be changed; create another scheduled action")
        if found is None and action.kind == "InsightAlert" and others() >= MOST_ANOMALY_RULES:
            raise _bad("kind", f"InsightAlert is there {MOST_ANOMALY_RULES} times, the most")
        return text_of(action)

    return document


def _check_mail(properties: ActionProperties) -> None:
    mail = properties.notification
    place = "properties.notification"
    if not 1 <= len(mail.to) <= _RECIPIENTS:
        raise InvalidInput(
            f"{place}.to has 1 to {_RECIPIENTS} addresses",
            target=f"{place}.to",
            code="InvalidScheduledActionEmailRecipients",
        )
    for address in (*mail.to, *filter(None, (properties.notification_email,))):
        if not EMAIL.fullmatch(address):
            raise InvalidInput(
                f"'{address[:80]}' is no address of mail",
                target=f"{place}.to",
                code="InvalidScheduledActionEmailRecipients",
            )
    if not 1 <= len(mail.subject) <= _SUBJECT or not mail.subject.isprintable():
        raise _bad("properties.notification.subject", f"is one line of 1 to {_SUBJECT} letters")
    if len(mail.message or "") > _MESSAGE:
        raise _bad("properties.notification.message", f"has at most {_MESSAGE} letters")
    if not properties.display_name.strip():
        raise _bad("properties.displayName", "is missing")


def _check_schedule(schedule: Schedule) -> None:
    place = "properties.schedule"
    if schedule.end_date <= schedule.start_date:
        raise _bad(f"{place}.endDate", "is after startDate")
    if not 0 <= (schedule.hour_of_day or 0) <= 23:
        raise _bad(f"{place}.hourOfDay", "is 0 to 23")
    if schedule.frequency == "Weekly" and not schedule.days_of_week:
        raise _bad(f"{place}.daysOfWeek", "is missing; a weekly schedule has it")
    if schedule.frequency == "Monthly":
        if schedule.day_of_month is None and not (
            schedule.weeks_of_month and schedule.days_of_week
        ):
            raise _bad(place, "has dayOfMonth, or weeksOfMonth with daysOfWeek, for Monthly")
        if not 1 <= (schedule.day_of_month or 1) <= 31:
            raise _bad(f"{place}.dayOfMonth", "is 1 to 31")


def _check_anomaly(action: ScheduledAction, scope: Scope) -> None:
    if scope.kind != "Subscription":
        raise _bad("kind", "InsightAlert is answered at subscriptions alone")
    if action.properties.schedule.frequency != "Daily":
        raise _bad("properties.schedule.frequency", "of an InsightAlert is Daily")


def _bad(place: str, told: str) -> InvalidInput:
    return InvalidInput(f"{place} {told}", target=place)
