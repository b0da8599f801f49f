"""Events of erased persons that arrive later: their names are replaced before anything is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from costplane.app.erasing.names import COLUMNS, ErasedNames, replaced
from costplane.app.erasing.ports import ErasureStore
from costplane.metering.digests import digests_after

_DIGEST = "content_digest"


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Replaces names in events. `key` is asked for only where somebody was erased."""

    store: ErasureStore
    key: Callable[[], bytes]

    def replaced(self, events: pa.Table) -> pa.Table:
        """`events` without the names of erased persons; their content digests, where they have
        some, become those of the same events told without them."""
        persons = self.store.all()
        return without_names(events, ErasedNames(self.key(), persons)) if persons else events


def without_names(events: pa.Table, names: ErasedNames) -> pa.Table:
    """`events` with names of erased persons replaced."""
    users, sessions = events["user"], events["session"]
    of_users = names.of_all("User", _told(users))
    of_sessions = names.of_all("Session", _told(sessions))
    whole = [user for user in of_users if names.with_sessions(user)]
    if not of_users and not of_sessions:
        return events
    changed = {
        "user": replaced(users, of_users),
        "session": replaced(sessions, of_sessions),
    }
    if whole:
        anew = {s: names.always("Session", s) for s in _told(sessions)}
        theirs = pc.is_in(users, pa.array(whole, pa.string()))
        changed["session"] = pc.if_else(theirs, replaced(sessions, anew), changed["session"])
    return _with(events, changed)


def _with(events: pa.Table, changed: Mapping[str, pa.ChunkedArray]) -> pa.Table:
    found = events
    for name in COLUMNS:
        before, after = events[name], changed[name]
        place = found.schema.get_field_index(name)
        found = found.set_column(place, events.schema.field(name), after)
        if _DIGEST in events.column_names:
            place = found.schema.get_field_index(_DIGEST)
            digests = digests_after(found[_DIGEST], name, before, after)
            found = found.set_column(place, events.schema.field(_DIGEST), digests)
    return found


def _told(column: pa.ChunkedArray) -> list[str]:
    return [value for value in pc.unique(column).to_pylist() if value is not None]
