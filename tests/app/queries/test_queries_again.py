"""An answer given again is the same, and a commit between changes it."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from costplane.analysis.plan import QueryPlan
from costplane.app.access.visible import scope_filters
from costplane.app.queries import recent_answers
from costplane.app.workspace import Workspace
from costplane.core.scope import parse_scope
from tests.app.intake.test_witnesses import QUERY, event, take, totals, workspace

__all__ = ["workspace"]


def test_a_commit_between_changes_the_answer(workspace: Workspace) -> None:
    take(workspace, event("gateway", 1))
    first = totals(workspace)
    assert totals(workspace) == first
    take(workspace, event("gateway", 2))
    assert totals(workspace)[0] == 2 * first[0]


def test_only_so_many_answers_are_kept(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recent_answers, "ANSWERS", 1)
    take(workspace, event("gateway", 1))
    answers = recent_answers.RecentAnswers[object]()
    queries = workspace._queries
    chosen = scope_filters(workspace.catalog, parse_scope("/"))
    snapshot = workspace.ledger.snapshot()
    plans = [
        queries._plan(chosen, workspace.definition(QUERY | {"type": kind}), snapshot, None)
        for kind in ("ActualCost", "AmortizedCost")
    ]
    for plan in plans:
        answers.keep(plan, snapshot, queries._run(plan, snapshot))
    assert [answers.get(plan, snapshot) is not None for plan in plans] == [False, True]


def test_tag_keys_of_later_files_are_found(workspace: Workspace) -> None:
    take(workspace, event("gateway", 1))
    assert workspace.dimensions(parse_scope("/")).tags == ()
    later = event("gateway", 2)
    take(workspace, later | {"data": later["data"] | {"tags": {"Team": "x", "run": "7"}}})
    assert workspace.dimensions(parse_scope("/")).tags == ("run", "team")


def test_another_currency_elsewhere_changes_no_plan(workspace: Workspace) -> None:
    """Others' charges must not even be felt by the time that an answer takes."""
    take(workspace, event("gateway", 1))
    definition, queries = workspace.definition(QUERY), workspace._queries

    def plan(*visible: str) -> QueryPlan:
        chosen = scope_filters(
            workspace.catalog, parse_scope("/"), tuple(map(parse_scope, visible))
        )
        return queries._plan(chosen, definition, workspace.ledger.snapshot(), None)

    charges = workspace.ledger.snapshot().relation("charges")
    (rows,) = (pq.read_table(path) for path in charges.paths)
    own = f"/subscriptions/{rows['SubAccountId'][0]}"
    before = plan("/"), plan(own)
    assert all(one.one_currency for one in before)
    for name, text in (("SubAccountId", "elsewhere"), ("BillingCurrency", "EUR")):
        place = rows.schema.get_field_index(name)
        rows = rows.set_column(place, rows.schema.field(name), pa.array([text] * len(rows)))
    with workspace.ledger.fenced(1_000):
        assert workspace.ledger.append("charges", rows, app="elsewhere", version=1)
    assert plan(own) == before[1]
    assert not plan("/").one_currency
