"""Budgets: what one is, and what a caller may save (contract.md section 5).

Two providers keep them in one store: Cost Management knows two categories, Consumption the
costs alone. Easier than Azure where that harms nobody: a start in the past is taken, and a later
one where a period begins anyway, so that the same deployment can be repeated in every month.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import ClassVar, Literal

from msgspec import field
from msgspec.structs import replace

from costplane.analysis.dimensions import BY_NAME
from costplane.app.arm.budget_notifications import Notification, check_notifications
from costplane.app.arm.documents import Shape, of_text, read, text_of
from costplane.core.arm_resource import ArmResource
from costplane.core.period import months_later
from costplane.core.scope import ScopeKind
from costplane.errors import InvalidInput

KIND = "budgets"

Category = Literal["Cost", "ReservationUtilization"]
Provider = Literal["Microsoft.CostManagement", "Microsoft.Consumption"]

GRAIN_MONTHS = {
    "Monthly": 1,
    "BillingMonth": 1,
    "Quarterly": 3,
    "BillingQuarter": 3,
    "Annually": 12,
    "BillingAnnual": 12,
}
"""Months of a period of a budget of costs, by its time grain."""

_FIRST_START = datetime(2017, 6, 1, tzinfo=UTC)
_CALENDAR = ("Monthly", "Quarterly", "Annually")
_UTILIZATION = ("Last7Days", "Last30Days")
_RESERVATIONS = ("reservationid", "reservedresourcetype")


class Comparison(Shape, frozen=True):
    """A dimension or a tag whose value is one of `values`."""

    name: str
    operator: Literal["In"]
    values: tuple[str, ...]


class FilterPart(Shape, frozen=True):
    """One condition: a dimension or a tag."""

    dimensions: Comparison | None = None
    tags: Comparison | None = None


class BudgetFilter(FilterPart, frozen=True):
    """All of `all_of`, or one condition, or nothing."""

    all_of: tuple[FilterPart, ...] | None = field(name="and", default=None)

    @property
    def parts(self) -> tuple[FilterPart, ...]:
        """The conditions, which all hold."""
        own = () if self.dimensions is None and self.tags is None else (self,)
        return self.all_of or own


class TimePeriod(Shape, frozen=True):
    """When a budget is active: from `start_date` (its first day) until `end_date`."""

    start_date: datetime
    end_date: datetime | None = None


class Budget(Shape, frozen=True, kw_only=True):
    """The properties of a budget. `amount` is in the scope's currency."""

    read_only: ClassVar[frozenset[str]] = frozenset({"currentspend", "forecastspend", "unpriced"})

    category: Category = "Cost"
    amount: Decimal | None = None
    time_grain: Literal[
        "Monthly",
        "Quarterly",
        "Annually",
        "BillingMonth",
        "BillingQuarter",
        "BillingAnnual",
        "Last7Days",
        "Last30Days",
    ]
    time_period: TimePeriod
    filter: BudgetFilter | None = None
    notifications: dict[str, Notification] | None = None


def budget_of(resource: ArmResource) -> Budget:
    """The budget that a resource holds."""
    return of_text(Budget, resource.document)


def saved_text(
    data: object, found: ArmResource | None, kind: ScopeKind, provider: Provider, now: datetime
) -> str:
    """The document of a budget as `data` tells it, at a scope of `kind`. Raises InvalidInput."""
    budget = _complete(read(Budget, data, "properties"))
    if provider == "Microsoft.Consumption" and budget.category != "Cost":
        raise _bad("category", "of Microsoft.Consumption is Cost; use Microsoft.CostManagement")
    if found is not None:
        _check_change(budget, budget_of(found))
    _check_period(budget, now)
    _check_amount(budget)
    _check_filter(budget)
    check_notifications(
        budget.notifications or {},
        reservations=budget.category == "ReservationUtilization",
        kind=kind,
        consumption=provider == "Microsoft.Consumption",
    )
    return text_of(budget)


def _complete(budget: Budget) -> Budget:
    """With the defaults that Azure fills in: the end, the kind of thresholds, frequencies."""
    start = budget.time_period.start_date
    start = start.replace(hour=0, minute=0, second=0, microsecond=0)
    reserved = budget.category == "ReservationUtilization"
    end = budget.time_period.end_date or _years_after(start, 3 if reserved else 10)
    frequency: Literal["Weekly", "Monthly"] = (
        "Weekly" if budget.time_grain == "Last7Days" else "Monthly"
    )
    notifications = {
        name: replace(told, frequency=told.frequency or frequency)
        if reserved
        else replace(told, threshold_type=told.threshold_type or "Actual")
        for name, told in (budget.notifications or {}).items()
    }
    return replace(budget, time_period=TimePeriod(start, end), notifications=notifications)


