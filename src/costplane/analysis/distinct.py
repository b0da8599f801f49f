"""How many values of a dimension the calls of each group have: users, sessions."""

from __future__ import annotations

from sqlglot import exp

from costplane.analysis.nodes import alias, column, columns, grouped, select, template
from costplane.analysis.plan import QueryPlan
from costplane.analysis.sql import statement


def distinct_statement(plan: QueryPlan) -> exp.Select:
    """Rows of `date` (if the plan has a granularity), `g0`... of all groupings but the last,
    `named` (values of the last that calls have) and `untold` (calls without one).

    The plan's only sum is CallCount. The values themselves are in no row.
    """
    calls = statement(plan)
    calls.set("order", None)
    return distinct_values(plan, calls)


def distinct_values(plan: QueryPlan, calls: exp.Select) -> exp.Select:
    """The same out of rows of calls: `date` if there is one, `g0`..., and their number `m0`."""
    last = column(f"g{len(plan.definition.groupings) - 1}")
    date = ["date"] if plan.definition.date_column else []
    kept = columns([*date, *(f"g{n}" for n in range(len(plan.definition.groupings) - 1))])
    named = template("COUNT(DISTINCT CASE WHEN m0 > 0 AND :last <> '' THEN :last END)", last=last)
    untold = template("SUM(CASE WHEN :last = '' THEN m0 ELSE 0 END)", last=last)
    inner = exp.Subquery(this=calls, alias=exp.TableAlias(this=exp.to_identifier("calls_by_value")))
    counted = [alias(named, "named"), alias(untold, "untold")]
    return grouped(select([*kept, *counted], inner))
