"""An engine that tests look on at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
from sqlglot import exp

from costplane.core.relation import Relation
from tests.analysis.questions import engine

Asked = Mapping[str, Relation]


@dataclass(frozen=True, slots=True)
class Watched:
    """Calls `before` and `after` each execution, with the relations that it is asked for."""

    before: Callable[[Asked], object] = lambda _: None
    after: Callable[[Asked], object] = lambda _: None

    def execute(
        self, statement: exp.Query, relations: Asked, values: Mapping[str, datetime] | None = None
    ) -> pa.Table:
        self.before(relations)
        found = engine().execute(statement, relations, values)
        self.after(relations)
        return found
