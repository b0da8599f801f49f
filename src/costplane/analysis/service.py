"""Runs plans: what the API, the command line and the page ask for costs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import pyarrow as pa

from costplane.analysis.plan import QueryPlan
from costplane.analysis.repeated import answer_of, instants, lacking_of
from costplane.analysis.result import QueryResult, query_result
from costplane.analysis.sql import statement
from costplane.analysis.unpriced import Unpriced, unpriced_of
from costplane.core.relation import Engine, Relation

_NONE: Mapping[str, datetime] = {}


class CostAnalysis:
    """Answers plans on an engine. It keeps nothing: threads may share it.

    `values` are those of parameters that relations have.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def run(self, plan: QueryPlan, relations: Mapping[str, Relation]) -> QueryResult:
        """The whole answer over `relations`, which has those that the plan reads."""
        return query_result(plan, self.rows(plan, relations), self.unpriced(plan, relations))

    def rows(
        self,
        plan: QueryPlan,
        relations: Mapping[str, Relation],
        values: Mapping[str, datetime] = _NONE,
    ) -> pa.Table:
        """The answer's rows."""
        asked = {**instants(plan), **values}
        return self._engine.execute(answer_of(plan).statement, relations, asked)

    def unpriced(
        self,
        plan: QueryPlan,
        relations: Mapping[str, Relation],
        values: Mapping[str, datetime] = _NONE,
    ) -> tuple[Unpriced, ...]:
        """What the total lacks."""
        asked = {**instants(plan), **values}
        return unpriced_of(self._engine.execute(lacking_of(plan).statement, relations, asked))


def sql_text(plan: QueryPlan) -> str:
    """The plan's statement as text for people."""
    return statement(plan).sql(dialect="duckdb", pretty=True)
