"""Where bills answer: sub-accounts and UTC days (billing-rules 25)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from itertools import groupby

import pyarrow as pa

from costplane.core.period import Period, day_start
from costplane.core.relation import Engine, Relation
from costplane.core.sql import query
from costplane.core.tables import INSTANT

COVERED = pa.schema(
    [
        pa.field("sub_account", pa.string()),
        pa.field("since", INSTANT, nullable=False),
        pa.field("until", INSTANT, nullable=False),
    ]
)
"""Stretches of days of a sub-account for which bills answer; they do not overlap."""

_STATEMENT = query(
    "SELECT DISTINCT SubAccountId AS sub_account, x_CoveredFrom AS since, x_CoveredUntil AS until "
    "FROM billed WHERE x_CoveredFrom < x_CoveredUntil ORDER BY ALL"
)


def coverage(engine: Engine, billed: Relation) -> pa.Table:
    """Where the bills of a snapshot answer."""
    found = engine.execute(_STATEMENT, {"billed": billed}).to_pylist()
    rows = [
        {"sub_account": name, "since": since, "until": until}
        for name, own in groupby(found, key=lambda row: row["sub_account"])
        for since, until in _united([(row["since"], row["until"]) for row in own])
    ]
    instants = [
        row | {"since": day_start(row["since"]), "until": day_start(row["until"])} for row in rows
    ]
    return pa.Table.from_pylist(instants, COVERED)


def within(
    covered: pa.Table, period: Period, sub_accounts: Collection[str] | None = None
) -> pa.Table:
    """The stretches that touch a period, of all sub-accounts or of some."""
    rows = [
        row
        for row in covered.to_pylist()
        if row["since"] < period.end
        and row["until"] > period.start
        and (sub_accounts is None or row["sub_account"] in sub_accounts)
    ]
    return pa.Table.from_pylist(rows, COVERED)


def _united(ranges: list[tuple[date, date]]) -> Iterator[tuple[date, date]]:
    """Ranges in their order as few as there are days without a gap."""
    since, until = ranges[0]
    for start, end in ranges[1:]:
        if start > until:
            yield since, until
            since, until = start, end
        until = max(until, end)
    yield since, until
