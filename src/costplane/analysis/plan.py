"""From a definition to a plan: which tables answer it, over which columns, cut where.

A plan is data: it can be printed, compared and tested without being run. Hourly rows of `charges`
and `uncharged` answer whatever they carry. Where a fact of the single request is needed (user,
session, HTTP status, a tag that charges do not carry) or an hour is cut by the range or by a
local day, rows made from `usage` stand in their place (billing-rules 24, 26).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from costplane.analysis import dimensions
from costplane.analysis.definition import QueryDefinition
from costplane.analysis.filters import Condition, Junction, Leaf, leaves_of, show_condition
from costplane.analysis.zones import Offset, day_borders, hour_borders, local_date, offsets
from costplane.core.period import HOUR, Period, hour_start
from costplane.errors import InvalidQuery

EVENT_TAGS = "x_EventTags"
"""Column of request-level rows: all tags of the event, as canonical JSON."""

ANY_PERIOD = Period(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
"""Stands for the period of plans that differ in nothing else (analysis/repeated.py)."""

_MOST_CUTS = 10_000
_BEST = frozenset({"best"})


@dataclass(frozen=True, slots=True)
class ScopeFilter:
    """A part of the cost that is asked for: ids in lower case; None is no restriction.

    A resource covers its own charges alone: an AI account not its Marketplace entries, which
    are resources of the group.
    """

    subscriptions: frozenset[str] | None = None
    resource_group: str | None = None
    resource_id: str | None = None


Dataset = Literal["Best", "Metered", "Billed", "Both"]
"""Which rows answer: bills where they cover and metered charges elsewhere, one of the two, or
(asked for by name) both side by side (billing-rules 25)."""

Scopes: TypeAlias = tuple[ScopeFilter, ...]
"""Whose cost is asked for: what lies in any of the parts, each line once; no part, nothing."""


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """How a definition is answered at a scope.

    `relations` are the tables that the statements read. With `source` "usage" the relations
    `charges` and `uncharged` are made from requests, by hour, `cuts` and `request_columns`
    (columns of `usage`; its `tags` is named `x_EventTags` there). With "hourly" they are the
    ledger's tables, in which the `border_hours` are replaced by such rows. `calls` says how
    events are counted: as rows of `usage`, or by the lines that they have. `uncharged` says
    whether lines without a charge make groups of the answer. `currency` stands on groups
    without any charge; `one_currency` says that all charges in the scopes are in it. With
    `reversals` groups of which nothing is left are left out. With `pseudonyms` nobody is named:
    pseudonyms.py says what stands in place of persons.
    """

    definition: QueryDefinition
    scopes: Scopes
    currency: str
    source: Literal["hourly", "usage"]
    request_columns: tuple[str, ...]
    event_tags: frozenset[str]
    offsets: tuple[Offset, ...]
    cuts: tuple[datetime, ...]
    calls: Literal["usage", "lines"] | None
    uncharged: bool
    datasets: tuple[str, ...]
    reversals: bool = False
    pseudonyms: bool = False
    dataset: Dataset = "Best"
    one_currency: bool = False

    @property
    def period(self) -> Period:
        """The half-open range in UTC."""
        return self.definition.period

    @property
    def border_hours(self) -> tuple[datetime, ...]:
        """The hours that a cut divides."""
        return tuple(sorted({hour_start(cut) for cut in self.cuts}))

    @property
    def sums_amounts(self) -> bool:
        """Whether anything but calls is summed."""
        return any(a.kind != "Calls" for a in self.definition.aggregations)

    @property
    def relations(self) -> tuple[str, ...]:
        """The tables read; `uncharged` always, since each answer tells what is unpriced."""
        charges = self.sums_amounts or self.calls == "lines"
        return (
            *(("charges",) if charges else ()),
            "uncharged",
            *(("usage", "series") if self.calls else ()),
        )

    def explain(self) -> str:
        """The plan as lines for people."""
        return "\n".join(f"{name:<12} {text}" for name, text in self._explanation() if text)

    def _explanation(self) -> Iterator[tuple[str, str]]:
        asked = self.definition
        yield "type", asked.type
        yield "range", f"{_show(self.period.start)} up to, not including, {_show(self.period.end)}"
        yield "granularity", f"{asked.granularity}, in {asked.zone}"
        for offset in self.offsets if asked.zone != "UTC" else ():
            yield (
                "offset",
                f"UTC {offset.ahead.total_seconds() / 3600:+g} h from {_show(offset.since)}",
            )
        yield "sums", ", ".join(a.name for a in asked.aggregations)
        yield "groups", ", ".join(f"{g.kind} {g.written}" for g in asked.groupings)
        yield "filter", show_condition(asked.filter)
        yield "scope", " or ".join(map(_show_scope, self.scopes)) or "nothing"
        yield "source", self._show_source()
        yield (
            "calls",
            {"usage": "rows of usage", "lines": "events by their lines"}.get(self.calls or "", ""),
        )
        yield "reads", ", ".join(self.relations)
        yield "persons", "pseudonyms" if self.pseudonyms and persons_asked(self.definition) else ""

    def _show_source(self) -> str:
        if self.source == "usage":
            columns = ", ".join(self.request_columns) or "local hours"
            return f"requests, by {columns}"
        cuts = len(self.border_hours)
        return f"hourly rows, {cuts} border hours from requests" if cuts else "hourly rows"


def plan(
    definition: QueryDefinition,
    scopes: Scopes,
    *,
    carried_tags: frozenset[str],
    currency: str,
    reversals: bool = False,
    pseudonyms: bool = False,
    bills: bool = False,
    one_currency: bool = False,
) -> QueryPlan:
    """The plan for `definition` at `scopes`.

    `carried_tags` are the keys, in lower case, that rows of `charges` carry; other keys are
    answered from requests. `reversals` says whether a re-rating may have taken rows back, `bills`
    whether imported bills cover anything of what is asked for, `one_currency` that all rows of
    `charges` in the scopes are in `currency`; rows made of requests or of bills are not looked at.
    Raises InvalidQuery if the range has too many divided hours.
    """
    dimensions_used = _dimensions_used(definition)
    event_tags = frozenset(_tags_used(definition) - carried_tags)
    request = sorted({str(d.event) for d in dimensions_used if d.is_request})
    if event_tags:
        request.append("tags")
    cuts = _cuts(definition)
    found = offsets(definition.zone, definition.period)
    cuts_all = definition.granularity == "Hourly" and any(o.ahead % HOUR for o in found)
    hourly = not request and not cuts_all
    datasets = _datasets(definition.filter, bills=bills)
    return QueryPlan(
        definition=definition,
        scopes=scopes,
        currency=currency,
        source="hourly" if hourly else "usage",
        request_columns=tuple(request),
        event_tags=event_tags,
        offsets=found,
        cuts=cuts,
        calls=_calls(definition, scopes),
        uncharged=_shows_uncharged(definition),
        datasets=datasets,
        reversals=reversals,
        pseudonyms=pseudonyms,
        dataset=chosen_dataset(definition.filter),
        one_currency=one_currency and hourly and not cuts and "Billed" not in datasets,
    )


def persons_asked(definition: QueryDefinition) -> tuple[str, ...]:
    """The dimensions that tell persons by which the definition groups or filters."""
    return tuple(d.name for d in _dimensions_used(definition) if d.is_person)


def _dimensions_used(definition: QueryDefinition) -> list[dimensions.Dimension]:
    grouped = {g.name for g in definition.groupings if g.kind == "Dimension"}
    filtered = {f.name for f in leaves_of(definition.filter) if f.kind == "Dimension"}
    return [d for d in dimensions.DIMENSIONS if d.name in grouped | filtered]


def _tags_used(definition: QueryDefinition) -> set[str]:
    grouped = {g.name for g in definition.groupings if g.kind == "TagKey"}
    return grouped | {f.name for f in leaves_of(definition.filter) if f.kind == "TagKey"}


def _calls(definition: QueryDefinition, scopes: Scopes) -> Literal["usage", "lines"] | None:
    """Rows of `usage` are counted where all that is asked is a fact of the event itself. Tags
    are not: an event's stand over those of its resource, which its lines carry."""
    if all(a.kind != "Calls" for a in definition.aggregations):
        return None
    counted = asks_events(definition, scopes) and not _tags_used(definition)
    return "usage" if counted else "lines"


