"""`charges` and `uncharged` for a plan that hourly rows cannot answer: made of requests, wholly or
for the hours that are cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from costplane.analysis.plan import QueryPlan
from costplane.analysis.repeated import answer_of, lacking_of
from costplane.app.queries.from_requests import (
    RequestRows,
    border_periods,
    whole_hours,
    with_borders,
    with_capacity,
)
from costplane.app.queries.rollup_rows import Table
from costplane.core.relation import Relation
from costplane.core.tables import TABLES
from costplane.rating.rows import ALL, Needed, RatedRows

Posted = Mapping[Table, Relation]
"""The hourly rows of the ledger."""


@dataclass(frozen=True, slots=True)
class RequestLevel:
    """What stands in place of the ledger's tables, and the currencies of rows made of requests."""

    relations: dict[str, Relation]
    currencies: frozenset[str]


def request_level(
    rows: RequestRows, planned: QueryPlan, posted: Posted, needed: Needed = ALL
) -> RequestLevel:
    """The tables of the plan, of which the columns are `needed`."""
    if planned.source == "usage":
        whole = whole_hours(planned.period)
        found = _by_table(rows.rated(planned, [whole], needed))
        made = {n: with_capacity(n, part, posted[n], whole) for n, part in found.items()}
    else:
        found = _by_table(rows.rated(planned, border_periods(planned), needed))
        hours = planned.border_hours
        made = {
            name: with_borders(name, posted[name], part, hours, _named(planned, name))
            for name, part in found.items()
        }
    relations: dict[str, Relation] = dict(made.items())
    return RequestLevel(relations, _currencies(found["charges"]))


def needed_by(planned: QueryPlan) -> Needed:
    """What is read of rows made of requests; beside bills, all that tells which of the two
    stands."""
    if "Billed" in planned.datasets or planned.source != "usage":
        return ALL
    return Needed(_read(planned, "charges"), _read(planned, "uncharged"))


def _named(planned: QueryPlan, table: Table) -> frozenset[str]:
    """The columns of a table that the plan's statements name anywhere."""
    named = answer_of(planned).columns | lacking_of(planned).columns
    return named.intersection(TABLES[table].names)


def _read(planned: QueryPlan, table: Table) -> frozenset[str]:
    """Those that they read of the table itself."""
    read = answer_of(planned).read_of(table) | lacking_of(planned).read_of(table)
    return (read | {"ChargePeriodStart"}).intersection(TABLES[table].names)


def _by_table(rated: RatedRows) -> dict[Table, pa.Table]:
    return {"charges": rated.charges, "uncharged": rated.uncharged}


def _currencies(charges: pa.Table) -> frozenset[str]:
    if "BillingCurrency" not in charges.column_names:
        return frozenset()
    return frozenset(charges["BillingCurrency"].unique().to_pylist())
