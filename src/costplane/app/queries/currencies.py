"""In which currencies charges are, and on what, learnt file by file: a Parquet file of a Delta
table never changes, so each is read once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from costplane.analysis.plan import ScopeFilter, Scopes
from costplane.app.queries.places import Place
from costplane.core.relation import Engine, Files
from costplane.core.sql import query

_STATEMENT = query(
    "SELECT DISTINCT SubAccountId AS subscription, x_ResourceGroupName AS grp, "
    "ResourceId AS resource, BillingCurrency AS currency FROM charges"
)

_Known = Mapping[str | None, Mapping[str | None, frozenset[Place]]]
"""Where charges are, by subscription, then currency."""


class Currencies:
    """The currencies of files. Threads may share it; two may read the same file, to no harm."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: tuple[frozenset[str], _Known] = frozenset(), {}

    def are_all(self, currency: str, files: Files, scopes: Scopes) -> bool:
        """Whether the charges in `scopes` of `files`, and of whatever was asked for before, are
        in `currency`. It depends on nothing outside of the scopes, so that another currency there
        is not felt by the time that answers take, and looks at their subscriptions alone."""
        known = self._learnt(files)
        return not any(
            place.lies_in((part,)) for part in scopes for place in _others(known, part, currency)
        )

    def _learnt(self, files: Files) -> _Known:
        paths, known = self._known
        new = tuple(path for path in files.paths if path not in paths)
        if new:
            rows = Files(new, files.schema, files.uneven)
            found = {subscription: dict(places) for subscription, places in known.items()}
            for row in self._engine.execute(_STATEMENT, {"charges": rows}).to_pylist():
                place = Place(row["subscription"], row["grp"], row["resource"])
                places = found.setdefault(place.subscription, {})
                places[row["currency"]] = places.get(row["currency"], frozenset()) | {place}
            known = found
            self._known = paths.union(new), known
        return known


def _others(known: _Known, part: ScopeFilter, currency: str) -> Iterator[Place]:
    """Where charges in other currencies are, in the subscriptions of a part of scopes."""
    for subscription in known if part.subscriptions is None else part.subscriptions:
        for other, places in known.get(subscription, {}).items():
            if other != currency:
                yield from places