def asks_events(definition: QueryDefinition, scopes: Scopes) -> bool:
    """Whether all that is asked is a fact of the event itself, but for tags."""
    of_events = all(d.event is not None for d in _dimensions_used(definition))
    return of_events and all(scope.resource_id is None for scope in scopes)


def _shows_uncharged(definition: QueryDefinition) -> bool:
    """Whether groups without any priced line appear: where a grouping tells them apart, or a
    usage aggregation is asked (interfaces.md)."""
    told = {d.name for d in dimensions.DIMENSIONS if isinstance(d.uncharged, str)}
    apart = any(g.kind == "TagKey" or g.name in told for g in definition.groupings)
    return apart or any(a.is_usage for a in definition.aggregations)


def chosen_dataset(condition: Condition | None) -> Dataset:
    """The dataset that a filter by `Dataset` chooses; Best without one."""
    chosen = _named_datasets(condition)
    if "best" in chosen:
        return "Best"
    if "billed" in chosen:
        return "Both" if "metered" in chosen else "Billed"
    return "Metered"


def _datasets(condition: Condition | None, *, bills: bool) -> tuple[str, ...]:
    """The datasets that an answer uses."""
    chosen = _named_datasets(condition)
    if "best" in chosen:
        return ("Metered", "Billed") if bills else ("Metered",)
    return tuple(name for name in ("Metered", "Billed") if name.lower() in chosen)


