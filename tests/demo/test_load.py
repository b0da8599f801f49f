"""The load: idempotent, incremental, and the product's own prices on the replayed traces."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest
import sqlglot

from costplane.app.status import Loading, read_loading
from costplane.app.workspace import Workspace
from costplane.core.scope import parse_scope
from costplane.demo.estate import SUBSCRIPTION_ID, group_id
from costplane.demo.load import history, load, prepare, replay
from costplane.demo.run import demo_now, load_in_child
from costplane.demo.state import STATE_FILE, read_state
from costplane.demo.traffic import hours
from costplane.errors import InvalidInput
from costplane.metering.batch import EventBatch

EARLY = datetime(2024, 9, 20, 5, 40, tzinfo=UTC)
"""When the estate had one deployment, so that its whole history is small."""
CUSTOMER_AGREEMENT = (
    "d3a0c057-0000-4000-8000-0000000000ba:d3a0c057-0000-4000-8000-0000000000bb_2019-05-31"
)
AFTER_TRACES = datetime(2026, 10, 15, 20, tzinfo=UTC)


def loaded(data: Path, now: datetime) -> list[Loading]:
    heard: list[Loading] = []
    workspace = Workspace.open(data, now=lambda: now)
    try:
        load(workspace, heard.append)
    finally:
        workspace.close()
    return heard


def rows(workspace: Workspace, statement: str, table: str) -> list[dict[str, object]]:
    query = sqlglot.parse_one(statement, dialect="duckdb")
    assert isinstance(query, sqlglot.exp.Query)
    relation = workspace.ledger.snapshot().relation(table)
    found: list[dict[str, object]] = workspace.engine.execute(query, {table: relation}).to_pylist()
    return found


def events(data: Path) -> list[dict[str, object]]:
    workspace = Workspace.open(data, now=lambda: EARLY)
    try:
        statement = "SELECT source, id, time FROM usage ORDER BY source, id"
        return rows(workspace, statement, "usage")
    finally:
        workspace.close()


def test_history_is_thirteen_whole_months_and_the_current_one_newest_first() -> None:
    months = history(datetime(2026, 11, 22, 10, 59, tzinfo=UTC))
    assert len(months) == 14
    assert months[0].start == datetime(2026, 11, 1, tzinfo=UTC)
    assert months[0].end == datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert months[-1].start == datetime(2025, 10, 1, tzinfo=UTC)
    assert all(later.start == earlier.end for later, earlier in pairwise(months))


def test_history_at_the_first_instant_of_a_month_ends_with_the_month_before() -> None:
    months = history(datetime(2026, 12, 1, tzinfo=UTC))
    assert months[0].start == datetime(2026, 11, 1, tzinfo=UTC)
    assert months[0].end == datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def early(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the history of EARLY, loaded in two runs and once more."""
    data = tmp_path_factory.mktemp("early")
    for now in (EARLY.replace(day=12, hour=2), EARLY, EARLY):
        loaded(data, now)
    return data


def test_loads_with_ever_later_ends_come_to_what_one_draw_gives(early: Path) -> None:
    drawn = pa.concat_tables(t for m in history(EARLY) for t in hours(m.start, m.end))
    columns = [drawn[name].to_pylist() for name in ("source", "id", "time")]
    expected = sorted(zip(*columns, strict=True), key=lambda row: row[:2])
    there = [(row["source"], row["id"], row["time"]) for row in events(early)]
    assert len(there) > 100
    assert there == expected
    assert max(columns[2]) < EARLY.replace(minute=0)


def test_progress_counts_months_and_says_which(early: Path) -> None:
    heard = loaded(early, EARLY)
    assert [loading.loaded for loading in heard] == [0, *range(15)]
    assert [loading.active for loading in heard] == [True] * 15 + [False]
    assert [loading.what for loading in heard[:3]] == ["prices", "2024-09", "2024-08"]


def test_an_earlier_end_and_another_edition_are_refused(early: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="COSTPLANE_DEMO_NOW"):
        read_state(early, EARLY.replace(day=12))
    text = (early / STATE_FILE).read_text()
    (tmp_path / STATE_FILE).write_text(text.replace('"edition":"', '"edition":"x'))
    with pytest.raises(InvalidInput, match="another version"):
        read_state(tmp_path, EARLY)


def test_the_end_is_what_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSTPLANE_DEMO_NOW", "2026-11-22T12:00:00+02:00")
    assert demo_now() == datetime(2026, 11, 22, 10, tzinfo=UTC)
    monkeypatch.setenv("COSTPLANE_DEMO_NOW", "tomorrow")
    with pytest.raises(InvalidInput, match="2026-11-22T10:00:00Z"):
        demo_now()


