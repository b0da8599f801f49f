"""Every event and every charge of a small estate is explained, digit for digit (billing-rules 28).

Amounts are those of the estate's naive oracle, which shares no code with the product.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from costplane.app.workspace import Workspace
from costplane.core.period import Period
from costplane.core.scope import parse_scope
from costplane.errors import NotFound
from costplane.rating.charge_address import parse_charge_address
from costplane.rating.explanation import ChargeExplanation, EventExplanation
from tests.app import estate

CALLS = estate.calls(seed=9, count=90)
DAYS = Period(estate.START, estate.START + timedelta(days=estate.DAYS))
EVERYTHING = parse_scope("/")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The estate with its calls, in two postings; its resources have tags, which change."""
    opened = estate.opened(tmp_path_factory.mktemp("explaining"))
    catalog, (one, two) = opened.catalog, estate.RESOURCES
    catalog.put_tags(one, {"env": "prod", "team": "of one"}, estate.START - timedelta(days=9))
    catalog.put_tags(one, {"env": "test"}, estate.CHANGE + timedelta(minutes=5))
    catalog.put_tags(
        two.partition("/providers/")[0], {"env": "lab"}, datetime(2026, 1, 1, tzinfo=UTC)
    )
    estate.take(opened, CALLS[:40])
    estate.take(opened, CALLS[40:])
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def charges(workspace: Workspace) -> list[ChargeExplanation]:
    """Every charge, explained."""
    listed = workspace.charges(EVERYTHING, DAYS, most=10_000)
    assert listed.total == len(listed.charges) > 100
    return [workspace.explain_charge(parse_charge_address(c.address)) for c in listed.charges]


def test_every_charge_is_the_sum_of_the_events_behind_it(
    workspace: Workspace, charges: list[ChargeExplanation]
) -> None:
    posted = workspace.engine.execute(
        estate.select("SELECT SUM(BilledCost) AS cost, COUNT(*) AS rows FROM charges"),
        workspace.ledger.snapshot().files,
    ).to_pylist()[0]
    assert sum(charge.billed_cost for charge in charges) == posted["cost"]
    assert sum(len(charge.rows) for charge in charges) == posted["rows"]
    assert any(charge.rounded_each and charge.rounding != "0" for charge in charges)
    for charge in charges:
        assert charge.unexplained == 0
        assert sum(event.amount for event in charge.behind.shown) == charge.billed_cost
        assert sum(event.count for event in charge.behind.shown) == charge.count
        assert charge.behind.others == charge.behind.amount_of_others == 0
        assert sum(row.billed_cost for row in charge.rows) == charge.billed_cost
        assert charge.price is not None


def test_every_event_is_explained_as_the_oracle_prices_it(
    workspace: Workspace, charges: list[ChargeExplanation]
) -> None:
    by_charge: dict[str, Decimal] = defaultdict(Decimal)
    for call in CALLS[::2]:
        event = workspace.explain_event(call["source"], call["id"])
        expected = dict(estate.priced_lines(call))
        priced = {line.quantity: line for line in event.lines if line.price}
        assert {name: line.amount for name, line in priced.items()} == expected
        assert all(line.posted for line in priced.values())
        total = sum(expected.values())
        assert [t.amount for t in event.totals] == ([total] if priced else [])
        assert event.without_price == sum(line.status == "Unpriced" for line in event.lines)
        for line in priced.values():
            by_charge[line.charge or ""] += line.amount or 0
    amounts = {charge.address: charge.amount for charge in charges}
    assert set(by_charge) <= set(amounts)
    assert all(amount <= amounts[address] for address, amount in by_charge.items())


def test_the_whole_of_a_charge_in_pages(tmp_path: Path) -> None:
    opened = estate.opened(tmp_path)
    event = {
        "specversion": "1.0",
        "type": "ai.inference.usage",
        "source": "s",
        "data": {"resource_id": estate.RESOURCES[0], "deployment": "chat", "tags": {"team": "a"}},
    }
    made = [
        event
        | {"id": str(n), "time": f"2026-11-02T10:{n % 60:02}:00Z"}
        | {"data": event["data"] | {"quantities": {"input_text": 10 + n % 7}}}  # type: ignore[operator]
        for n in range(230)
    ]
    estate.take(opened, made)
    (listed,) = opened.charges(EVERYTHING, DAYS).charges
    pages = [opened.explain_charge(parse_charge_address(listed.address), n) for n in (0, 100, 200)]
    assert [len(page.behind.shown) for page in pages] == [100, 100, 30]
    assert [page.behind.others for page in pages] == [130, 130, 200]
    shown = [e for page in pages for e in page.behind.shown]
    assert {e.id for e in shown} == {str(n) for n in range(230)}
    assert sum(e.amount for e in shown) == listed.billed_cost == pages[0].amount
    for page in pages:
        amounts = sum(event.amount for event in page.behind.shown)
        assert amounts + page.behind.amount_of_others == listed.billed_cost
    opened.close()


