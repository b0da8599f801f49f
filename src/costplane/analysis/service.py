"""Runs plans: what the API, the command line and the page ask for costs."""

from __future__ import annotations

from collections.abc import Mapping

from costplane.analysis.plan import QueryPlan
from costplane.analysis.result import QueryResult, query_result
from costplane.analysis.sql import statement
from costplane.analysis.unpriced import unpriced_of, unpriced_statement
from costplane.core.relation import Engine, Relation


class CostAnalysis:
    """Answers plans on an engine. It keeps nothing: threads may share it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def run(self, plan: QueryPlan, relations: Mapping[str, Relation]) -> QueryResult:
        """The whole answer over `relations`, which has those that the plan reads."""
        rows = self._engine.execute(statement(plan), relations)
        lacking = self._engine.execute(unpriced_statement(plan), relations)
        return query_result(plan, rows, unpriced_of(lacking))


def sql_text(plan: QueryPlan) -> str:
    """The plan's statement as text for people."""
    return statement(plan).sql(dialect="duckdb", pretty=True)