def test_a_process_of_its_own_goes_on_from_what_is_there(
    early: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COSTPLANE_DEMO_NOW", EARLY.isoformat())
    child = load_in_child(early)
    begun = read_loading(early)
    assert child.wait(120) == 0
    assert begun == Loading(True, 0, 14, "prices")
    assert read_loading(early) == Loading(False, 14, 14, "")
    monkeypatch.setenv("COSTPLANE_DEMO_NOW", EARLY.replace(day=12).isoformat())
    with pytest.raises(InvalidInput, match="delete that folder"):
        load_in_child(early)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The prices, the hierarchy and the replayed traces; no history."""
    opened = Workspace.open(tmp_path_factory.mktemp("traces"), now=lambda: AFTER_TRACES)
    prepare(opened)
    replay(opened)
    yield opened
    opened.close()


def test_the_replayed_traces_cost_what_they_do_by_hand(workspace: Workspace) -> None:
    definition = workspace.definition(
        {
            "type": "ActualCost",
            "timeframe": "Custom",
            "timePeriod": {"from": "2026-10-15", "to": "2026-10-15"},
            "dataset": {
                "granularity": "None",
                "aggregation": {"totalCost": {"name": "Cost", "function": "Sum"}},
                "grouping": [{"type": "Dimension", "name": "Meter"}],
            },
        }
    )
    page = workspace.query(parse_scope(group_id("rg-azure-trace-2023")), definition)
    costs = {str(row[1]): Decimal(str(row[0])) for row in page.rows}
    assert costs == {
        "gpt 4.1 Inp glbl Tokens": Decimal("36.119948"),
        "gpt 4.1 Outp glbl Tokens": Decimal("1.967168"),
        "5.4 mini Inp Dz 1M Tokens": Decimal("18.44854275"),
        "5.4 mini Opt Dz 1M Tokens": Decimal("20.23889175"),
    }
    assert sum(costs.values()) == Decimal("76.7745505")
    assert not page.unpriced


def test_the_hierarchy_is_that_of_the_interfaces(workspace: Workspace) -> None:
    nodes = {node.id: node for node in workspace.scopes()}
    subscription = nodes[f"/subscriptions/{SUBSCRIPTION_ID}"]
    assert subscription.name == "Demo"
    accounts = "/providers/microsoft.billing/billingaccounts"
    folder = "/providers/microsoft.management/managementgroups/demo"
    assert subscription.parents == (f"{accounts}/100001/enrollmentaccounts/100003", folder)
    assert nodes[subscription.parents[0]].parents == (f"{accounts}/100001/departments/100002",)
    second = nodes["/subscriptions/d3a0c057-0000-4000-8000-000000000002"]
    customer_agreement = f"{accounts}/{CUSTOMER_AGREEMENT}"
    profile = f"{customer_agreement}/billingprofiles/demo-bp1"
    assert second.parents == (
        f"{profile}/invoicesections/demo-is1",
        f"{customer_agreement}/customers/demo-cu1",
        folder,
    )
    assert nodes[profile].parents == (customer_agreement,)
    external = "/providers/microsoft.costmanagement/external"
    for project in ("proj-demo-search", "proj-demo-agents"):
        assert nodes[f"{external}subscriptions/{project}"].parents == (
            f"{external}billingaccounts/openai-demo",
        )
    scope = parse_scope(group_id("rg-azure-trace-2023"))
    within = workspace.catalog.select(scope)
    found = {resource.name: resource for resource in workspace.catalog.resources(within)}
    assert set(found) == {"aoai-dev-tools", "aoai-assistants"}
    assert all(account.confirmed for account in found.values())
    assert all(deployment.confirmed for deployment in workspace.catalog.deployments())
    tags = workspace.catalog.tags_at([scope.id], AFTER_TRACES)
    assert tags == {scope.id: {"origin": "replayed"}}


def test_the_second_subscription_is_billed_in_euro_with_a_discount(workspace: Workspace) -> None:
    start = datetime(2026, 10, 15, 8, tzinfo=UTC)
    workspace.ingest(EventBatch(events) for events in hours(start, start + timedelta(hours=2)))
    research = parse_scope(
        f"/providers/Microsoft.Billing/billingAccounts/{CUSTOMER_AGREEMENT}"
        "/billingProfiles/DEMO-BP1/invoiceSections/DEMO-IS1"
    )
    sums = ("Cost", "CostUSD", "CrossChargeCost")
    body = {
        "type": "ActualCost",
        "timeframe": "Custom",
        "timePeriod": {"from": "2026-10-15", "to": "2026-10-15"},
        "dataset": {
            "granularity": "None",
            "aggregation": {name: {"name": name, "function": "Sum"} for name in sums},
            "grouping": [{"type": "Dimension", "name": "InvoiceSectionName"}],
        },
    }
    ((cost, usd, cross, section, currency),) = workspace.query(
        research, workspace.definition(body)
    ).rows
    assert (section, currency, cross) == ("Research", "EUR", cost)
    assert cost > 0
    assert abs(cost / usd - Decimal("0.855")) < Decimal("0.000001")
    (row,) = rows(
        workspace,
        "SELECT SUM(ListCost) AS list, SUM(BilledCost) AS billed, MIN(x_ExchangeRate) AS rate "
        "FROM charges WHERE BillingCurrency = 'EUR'",
        "charges",
    )
    assert row["rate"] == Decimal("0.855")
    assert abs(row["billed"] / row["list"] - Decimal("0.92")) < Decimal("0.000001")  # type: ignore[operator]
