"""Cost allocation rules: what one is, and which of its states counts in which month.

contract.md section 11. A rule takes the costs of sources and gives them to targets in fixed
proportions. What is changed, switched off or removed acts from the UTC month of the change on:
earlier months stay as they were reported, so that a rule keeps its states.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import ClassVar, Literal, TypeVar

from msgspec.structs import replace

from costplane.app.arm.documents import Shape, of_text, read, text_of
from costplane.core.arm_resource import ArmResource
from costplane.errors import InvalidInput, NotFound

KIND = "costAllocationRules"
MOST_VALUES = 25

_DIMENSIONS = {"resourcegroupname": "ResourceGroupName", "subscriptionid": "SubscriptionId"}
_PLACE = "properties.details"


class Source(Shape, frozen=True, kw_only=True):
    """Whose costs are given away: values of a dimension or of a tag."""

    resource_type: Literal["Dimension", "Tag"]
    name: str
    values: tuple[str, ...]


class Proportion(Shape, frozen=True):
    """A target, and its percentage."""

    name: str
    percentage: Decimal


class Target(Shape, frozen=True, kw_only=True):
    """Who bears them."""

    resource_type: Literal["Dimension", "Tag"]
    name: str
    policy_type: Literal["FixedProportion"]
    values: tuple[Proportion, ...]


class Details(Shape, frozen=True):
    """From whom to whom."""

    source_resources: tuple[Source, ...]
    target_resources: tuple[Target, ...]


class RuleProperties(Shape, frozen=True, kw_only=True):
    """What a caller says of a rule."""

    read_only: ClassVar[frozenset[str]] = frozenset({"createddate", "updateddate"})

    description: str | None = None
    details: Details
    status: Literal["NotActive", "Active", "Processing", "Creating"]

    @property
    def source(self) -> Source:
        """The one source."""
        return self.details.source_resources[0]

    @property
    def target(self) -> Target:
        """The one target."""
        return self.details.target_resources[0]


class RuleState(Shape, frozen=True):
    """What a rule was at the end of its last change in a month; None: removed."""

    month: datetime
    properties: RuleProperties | None


class Rule(Shape, frozen=True, kw_only=True):
    """A rule with its states, the oldest first. Rules apply in the order of `created`."""

    name: str
    created: datetime
    updated: datetime
    states: tuple[RuleState, ...]

    @property
    def current(self) -> RuleProperties | None:
        """What it is now; None if it was removed."""
        return self.states[-1].properties

    def active_in(self, month: datetime) -> RuleProperties | None:
        """The rule as it counts for the charges of a month; None if it moves nothing there."""
        known = [state.properties for state in self.states if state.month <= month]
        found = known[-1] if known else None
        return found if found is not None and found.status == "Active" else None


def rule_of(resource: ArmResource) -> Rule:
    """The rule that a resource holds."""
    return of_text(Rule, resource.document)


def current_of(resource: ArmResource | None, name: str) -> tuple[Rule, RuleProperties]:
    """A rule that stands. Raises NotFound for one that does not, or was removed."""
    if resource is not None:
        rule = rule_of(resource)
        if rule.current is not None:
            return rule, rule.current
    raise NotFound(f"there is no cost allocation rule '{name[:80]}'")


def rule_told(data: object) -> RuleProperties:
    """The rule that a body's properties tell. Raises InvalidInput."""
    told = read(RuleProperties, data, "properties")
    if told.status not in ("Active", "NotActive"):
        raise _bad("properties.status", "is Active or NotActive; the server alone writes others")
    details = told.details
    for name, listed in (
        ("sourceResources", details.source_resources),
        ("targetResources", details.target_resources),
    ):
        if len(listed) != 1:
            raise _bad(f"{_PLACE}.{name}", "has exactly one element, with several values")
    source = _named(told.source, f"{_PLACE}.sourceResources[0]")
    target = _named(told.target, f"{_PLACE}.targetResources[0]")
    _check_values(source.values, f"{_PLACE}.sourceResources[0].values")
    given = tuple(item.name for item in target.values)
    _check_values(given, f"{_PLACE}.targetResources[0].values")
    _check_percentages(target)
    _check_apart(source, target)
    return replace(told, details=Details((source,), (target,)))


def saved_text(name: str, told: RuleProperties, found: ArmResource | None, now: datetime) -> str:
    """The document with a further state."""
    rule = rule_of(found) if found is not None else None
    if rule is None or rule.current is None:
        before = rule.states if rule is not None else ()
        new = Rule(name=name, created=now, updated=now, states=before)
        return text_of(_with_state(new, told, now))
    return text_of(_with_state(replace(rule, updated=now), told, now))


def removed_text(name: str, found: ArmResource | None, now: datetime) -> str:
    """The document of a rule that is removed now. Raises NotFound if none stands."""
    rule, _ = current_of(found, name)
    return text_of(_with_state(replace(rule, updated=now), None, now))


def _with_state(rule: Rule, told: RuleProperties | None, now: datetime) -> Rule:
    month = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    earlier = tuple(state for state in rule.states if state.month < month)
    return replace(rule, states=(*earlier, RuleState(month, told)))


S = TypeVar("S", Source, Target)


def _named(told: S, place: str) -> S:
    """With the dimension's name as Azure writes it."""
    if told.resource_type == "Tag":
        if not told.name.strip():
            raise _bad(f"{place}.name", "is the key of a tag")
        return told
    name = _DIMENSIONS.get(told.name.lower())
    if name is None:
        raise _bad(f"{place}.name", f"is one of {', '.join(_DIMENSIONS.values())}, or use a Tag")
    return replace(told, name=name)


def _check_values(values: tuple[str, ...], place: str) -> None:
    if not 1 <= len(values) <= MOST_VALUES:
        raise _bad(place, f"has 1 to {MOST_VALUES} values")
    if len({value.lower() for value in values}) < len(values):
        raise _bad(place, "names a value twice")
    if not all(value.strip() for value in values):
        raise _bad(place, "has an empty value")


def _check_percentages(target: Target) -> None:
    place = f"{_PLACE}.targetResources[0].values"
    for item in target.values:
        if not 0 < item.percentage <= 100 or item.percentage != round(item.percentage, 2):
            raise _bad(
                place,
                f"has percentages over 0 to 100 with two decimals, not {item.percentage}",
            )
    total = sum(item.percentage for item in target.values)
    if total != 100:
        raise _bad(place, f"has percentages that sum to 100, not {total}")


def _check_apart(source: Source, target: Target) -> None:
    """What is given to the one that gives it would move nothing."""
    if (source.resource_type, source.name.lower()) != (target.resource_type, target.name.lower()):
        return
    given = {value.lower() for value in source.values}
    for item in target.values:
        if item.name.lower() in given:
            raise _bad(_PLACE, f"names '{item.name[:80]}' as source and as target")


def _bad(place: str, told: str) -> InvalidInput:
    return InvalidInput(f"{place} {told}", target=place)
