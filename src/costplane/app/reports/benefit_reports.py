"""Reports about benefits: what used reservations by day, and how well benefits were used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import cast

from costplane.analysis.plan import ScopeFilter, Scopes
from costplane.app.access.visible import scope_filters
from costplane.app.consumption.benefit_use import BenefitUse, Grain, InstanceUse
from costplane.app.consumption.bought_reservations import bought_reservations
from costplane.app.consumption.consumption import Consumption
from costplane.app.cost_details.files import write_csv
from costplane.app.reports.worker import Make
from costplane.catalog.ports import CatalogReader
from costplane.catalog.reservations import PROVISIONED_SKUS, Reservation
from costplane.core.money import half_even, total
from costplane.core.period import Period, parse_instant
from costplane.core.report import Report, ReportFile
from costplane.core.scope import ROOT, parse_scope

RESERVATION_DETAILS = "ReservationDetails"
BENEFIT_UTILIZATION = "BenefitUtilization"

DETAIL_COLUMNS = (
    "InstanceFlexibilityGroup",
    "InstanceFlexibilityRatio",
    "InstanceId",
    "Kind",
    "ReservationId",
    "ReservationOrderId",
    "ReservedHours",
    "SkuName",
    "TotalReservedQuantity",
    "UsageDate",
    "UsedHours",
)
"""Of Azure's ReservationReportSchema."""

USE_COLUMNS = (
    "Kind",
    "AvgUtilizationPercentage",
    "BenefitOrderId",
    "BenefitId",
    "BenefitType",
    "MaxUtilizationPercentage",
    "MinUtilizationPercentage",
    "UsageDate",
    "UtilizedPercentage",
)
"""Of Azure's BenefitUtilizationSummaryReportSchema."""

Row = tuple[str, ...]


def benefit_reports(consumption: Consumption, catalog: CatalogReader) -> Mapping[str, Make]:
    """Who makes the two kinds. Each is a single file, also without rows."""

    def details(report: Report, folder: Path, on_part: Callable[[], None]) -> list[ReportFile]:
        on_part()
        rows = _details(consumption, catalog, report)
        return write_csv(folder, DETAIL_COLUMNS, rows, rows_in_a_file=None)

    def uses(report: Report, folder: Path, on_part: Callable[[], None]) -> list[ReportFile]:
        on_part()
        rows = _uses(consumption, report)
        return write_csv(folder, USE_COLUMNS, rows, rows_in_a_file=None)

    return {RESERVATION_DETAILS: details, BENEFIT_UTILIZATION: uses}


def _details(consumption: Consumption, catalog: CatalogReader, report: Report) -> Iterator[Row]:
    days = _days(report)
    own = bought_reservations(catalog, parse_scope(report.scope))
    bought = {one.resource_id: one for one in own}
    read = consumption.benefits
    reserved = {(use.benefit, use.start): use.reserved for use in read.by("day", days, bought)}
    visible = scope_filters(catalog, parse_scope(ROOT), [parse_scope(s) for s in report.visible])
    for use in _seen(visible, read.instances(days, bought)):
        yield _detail(bought[use.benefit], use, reserved[use.benefit, use.start])


def _seen(visible: Scopes, uses: Iterable[InstanceUse]) -> Iterator[InstanceUse]:
    """The uses, in which all that may not be seen is one nameless instance a day."""
    hidden: dict[tuple[str, object], list[InstanceUse]] = defaultdict(list)
    for use in uses:
        if any(_lies_in(use.resource or ROOT, part) for part in visible):
            yield use
        else:
            hidden[use.benefit, use.start].append(use)
    for parts in hidden.values():
        used = total(part.used for part in parts)
        yield InstanceUse(parts[0].benefit, parts[0].start, None, None, used)


def _lies_in(resource: str, part: ScopeFilter) -> bool:
    place = dict(parse_scope(resource).parts)
    subscription = place.get("subscription", place.get("name"))
    return (
        (part.subscriptions is None or subscription in part.subscriptions)
        and part.resource_group in (None, place.get("group"))
        and part.resource_id in (None, resource.lower())
    )


def _detail(reservation: Reservation, use: InstanceUse, reserved: Decimal) -> Row:
    instance = use.resource or ""
    return (
        "NA",
        "1",
        f"{instance}/deployments/{use.deployment}" if use.deployment else instance,
        "Reservation",
        reservation.id,
        reservation.order_id,
        _number(reserved),
        PROVISIONED_SKUS[reservation.deployment_scope],
        str(reservation.units),
        f"{use.start:%Y-%m-%d}",
        _number(use.used),
    )


def _uses(consumption: Consumption, report: Report) -> Iterator[Row]:
    asked = report.request
    found = consumption.all_benefits.of(
        parse_scope(report.scope),
        cast("Grain", asked["grain"]),
        _days(report),
        [parse_scope(scope) for scope in report.visible],
    )
    for use in found:
        row = _use(use)
        if asked.get("kind") in (None, row[0]) and _is_named(asked, use):
            yield row


def _is_named(asked: Mapping[str, str | None], use: BenefitUse) -> bool:
    """Whether a benefit is of the order and the id that were asked for, if any were."""
    parts = use.benefit.split("/")
    own = {"order": parts[4] if len(parts) > 4 else "", "benefit": parts[-1]}
    return all(not asked.get(name) or asked[name] == told for name, told in own.items())


def _use(use: BenefitUse) -> Row:
    kind = "".join((use.type or "Reservation").split())
    average = _percent(use.share)
    return (
        kind,
        average,
        "/".join(use.benefit.split("/")[:5]),
        use.benefit,
        kind,
        _percent(use.most),
        _percent(use.least),
        f"{use.start:%Y-%m-%dT%H:%M:%SZ}",
        average,
    )


def _days(report: Report) -> Period:
    start, end = report.request["start"], report.request["end"]
    assert start is not None
    assert end is not None
    return Period(parse_instant(start), parse_instant(end))


def _percent(share: Fraction) -> str:
    return _number(Decimal(half_even(share.numerator * 10_000, share.denominator)).scaleb(-2))


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"
