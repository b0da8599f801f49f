"""What a business count is about, in the words of queries: its own dimensions, and those that
its scope's id tells."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from costplane.analysis import dimensions
from costplane.analysis.filters import Condition, Junction, Leaf, Not
from costplane.core.business_count import BusinessCount
from costplane.core.scope import ScopeKind, parse_scope

TAG = "tag:"

DESCRIBED: frozenset[ScopeKind] = frozenset(
    ("All", "Subscription", "ResourceGroup", "Resource", "ExternalSubscription")
)
"""Scopes that `scope_facts` tells apart from all others."""


@lru_cache(maxsize=4_096)
def scope_facts(scope_id: str) -> tuple[tuple[str, str], ...]:
    """The dimensions that a scope's id tells."""
    scope = parse_scope(scope_id)
    parts = dict(scope.parts)
    found = []
    if "subscription" in parts:
        found.append(("SubscriptionId", parts["subscription"]))
    if scope.kind == "ExternalSubscription":
        found.append(("SubscriptionId", parts["name"]))
    if "group" in parts:
        found.append(("ResourceGroupName", parts["group"]))
    if scope.kind == "Resource":
        found.append(("ResourceId", scope.id))
    return tuple(found)


def facts_of(count: BusinessCount) -> dict[str, str]:
    """Every dimension and tag that the count tells."""
    return dict(scope_facts(count.scope)) | dict(count.dimensions)


def fact_name(kind: str, name: str) -> str:
    """The name of a grouping's or a filter's dimension or tag among facts."""
    return f"{TAG}{name}" if kind == "TagKey" else name


def folded(name: str, value: str) -> str:
    """`value` as it is compared: exact for tags, else without regard to case (billing-rules 24)."""
    if name.startswith(TAG):
        return value
    lower = value.lower()
    return lower.replace(" ", "") if dimensions.BY_NAME[name.lower()].is_solid else lower


def holds(condition: Condition | None, facts: Mapping[str, str]) -> bool | None:
    """Whether a filter lets what has these facts through; None where they do not tell."""
    if condition is None:
        return True
    if isinstance(condition, Not):
        inner = holds(condition.condition, facts)
        return None if inner is None else not inner
    if isinstance(condition, Junction):
        return _joined(condition, facts)
    return _compared(condition, facts)


def _joined(junction: Junction, facts: Mapping[str, str]) -> bool | None:
    decisive = junction.word == "or"
    found = [holds(part, facts) for part in junction.conditions]
    if decisive in found:
        return decisive
    return None if None in found else not decisive


def _compared(leaf: Leaf, facts: Mapping[str, str]) -> bool | None:
    name = fact_name(leaf.kind, leaf.name)
    if name not in facts:
        return None
    value = folded(name, facts[name])
    if leaf.comparison == "In":
        return value in leaf.values
    return any(text in value for text in leaf.values)
