"""Exports: what one is, and what a caller may save (contract.md section 7).

What GET answers can be sent back: `recurrence: "None"`, the server's own members, and the
obfuscated sasToken, which leaves the kept one as it is. A sasToken is kept sealed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar, Literal

from msgspec import field
from msgspec.structs import replace

from costplane.app.arm.documents import Shape, of_text, plain, read, text_of
from costplane.app.arm.export_rules import check_delivery, check_files
from costplane.app.arm.export_schedule import Schedule, check_schedule, next_run
from costplane.core.arm_resource import ArmResource
from costplane.errors import InvalidInput

KIND = "exports"
HIDDEN = "********"
"""What is shown in the place of a sasToken."""

ExportType = Literal[
    "Usage",
    "ActualCost",
    "AmortizedCost",
    "FocusCost",
    "PriceSheet",
    "ReservationTransactions",
    "ReservationRecommendations",
    "ReservationDetails",
]
COSTS: tuple[ExportType, ...] = ("Usage", "ActualCost", "AmortizedCost", "FocusCost")


class TimePeriod(Shape, frozen=True):
    """Days of data, both included."""

    start: datetime = field(name="from")
    end: datetime = field(name="to")


class FilterItem(Shape, frozen=True):
    """What recommendations are exported."""

    name: Literal["ReservationScope", "ResourceType", "LookBackPeriod"]
    value: str


class Configuration(Shape, frozen=True, kw_only=True):
    """Columns and version of the data."""

    columns: tuple[str, ...] | None = None
    data_version: str | None = None
    filters: tuple[FilterItem, ...] | None = None


class DataSet(Shape, frozen=True):
    """The form of the rows."""

    granularity: Literal["Daily", "Monthly"] | None = None
    configuration: Configuration | None = None


class Definition(Shape, frozen=True, kw_only=True):
    """What is exported of which days."""

    type: ExportType
    timeframe: Literal[
        "MonthToDate",
        "BillingMonthToDate",
        "TheLastMonth",
        "TheLastBillingMonth",
        "WeekToDate",
        "Custom",
        "TheCurrentMonth",
    ]
    time_period: TimePeriod | None = None
    data_set: DataSet | None = None


class Destination(Shape, frozen=True, kw_only=True):
    """Where files go."""

    type: Literal["AzureBlob"] = "AzureBlob"
    resource_id: str | None = None
    container: str
    root_folder_path: str | None = None
    sas_token: str | None = None
    storage_account: str | None = None


class DeliveryInfo(Shape, frozen=True):
    """Where files go."""

    destination: Destination


class ExportProperties(Shape, frozen=True, kw_only=True):
    """The properties of an export."""

    read_only: ClassVar[frozenset[str]] = frozenset(
        {"runhistory", "nextruntimeestimate", "systemsuspensioncontext"}
    )

    format: Literal["Csv", "Parquet"] = "Csv"
    delivery_info: DeliveryInfo
    definition: Definition
    schedule: Schedule | None = None
    partition_data: bool | None = None
    data_overwrite_behavior: Literal["OverwritePreviousReport", "CreateNewReport"] = (
        "CreateNewReport"
    )
    compression_mode: Literal["gzip", "snappy", "none"] = "none"
    export_description: str | None = None


class Identity(Shape, frozen=True, kw_only=True):
    """A managed identity of Azure's, for storage behind a firewall; kept and shown."""

    lenient: ClassVar[bool] = True

    type: Literal["SystemAssigned", "None"]


class Export(Shape, frozen=True, kw_only=True):
    """An export's body: what the envelope repeats is passed over."""

    lenient: ClassVar[bool] = True

    identity: Identity | None = None
    location: str | None = None
    properties: ExportProperties


def export_of(resource: ArmResource) -> Export:
    """The export that a resource holds."""
    return of_text(Export, resource.document)


def saved_text(
    body: object, found: ArmResource | None, now: datetime, seal: Callable[[str], str]
) -> str:
    """The document of an export as `body` tells it. Raises InvalidInput."""
    export = read(Export, body)
    before = None if found is None else export_of(found).properties
    properties = _with_token(export.properties, before, seal)
    _check_definition(properties.definition)
    check_files(properties.format, properties.compression_mode, properties.definition.type)
    destination = properties.delivery_info.destination
    check_delivery(
        destination.resource_id,
        destination.container,
        destination.root_folder_path,
        by_token=bool(destination.sas_token and destination.storage_account),
    )
    check_schedule(properties.schedule, before.schedule if before else None, now)
    return text_of(replace(export, properties=properties))


def shown(export: Export, now: datetime) -> dict[str, Any]:
    """The properties as Azure shows them: no secret, the next run of an active schedule."""
    content = shown_settings(export)
    schedule = export.properties.schedule
    if schedule is None:
        return content | {"schedule": {"status": "Inactive", "recurrence": "None"}}
    coming = next_run(schedule, now)
    return content if coming is None else content | {"nextRunTimeEstimate": coming}


def shown_settings(export: Export) -> dict[str, Any]:
    """The properties without a secret; the destination's type is left out, as Azure does."""
    content = plain(export.properties)
    destination = content["deliveryInfo"]["destination"]
    destination.pop("type")
    if "sasToken" in destination:
        destination["sasToken"] = HIDDEN
    return content


def _with_token(
    properties: ExportProperties, before: ExportProperties | None, seal: Callable[[str], str]
) -> ExportProperties:
    """With the token that is told sealed, and the kept one in the place of the obfuscated one."""
    destination = properties.delivery_info.destination
    if destination.sas_token is None:
        return properties
    known = seal(destination.sas_token)
    if destination.sas_token == HIDDEN:
        kept = before.delivery_info.destination.sas_token if before else None
        if kept is None:
            raise _bad("deliveryInfo.destination.sasToken", "is obfuscated; give the token itself")
        known = kept
    return replace(properties, delivery_info=DeliveryInfo(replace(destination, sas_token=known)))


def _check_definition(definition: Definition) -> None:
    period = definition.time_period
    if definition.timeframe == "Custom" and period is None:
        raise InvalidInput(
            "Missing definition timePeriod; the timeframe 'Custom' needs its 'from' and 'to'",
            target="properties.definition.timePeriod",
        )
    if period is not None and period.start > period.end:
        raise _bad("definition.timePeriod", "'from' value cannot be after 'to' value")
    granularity = definition.data_set.granularity if definition.data_set else None
    if granularity is not None and definition.type not in COSTS:
        raise InvalidInput(
            f"Invalid dataset granularity: '{granularity}'. {definition.type} has none; leave it "
            f"out (it is told for {', '.join(COSTS)})",
            target="properties.definition.dataSet.granularity",
        )


def _bad(member: str, told: str) -> InvalidInput:
    return InvalidInput(f"properties.{member} {told}", target=f"properties.{member}")
