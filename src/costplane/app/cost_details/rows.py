"""The rows of cost details, by day and id, some whole days at a time.

Whatever writes or pages them asks for as many days as fit into its memory: a row is of one day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import pyarrow as pa
import sqlglot
from sqlglot import exp

from costplane.analysis.nodes import (
    all_of,
    cast,
    columns,
    grouped,
    instant,
    literal,
    select,
    template,
)
from costplane.app.cost_details.derived import DERIVED
from costplane.app.cost_details.facts import FACTS, LABELS, sums
from costplane.app.cost_details.places import PLACE_COLUMNS
from costplane.app.cost_details.selection import Metric, Selection, during
from costplane.core.period import DAY, Period, day_start
from costplane.core.relation import Derived, Engine, Relation

COLUMNS: tuple[str, ...] = (*FACTS, *LABELS, *sums("ActualCost"), *PLACE_COLUMNS, *DERIVED)
"""The columns of a row."""


@dataclass(frozen=True, slots=True)
class Day:
    """A UTC day, and how many charges its rows are made of."""

    day: date
    charges: int


class CostDetails:
    """Reads the rows of one state of the ledger: `tables` has `charges` and `places`."""

    def __init__(self, engine: Engine, tables: dict[str, Relation]) -> None:
        self._engine = engine
        self._tables = tables

    def days(self, selection: Selection, since: date = date.min) -> list[Day]:
        """The UTC days from `since` on that have charges, in order."""
        statement = _parsed(f"SELECT {FACTS['day']} AS day, COUNT(*) AS charges FROM charges")
        conditions = selection.conditions()
        if since > date.min:
            conditions.append(template("ChargePeriodStart >= :at", at=instant(day_start(since))))
        grouped(_where(statement, conditions)).order_by("day", copy=False)
        found = self._engine.execute(statement, self._tables).to_pylist()
        return [Day(row["day"], row["charges"]) for row in found]

    def between(
        self,
        selection: Selection,
        days: Period,
        *,
        after: tuple[date, str] | None = None,
        most: int | None = None,
        where: Sequence[exp.Expr] = (),
        shown: Iterable[exp.Expr] = (),
    ) -> pa.Table:
        """The rows of some whole days by day and id: those after a row, at most `most`. `where`
        are further predicates over the columns of a row, `shown` what to show in their place."""
        summed = _where(_grouped(selection.metric).copy(), [*selection.conditions(), *during(days)])
        sources = {"summed": Derived(summed, self._tables), "places": self._tables["places"]}
        conditions = [*where, *([_later(*after)] if after else [])]
        rows = select(list(shown) or columns(COLUMNS), "details", where=conditions)
        rows.order_by("day", "id", copy=False)
        if most is not None:
            rows.limit(most, copy=False)
        return self._engine.execute(rows, {"details": Derived(_derived(), sources)})


def in_parts(days: Iterable[Day], charges: int) -> Iterator[Period]:
    """Whole days in order, so many together that their rows are made of at most `charges`
    charges; a day that has more stands alone."""
    first: date | None = None
    last, count = date.min, 0
    for each in days:
        if first is not None and count + each.charges > charges:
            yield Period(day_start(first), day_start(last) + DAY)
            first, count = None, 0
        first, last, count = first or each.day, each.day, count + each.charges
    if first is not None:
        yield Period(day_start(first), day_start(last) + DAY)


def _later(day: date, row_id: str) -> exp.Expr:
    told = cast(literal(day.isoformat()), "DATE")
    return template("(day > :day OR (day = :day AND id > :id))", day=told, id=literal(row_id))


@lru_cache(maxsize=8)
def _grouped(metric: Metric) -> exp.Select:
    facts = ", ".join(f"{sql} AS {name}" for name, sql in FACTS.items())
    labels = ", ".join(f"MAX({column}) AS {name}" for name, column in LABELS.items())
    amounts = ", ".join(f"{sql} AS {name}" for name, sql in sums(metric).items())
    return _parsed(
        f"SELECT {facts}, {labels}, {amounts} FROM charges GROUP BY ALL "
        "HAVING quantity <> 0 OR cost <> 0 OR list_cost <> 0 OR events <> 0"
    )


@lru_cache(maxsize=1)
def _derived() -> exp.Select:
    """The rows with what follows from them and from the agreement; its source is `summed`."""
    placed = ", ".join(f"places.{name}" for name in PLACE_COLUMNS)
    further = ", ".join(f"{sql} AS {name}" for name, sql in DERIVED.items())
    return _parsed(
        f"SELECT summed.*, {placed}, {further} FROM summed "
        "LEFT JOIN places ON places.place = COALESCE(summed.subscription_id, '')"
    )


def _where(statement: exp.Select, conditions: Sequence[exp.Expr]) -> exp.Select:
    if conditions:
        statement.set("where", exp.Where(this=all_of(conditions)))
    return statement


def _parsed(text: str) -> exp.Select:
    statement = sqlglot.parse_one(text, dialect="duckdb")
    assert isinstance(statement, exp.Select)
    return statement
