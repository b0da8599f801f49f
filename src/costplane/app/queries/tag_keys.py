"""Which keys of tags a table holds, and on what, learnt file by file: a Parquet file of a Delta
table never changes, so each is read once and a commit costs what it adds."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from costplane.analysis.plan import Scopes
from costplane.app.queries.places import Place
from costplane.core.relation import Engine, Files, Relation
from costplane.core.sql import query
from costplane.ledger.delta import Snapshot

_PLACES = {
    "charges": "SubAccountId, x_ResourceGroupName, ResourceId, Tags",
    "uncharged": "SubAccountId, x_ResourceGroupName, ResourceId, Tags",
    "usage": "subscription_id, resource_group, resource_id, tags",
}


_Keys = Mapping[Place, frozenset[str]]


class TagKeys:
    """The keys by file. Threads may share it; two may read the same file, to no harm."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[str, _Keys] = {}
        self._merged: dict[str, tuple[tuple[str, ...], _Keys]] = {}

    def of(self, snapshot: Snapshot, table: str, scopes: Scopes) -> frozenset[str]:
        """The keys on rows of `table` in `scopes`, as they are spelled there.

        A row of `usage` is on the resource that was called, which Marketplace charges are not on.
        """
        found = self._all(snapshot.relation(table), table)
        chosen = (keys for place, keys in found.items() if place.lies_in(scopes))
        return frozenset[str]().union(*chosen)

    def _all(self, files: Files, table: str) -> _Keys:
        paths, known = self._merged.get(table, ((), {}))
        if paths == files.paths:
            return known
        for path in files.paths:
            if path not in self._known:
                self._known[path] = self._read(Files((path,), files.schema), table)
        merged: dict[Place, frozenset[str]] = {}
        for path in files.paths:
            for place, keys in self._known[path].items():
                merged[place] = merged.get(place, frozenset()) | keys
        self._merged[table] = files.paths, merged
        return merged

    def _read(self, file: Relation, table: str) -> _Keys:
        found: dict[Place, set[str]] = {}
        for row in self._engine.execute(_statement(table), {table: file}).to_pylist():
            place = Place(row["subscription"], row["grp"], row["resource"])
            found.setdefault(place, set()).add(row["key"])
        return {place: frozenset(keys) for place, keys in found.items()}


def _statement(table: str) -> exp.Query:
    """The distinct keys by place; equal sets of tags are read once a place."""
    subscription, group, resource, tags = _PLACES[table].split(", ")
    return query(
        "SELECT DISTINCT subscription, grp, resource, "
        "UNNEST(JSON_KEYS(CAST(tags AS JSON))) AS key FROM ("
        f"SELECT DISTINCT {subscription} AS subscription, {group} AS grp, "
        f"{resource} AS resource, {tags} AS tags FROM {table}) AS sets"
    )
