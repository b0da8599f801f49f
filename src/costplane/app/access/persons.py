"""Seeing persons: a permission of its own, and a look that is told (billing-rules 30).

Who has no permission gets pseudonyms, and may not filter by persons: whether a filter finds
something would tell a name. Who has it is named in the audit log, once an hour for each scope and
kind of look.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cached_property

from costplane.access.audit import AuditEntry
from costplane.access.sealing import Sealing
from costplane.analysis.definition import QueryDefinition
from costplane.analysis.dimensions import PERSONS
from costplane.analysis.filters import leaves_of
from costplane.analysis.plan import persons_asked
from costplane.app.access.own_secrets import own_secret
from costplane.app.ports import Secrets
from costplane.core.exact_json import json_text
from costplane.core.period import hour_start
from costplane.core.scope import Scope
from costplane.errors import Forbidden

_NAME = "pseudonyms"


class Persons:
    """Who sees persons. Threads may share it."""

    def __init__(
        self,
        stored: Secrets,
        sealing: Callable[[], Sealing],
        record: Callable[[AuditEntry], None],
        now: Callable[[], datetime],
    ) -> None:
        self._stored = stored
        self._sealing = sealing
        self._record = record
        self._now = now
        self._lock = threading.Lock()
        self._hour: datetime | None = None
        self._looks: set[tuple[str, str]] = set()

    @cached_property
    def pseudonym_key(self) -> str:
        """The secret that pseudonyms are made with; made when it is first needed."""
        return own_secret(self._stored, self._sealing(), _NAME)

    def check(self, scope: Scope, definition: QueryDefinition, looker: str | None) -> None:
        """Tell the audit log that `looker` looks at persons; None may not see them. Raises
        Forbidden for a filter of who may not."""
        asked = persons_asked(definition)
        if not asked:
            return
        filtered = [leaf for leaf in leaves_of(definition.filter) if leaf.name in asked]
        if looker is not None:
            named = [f"{leaf.name} {', '.join(map(_told, leaf.values[:5]))}" for leaf in filtered]
            self._tell(looker, f"{'; '.join(named) or ', '.join(asked)} at {scope.id}")
        elif filtered:
            raise no_filter(filtered[0].name)

    def look_at_counts(self, looker: str, scope: Scope, dimensions: Iterable[str]) -> None:
        """Tell the audit log that `looker` sees how many persons there are, however few."""
        self._tell(looker, f"how many of {', '.join(dimensions)} at {scope.id}")

    def _tell(self, looker: str, look: str) -> None:
        now = self._now()
        with self._lock:
            if hour_start(now) != self._hour:
                self._hour = hour_start(now)
                self._looks.clear()
            if (looker, look) in self._looks:
                return
            self._looks.add((looker, look))
        self._record(AuditEntry(now, looker, "PersonsSeen", look))


def no_filter(dimension: str) -> Forbidden:
    """The refusal of a filter by persons."""
    return Forbidden(
        f"a filter by {dimension} would tell who somebody is; it needs the role 'Person Reader' "
        f"at this scope. Grouping by {' and '.join(sorted(PERSONS))} shows pseudonyms without it",
        target="dataset.filter",
    )


def _told(value: str) -> str:
    """A value in quotes, as in JSON: none looks like more than one, or like the rest of a look,
    and erasing a person finds it (app/erasing/other_texts.py)."""
    return json_text(value).decode()