def _check_change(budget: Budget, before: Budget) -> None:
    if budget.category != before.category:
        raise _bad("category", "cannot be changed; create a budget of another name")
    if not _keeps_periods(before, budget.time_period.start_date):
        raise InvalidInput(
            "Start date of budgets cannot be updated. Please delete and create a new budget.",
            target="properties.timePeriod.startDate",
        )


def _keeps_periods(before: Budget, start: datetime) -> bool:
    """Whether a budget that starts then has no other periods: its own start, or the start of a
    later period. A template that tells this month's first day moves it so from month to month."""
    former, months = before.time_period.start_date, GRAIN_MONTHS.get(before.time_grain)
    apart = (start.year - former.year) * 12 + start.month - former.month
    if months is None or apart < 0 or apart % months:
        return start == former
    return start == months_later(former, apart)


def _check_period(budget: Budget, now: datetime) -> None:
    start, end = budget.time_period.start_date, budget.time_period.end_date
    assert end is not None
    place = "timePeriod.startDate"
    if budget.time_grain in _CALENDAR and start.day != 1:
        raise _bad(place, f"is the first of a month for {budget.time_grain}, not {start:%F}")
    if start < _FIRST_START:
        raise _bad(place, f"is {_FIRST_START:%F} or later, not {start:%F}")
    if start > _years_after(now, 1):
        raise _bad(place, "is at most twelve months ahead")
    if start >= end:
        raise _bad("timePeriod.endDate", f"is after the start, {start:%F}")
    if end <= now:
        raise _bad("timePeriod.endDate", f"is in the past ({end:%F}): such a budget has expired")
    if budget.category == "ReservationUtilization" and end > _years_after(start, 3):
        raise _bad("timePeriod.endDate", "is at most three years after the start")


def _check_amount(budget: Budget) -> None:
    reserved = budget.category == "ReservationUtilization"
    if reserved != (budget.time_grain in _UTILIZATION):
        grains = _UTILIZATION if reserved else (*_CALENDAR, "BillingMonth", "BillingQuarter")
        raise _bad("timeGrain", f"of category {budget.category} is one of {', '.join(grains)}")
    if not reserved and budget.amount is None:
        raise _bad("amount", "is missing; a budget of costs has one")
    if budget.amount is not None and budget.amount <= 0:
        raise _bad("amount", f"is more than 0, not {budget.amount}")


def _check_filter(budget: Budget) -> None:
    told = budget.filter or BudgetFilter()
    if told.all_of is not None and len(told.all_of) < 2:
        raise _bad("filter.and", "has at least 2 conditions; write a single one without 'and'")
    if told.all_of is not None and (told.dimensions or told.tags):
        raise _bad("filter", "has 'and', or one condition, not both")
    for part in told.parts:
        if (part.dimensions is None) == (part.tags is None):
            raise _bad("filter", "conditions are each either 'dimensions' or 'tags'")
        _check_comparison(part, reserved=budget.category == "ReservationUtilization")


def _check_comparison(part: FilterPart, *, reserved: bool) -> None:
    comparison = part.dimensions or part.tags
    assert comparison is not None
    name = comparison.name.lower()
    if not comparison.values:
        raise _bad("filter", f"for '{comparison.name[:60]}' has no values")
    if reserved and (part.tags or name not in _RESERVATIONS):
        raise _bad("filter", "of a reservation's use is by ReservationId or ReservedResourceType")
    if part.dimensions and not reserved and name not in BY_NAME:
        raise _bad("filter", f"names no dimension: '{comparison.name[:60]}'")


def _years_after(instant: datetime, years: int) -> datetime:
    """The same day years later, in 9999 at the latest; the 29th of February becomes the 28th."""
    leap = instant.month == 2 and instant.day == 29
    year = min(instant.year + years, 9_999)
    return instant.replace(year=year, day=28 if leap else instant.day)


def _bad(member: str, told: str) -> InvalidInput:
    return InvalidInput(f"properties.{member} {told}", target=f"properties.{member}")
