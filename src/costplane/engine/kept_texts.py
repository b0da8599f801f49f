"""Texts of statements that are run again and again over the same files with other values.

Putting a statement of cost analysis together takes longer than reading a month with it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

from sqlglot import exp

from costplane.core.relation import Derived, Files, Relation

TEXTS = 256
"""How many are kept."""

LONGEST = 1_000_000
"""Characters of the longest that is kept: filters may be large."""


@dataclass(frozen=True, slots=True)
class Text:
    """A statement as SQL, and the names of its parameters."""

    sql: str
    parameters: frozenset[str]


class KeptTexts:
    """The last texts, the least recently used forgotten first. Threads may share it.

    Statements are told apart as objects; they are kept beside their texts, so that no other
    can take their place.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._texts: OrderedDict[Hashable, tuple[Text, exp.Query, Mapping[str, Relation]]]
        self._texts = OrderedDict()

    def of(
        self,
        statement: exp.Query,
        relations: Mapping[str, Relation],
        make: Callable[[exp.Query, Mapping[str, Relation]], Text],
    ) -> Text:
        """The text of a statement over relations; made if it is not there."""
        key = _key(statement, relations)
        if key is None:
            return make(statement, relations)
        with self._lock:
            if key in self._texts:
                self._texts.move_to_end(key)
                return self._texts[key][0]
        found = make(statement, relations)
        if len(found.sql) <= LONGEST:
            with self._lock:
                self._texts[key] = found, statement, relations
                while len(self._texts) > TEXTS:
                    self._texts.popitem(last=False)
        return found


def _key(statement: exp.Query, relations: Mapping[str, Relation]) -> Hashable | None:
    """What decides a text. None for relations that are registered for one execution."""
    parts: list[Hashable] = [id(statement)]
    for name, relation in sorted(relations.items()):
        part: Hashable | None
        if isinstance(relation, Derived):
            part = _key(relation.statement, relation.relations)
        elif isinstance(relation, Files):
            part = relation.paths, relation.uneven, id(relation.schema)
        else:
            part = None
        if part is None:
            return None
        parts += [name, part]
    return tuple(parts)
