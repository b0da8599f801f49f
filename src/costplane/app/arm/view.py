"""Views: saved questions with how they are shown (contract.md section 4).

What a view asks must be a query that would be answered, so that a name that is misspelt is found
when the view is saved and not when somebody opens it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Literal

from msgspec import field

from costplane.analysis.body import as_object, member
from costplane.analysis.definition import parse_definition
from costplane.app.arm.documents import Shape, of_text, read, text_of
from costplane.core.arm_resource import ArmResource
from costplane.core.scope import parse_scope
from costplane.errors import InvalidInput

KIND = "views"

_QUERY = "properties.query"


class Comparison(Shape, frozen=True):
    """A dimension or tag compared with values."""

    name: str
    operator: Literal["In", "Contains"]
    values: tuple[str, ...]


class Filter(Shape, frozen=True):
    """A tree of conditions."""

    all_of: tuple[Filter, ...] | None = field(name="and", default=None)
    any_of: tuple[Filter, ...] | None = field(name="or", default=None)
    none_of: Filter | None = field(name="not", default=None)
    dimensions: Comparison | None = None
    tags: Comparison | None = None


class Sum(Shape, frozen=True):
    """What is summed."""

    name: str
    function: Literal["Sum"]


class Column(Shape, frozen=True):
    """What is grouped by, or shown beside the main chart."""

    type: Literal["Dimension", "TagKey", "Tag"]
    name: str


class Order(Shape, frozen=True):
    """What is sorted by."""

    name: str
    direction: Literal["Ascending", "Descending"] = "Ascending"


class Configuration(Shape, frozen=True):
    """Columns of a view without sums."""

    columns: tuple[str, ...] | None = None


class DataSet(Shape, frozen=True):
    """What a view asks for."""

    granularity: Literal["None", "Hourly", "Daily", "Monthly"] | None = None
    aggregation: dict[str, Sum] | None = None
    grouping: tuple[Column, ...] | None = None
    sorting: tuple[Order, ...] | None = None
    filter: Filter | None = None
    configuration: Configuration | None = None


class TimePeriod(Shape, frozen=True):
    """The range of a Custom time frame."""

    start: datetime = field(name="from")
    end: datetime = field(name="to")


class Question(Shape, frozen=True, kw_only=True):
    """A view's query (Azure's ReportConfigDefinition)."""

    type: Literal["Usage", "ActualCost", "AmortizedCost"]
    timeframe: Literal["WeekToDate", "MonthToDate", "YearToDate", "Custom"]
    time_period: TimePeriod | None = None
    data_set: DataSet | None = None
    include_monetary_commitment: bool | None = None


class Kpi(Shape, frozen=True):
    """A forecast or a budget that is shown beside the costs."""

    type: Literal["Forecast", "Budget"]
    enabled: bool
    id: str | None = None


class View(Shape, frozen=True, kw_only=True):
    """The properties of a view that callers tell; the scope is what the path says, or, for a
    private one, any that the caller names."""

    read_only: ClassVar[frozenset[str]] = frozenset({"createdon", "modifiedon", "currency"})

    display_name: str | None = None
    scope: str | None = None
    date_range: str | None = None
    query: Question | None = None
    chart: Literal["Area", "Line", "StackedColumn", "GroupedColumn", "Table"] | None = None
    accumulated: Literal["true", "false"] | None = None
    metric: Literal["ActualCost", "AmortizedCost", "AHUB"] | None = None
    kpis: tuple[Kpi, ...] | None = None
    pivots: tuple[Column, ...] | None = None


def view_of(resource: ArmResource) -> View:
    """The view that a resource holds."""
    return of_text(View, resource.document)


def saved_text(data: object, now: datetime) -> str:
    """The document of a view as `data` tells it. Raises InvalidInput."""
    told = dict(as_object(data, "properties"))
    query = member(told, "query", _QUERY)
    if query is not None:
        # First: it also bounds how deep a filter may be.
        _check_query(as_object(query, _QUERY), now)
    for name, value in told.items():
        if name.lower() == "accumulated" and isinstance(value, bool):
            told[name] = str(value).lower()
    view = read(View, told, "properties")
    if view.scope:
        parse_scope(view.scope)
    return text_of(view)


def _check_query(query: Mapping[str, object], now: datetime) -> None:
    """Raises InvalidInput unless the query would be answered."""
    timeframe = member(query, "timeframe", f"{_QUERY}.timeframe")
    if timeframe is None:
        raise InvalidInput(f"{_QUERY}.timeframe is missing", target=f"{_QUERY}.timeframe")
    parse_definition(query, now)