def _named_datasets(condition: Condition | None) -> frozenset[str]:
    """The values, in lower case, that every filter by `Dataset` lets through."""
    parts = condition.conditions if isinstance(condition, Junction) else (condition,)
    if isinstance(condition, Junction) and condition.word == "or":
        return _BEST
    chosen = [part for part in parts if isinstance(part, Leaf) and part.name == "Dataset"]
    named = [frozenset(leaf.values) for leaf in chosen if "best" not in leaf.values]
    return frozenset.intersection(*named) if named else _BEST


def _cuts(definition: QueryDefinition) -> tuple[datetime, ...]:
    """The instants inside an hour at which the range or one of its buckets starts or ends."""
    period, zone = definition.period, definition.zone
    borders = {period.start, period.end}
    if definition.granularity == "Hourly":
        borders.update(hour_borders(zone, period))
    elif definition.granularity != "None":
        borders.update(_day_cuts(definition))
    cuts = sorted(border for border in borders if hour_start(border) != border)
    if len(cuts) > _MOST_CUTS:
        raise InvalidQuery(
            f"hours of {zone} are no full hours of UTC; ask for at most {_MOST_CUTS:,} of them",
            target="timePeriod",
        )
    return tuple(cuts)


def _day_cuts(definition: QueryDefinition) -> list[datetime]:
    days = day_borders(definition.zone, definition.period)
    if definition.granularity == "Daily":
        return days
    return [day for day in days if local_date(day, definition.zone).day == 1]


def _show_scope(scope: ScopeFilter) -> str:
    parts = [
        f"subscriptions {', '.join(sorted(scope.subscriptions)) or 'none'}"
        if scope.subscriptions is not None
        else "",
        f"resource group {scope.resource_group}" if scope.resource_group else "",
        f"resource {scope.resource_id}" if scope.resource_id else "",
    ]
    return ", ".join(part for part in parts if part) or "everything"


def _show(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%d %H:%M:%SZ" if instant.second else "%Y-%m-%d %H:%MZ")
