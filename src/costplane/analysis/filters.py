"""A query's filter: a tree of and, or, not over dimensions and tags (contract.md section 1).

Values of dimensions are ids and names and compare without regard to case; values of tags are
exact, their keys are not (billing-rules 24). A missing value is the empty string.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from costplane.analysis import dimensions
from costplane.analysis.body import Body, as_list, as_object, as_text, as_value, choose, member
from costplane.errors import InvalidQuery

Comparison = Literal["In", "Contains"]

DEEPEST = 20
MOST_VALUES = 10_000
_MOST_NODES = 1_000

_OPERATORS: dict[str, tuple[Comparison, bool]] = {
    "in": ("In", False),
    "equal": ("In", False),
    "equals": ("In", False),
    "contains": ("Contains", False),
    "notin": ("In", True),
    "notequal": ("In", True),
    "notequals": ("In", True),
    "notcontains": ("Contains", True),
}
_SHOWN_OPERATORS = "In, Equal, Contains, NotIn, NotEqual, NotContains"
_FORMS = {
    "and": "and",
    "or": "or",
    "not": "not",
    "dimensions": "dimensions",
    "dimension": "dimensions",
    "tags": "tags",
    "tag": "tags",
}


@dataclass(frozen=True, slots=True)
class Leaf:
    """`name` compared with any of `values`. A dimension's name is the registry's and its values
    are in lower case; a tag's name is its key in lower case."""

    kind: Literal["Dimension", "TagKey"]
    name: str
    comparison: Comparison
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of `condition`."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Junction:
    """All (`and`) or any (`or`) of `conditions`, of which there is at least one."""

    word: Literal["and", "or"]
    conditions: tuple[Condition, ...]


Condition = Leaf | Not | Junction


def parse_filter(value: object, target: str) -> Condition:
    """The filter in `value`. Raises InvalidQuery at the first fault, and when it is too large."""
    condition = _parse(value, target, 1)
    leaves = list(leaves_of(condition))
    size = sum(len(leaf.values) for leaf in leaves)
    if size > MOST_VALUES or len(leaves) > _MOST_NODES:
        raise InvalidQuery(
            f"the filter has {len(leaves):,} comparisons with {size:,} values; "
            f"{_MOST_NODES:,} with {MOST_VALUES:,} are allowed",
            target=target,
        )
    return condition


def leaves_of(condition: Condition | None) -> Iterator[Leaf]:
    """Every comparison in `condition`."""
    if isinstance(condition, Leaf):
        yield condition
    elif isinstance(condition, Not):
        yield from leaves_of(condition.condition)
    elif condition is not None:
        for part in condition.conditions:
            yield from leaves_of(part)


def show_condition(condition: Condition | None) -> str:
    """A filter on one line; long lists of values are counted."""
    if condition is None:
        return ""
    if isinstance(condition, Leaf):
        some = ", ".join(condition.values[:5])
        rest = f" and {len(condition.values) - 5:,} more" if len(condition.values) > 5 else ""
        name = condition.name if condition.kind == "Dimension" else f"tag:{condition.name}"
        return f"{name} {condition.comparison} ({some}{rest})"
    if isinstance(condition, Junction):
        parts = f" {condition.word} ".join(show_condition(p) for p in condition.conditions)
        return f"({parts})"
    return f"not {show_condition(condition.condition)}"


def _parse(value: object, target: str, depth: int) -> Condition:
    if depth > DEEPEST:
        raise InvalidQuery(f"the filter is deeper than {DEEPEST} levels", target=target)
    form, content = _form(as_object(value, target), target)
    if form == "not":
        return Not(_parse(content, f"{target}.not", depth + 1))
    if form in ("dimensions", "tags"):
        return _leaf(form, as_object(content, f"{target}.{form}"), f"{target}.{form}")
    parts = as_list(content, f"{target}.{form}", _MOST_NODES)
    conditions = tuple(
        _parse(part, f"{target}.{form}[{number}]", depth + 1) for number, part in enumerate(parts)
    )
    return Junction("and" if form == "and" else "or", conditions)


def _form(body: Body, target: str) -> tuple[str, object]:
    """Which of the five forms `body` has, and what stands under it."""
    found = [
        (_FORMS[key.lower()], content)
        for key, content in body.items()
        if key.lower() in _FORMS and content is not None
    ]
    if len(found) != 1:
        raise InvalidQuery(
            f"{target} holds exactly one of and, or, not, dimensions, tags", target=target
        )
    return found[0]


def _leaf(form: str, body: Body, target: str) -> Condition:
    name = member(body, "name", target)
    comparison, negated = _operator(member(body, "operator", target), f"{target}.operator")
    given = as_list(member(body, "values", target), f"{target}.values", MOST_VALUES)
    values = [as_value(v, f"{target}.values[{number}]") for number, v in enumerate(given)]
    if form == "dimensions":
        dimension = choose(name, dimensions.BY_NAME, f"{target}.name")
        values = [value.lower() for value in values]
        if dimension.is_solid:
            values = [value.replace(" ", "") for value in values]
        leaf = Leaf("Dimension", dimension.name, comparison, _once(values))
    else:
        key = as_text(name, f"{target}.name").lower()
        leaf = Leaf("TagKey", key, comparison, _once(values))
    return Not(leaf) if negated else leaf


def _operator(value: object, target: str) -> tuple[Comparison, bool]:
    text = "In" if value is None else as_text(value, target)
    if text.lower() not in _OPERATORS:
        raise InvalidQuery(
            f"{target} cannot be '{text[:60]}'; it is one of {_SHOWN_OPERATORS}", target=target
        )
    return _OPERATORS[text.lower()]


def _once(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
