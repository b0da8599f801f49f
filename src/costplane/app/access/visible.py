"""What the scope `/` means for a caller: all that it may see, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from costplane.analysis.plan import ScopeFilter, Scopes
from costplane.catalog.ports import CatalogReader
from costplane.core.scope import ROOT, Scope, parse_scope
from costplane.errors import NotFound

EVERYTHING: tuple[Scope, ...] = (parse_scope(ROOT),)
"""What they see who are not held to roles: the command line, and Owners of everything."""

MaySee = Callable[[str], bool]
"""Whether costs of the resource with an id are visible."""


def sees_everything(resource_id: str) -> bool:  # noqa: ARG001 - the same for each
    """The MaySee of those who are not held to roles."""
    return True


def scope_filters(
    catalog: CatalogReader, scope: Scope, visible: Sequence[Scope] = EVERYTHING
) -> Scopes:
    """The parts that `scope` means; `/` is the union of the `visible` scopes, of which those that
    the catalog does not know have no costs. Raises NotFound for another scope that is unknown."""
    if scope.kind == "All":
        return _united(_known(catalog, visible))
    try:
        return (_filter(catalog, scope),)
    except NotFound as unknown:
        raise unknown if EVERYTHING[0] in visible else _without_neighbours(unknown, scope) from None


def check_known(
    catalog: CatalogReader, scope: Scope, visible: Sequence[Scope] = EVERYTHING
) -> None:
    """Raises NotFound for a scope that the catalog does not know, naming none that one may not
    see."""
    scope_filters(catalog, scope, visible)


def _without_neighbours(unknown: NotFound, scope: Scope) -> NotFound:
    """The same error for those who see a part: a scope that may be asked for, since a role was
    assigned there before it was, must not tell what stands near it."""
    return NotFound(
        f"the catalog knows no scope '{scope.id}'; '/' is all that you may see",
        target=unknown.target,
        code=unknown.error_code,
    )


def _known(catalog: CatalogReader, scopes: Iterable[Scope]) -> Iterable[ScopeFilter]:
    for scope in scopes:
        try:
            yield _filter(catalog, scope)
        except NotFound:
            continue


def _filter(catalog: CatalogReader, scope: Scope) -> ScopeFilter:
    chosen = catalog.select(scope)
    return ScopeFilter(chosen.subscriptions, chosen.resource_group, chosen.resource_id)


def _united(parts: Iterable[ScopeFilter]) -> Scopes:
    """The parts without those that lie in others; whole subscriptions are one part."""
    found = list(parts)
    if ScopeFilter() in found:
        return (ScopeFilter(),)
    whole = [part for part in found if part.resource_group is None and part.resource_id is None]
    subscriptions = frozenset[str]().union(*(part.subscriptions or () for part in whole))
    narrow = [
        part
        for part in dict.fromkeys(found)
        if part not in whole and not (part.subscriptions or frozenset()) <= subscriptions
    ]
    return (*((ScopeFilter(subscriptions),) if subscriptions else ()), *narrow)