def test_where_tags_come_from(charges: list[ChargeExplanation]) -> None:
    one, two = estate.RESOURCES
    group_of_two = two.partition("/providers/")[0]
    seen = set()
    for charge in charges:
        for row in charge.rows:
            changed = row.start >= estate.CHANGE + timedelta(minutes=5)
            for tag in row.tags:
                seen.add((charge.resource_id, tag.key, tag.value, tag.origin, changed))
    assert (one, "env", "prod", one, False) in seen
    assert (one, "env", "test", one, True) in seen
    assert (one, "env", "prod", one, True) not in seen
    assert (one, "team", "of one", one, False) in seen
    assert (one, "team", "blue", "event", False) in seen
    assert (two, "env", "lab", group_of_two, False) in seen
    assert None not in {origin for _, _, _, origin, _ in seen}


def test_facts_beside_the_catalog(workspace: Workspace) -> None:
    chat = next(call for call in CALLS if call["data"]["deployment"] == "chat")
    facts = facts_of(workspace.explain_event(chat["source"], chat["id"]))
    assert facts["model"] == ("alpha", "alpha")
    assert facts["model_version"] == ("v1", "v1")
    assert facts["region"] == ("swedencentral", "swedencentral")
    direct = next(call for call in CALLS if call["data"]["deployment"] == "Direct")
    told = facts_of(workspace.explain_event(direct["source"], direct["id"]))
    assert told["model"] == (direct["data"]["model"].lower(), None)
    assert not {"user", "session", "api_key_id"} & set(told)


def facts_of(event: EventExplanation) -> dict[str, tuple[str, str | None]]:
    return {fact.name: (fact.value, fact.catalog) for fact in event.facts}


def test_steps_bands_and_prices_that_change(workspace: Workspace) -> None:
    lines = [
        (call, line)
        for call in CALLS
        if call["data"]["http_status"] != 429
        for line in workspace.explain_event(call["source"], call["id"]).lines
        if line.price
    ]
    reasoning = [line for _, line in lines if line.quantity == "output_reasoning"]
    assert {line.steps for line in reasoning} == {("list price", "priced as output_text")}
    assert {line.price.quantity for line in reasoning if line.price} == {"output_text"}
    long = [line for _, line in lines if line.price and line.price.context_band == "long"]
    assert {line.price.price for line in long if line.price} == {Decimal("0.5")}
    assert {line.price.context_threshold for line in long if line.price} == {3000}
    output = [
        (estate.time_of(call) >= estate.CHANGE, line.price.price)
        for call, line in lines
        if line.price and line.price.model == "alpha" and line.quantity == "output_text"
    ]
    assert set(output) == {(False, Decimal(8)), (True, Decimal("9.5"))}


def test_a_price_row_is_named_with_its_source(workspace: Workspace) -> None:
    (sheet,) = workspace.price_sheets()
    charge = workspace.charges(EVERYTHING, DAYS, meter="OUTPUT", most=1).charges[0]
    assert "output" in (charge.meter or "").lower()
    price = workspace.explain_charge(parse_charge_address(charge.address)).price
    assert price is not None
    assert (price.sheet, price.file, price.sha256) == ("estate", "estate.yaml", sheet.sha256)
    text = estate.SHEET.splitlines()[price.line - 1]
    assert f"model: {price.model}, quantity: {price.quantity}" in text


def test_the_list_of_charges(workspace: Workspace) -> None:
    every = workspace.charges(EVERYTHING, DAYS, most=10_000).charges
    costs = [charge.billed_cost for charge in every]
    assert costs == sorted(costs, reverse=True)
    some = workspace.charges(EVERYTHING, DAYS, most=5)
    assert (some.charges, some.total) == (every[:5], len(every))
    group = parse_scope("/subscriptions/s-1/resourcegroups/rg-a")
    narrowed = workspace.charges(group, DAYS, most=10_000).charges
    assert narrowed == tuple(c for c in every if c.resource_id == estate.RESOURCES[0])
    first = Period(DAYS.start, DAYS.start + timedelta(days=1))
    assert {c.hour.day for c in workspace.charges(EVERYTHING, first).charges} == {2}
    assert workspace.charges(EVERYTHING, DAYS, meter="'; DROP").total == 0


def test_what_is_not_there(workspace: Workspace, charges: list[ChargeExplanation]) -> None:
    with pytest.raises(NotFound, match="no event 'x' of source 'gateway/0'"):
        workspace.explain_event("gateway/0", "x")
    with pytest.raises(NotFound, match="no event '\x00' of source"):
        workspace.explain_event("' OR TRUE --", "\x00")
    address = charges[0].address.replace("2026-11", "2025-11")
    with pytest.raises(NotFound, match=f"'{address}'"):
        workspace.explain_charge(parse_charge_address(address))
