"""The tree of management groups: what lists tell beside what is known, and that it is a tree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from costplane.catalog.model import ManagementGroup, Subscription
from costplane.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class ListedGroups:
    """What one item of a list tells: groups, the subscriptions that stand in them, and groups
    that are named as a parent only."""

    groups: tuple[ManagementGroup, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    named: tuple[ManagementGroup, ...] = ()


def completed(
    listed: Iterable[ListedGroups], known: Iterable[ManagementGroup]
) -> tuple[ManagementGroup, ...]:
    """The groups that lists add or change; one of which they tell no parent keeps its own."""
    before = {group.id: group for group in known}
    found = dict(before)
    for each in listed:
        for group in each.named:
            found.setdefault(group.id, group)
        for group in each.groups:
            above = group.parent or (found[group.id].parent if group.id in found else None)
            found[group.id] = replace(group, parent=above)
    return tuple(group for group in found.values() if before.get(group.id) != group)


def loop(groups: Iterable[ManagementGroup]) -> tuple[str, ...]:
    """Ids of groups that stand under one another in a ring, the first again at the end; or none."""
    parents = {group.id: group.parent for group in groups}
    for id_ in parents:
        path = [id_]
        while (above := parents.get(path[-1])) is not None and above not in path:
            path.append(above)
        if above == id_:
            return (*path, id_)
    return ()


def require_tree(groups: Iterable[ManagementGroup]) -> None:
    """Raises InvalidInput, naming its groups, if some stand in a ring."""
    ring = loop(groups)
    if ring:
        raise InvalidInput(f"parent: {in_ring(ring)}", target="parent")


def in_ring(ring: tuple[str, ...]) -> str:
    """What is wrong with groups in a ring, and the mend."""
    return (
        f"management group '{ring[0]}' would stand under itself ({' in '.join(ring)}); "
        "give one of them another parent"
    )
