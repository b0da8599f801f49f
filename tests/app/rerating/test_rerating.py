"""Re-rating: reversal and new rows, the same after a repeat, the first amounts after a way back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from costplane.app.workspace import Workspace
from costplane.core.period import Period
from costplane.core.rerating import Rerating
from costplane.core.scope import parse_scope
from costplane.errors import InvalidInput
from tests.app import estate
from tests.app.estate import Event
from tests.app.stopping import Stopped, stop_after
from tests.app.tiers.tier_world import NOW, RESOURCES, SHEET, answer, asked, calls, opened

MONTHS = Period(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
DEARER = SHEET.replace("price: 0.25}", "price: 0.75}").replace("price: 0.5}", "price: 0.625}")
TIERED_NEWLY = SHEET + (
    "  - {model: beta, quantity: input_text, unit: 1K Tokens, price: 0.1, tier_minimum: 8}\n"
    "  - {model: gamma, quantity: input_text, unit: 1K Tokens, price: 3}\n"
)
GROUPS = (("Model",), ("User",), ("Meter",), ("ResourceId",))


def take_sheet(workspace: Workspace, text: str) -> None:
    # A comment makes each a file of its own: an import of known bytes adds nothing.
    file = workspace.data.parent / "corrected.yaml"
    file.write_text(f"# {len(workspace.price_sheets())}\n{text}")
    workspace.import_prices(file)


def rerate(workspace: Workspace, scope: str = "/", period: Period = MONTHS) -> Rerating | None:
    preview = workspace.preview_rerating(parse_scope(scope), period)
    return workspace.rerate(preview, "tester", "rerate") if preview.changes.rows else None


def answers(workspace: Workspace) -> list[Any]:
    """Hourly rows and requests; the unpriced events; what stands in the ledger."""
    found: list[Any] = [answer(workspace, asked(*groups)) for groups in GROUPS]
    statuses = estate.answer(workspace, asked("BillingStatus"), "/")
    return [*found, unpriced(workspace), standing(workspace), statuses]


def told(workspace: Workspace) -> list[Any]:
    """What answers say: sums of the ledger, of requests, and of invoices."""
    costs = [answer(workspace, asked(*groups)) for groups in GROUPS]
    invoices = workspace.invoicing.invoices(NOW)
    return [*costs, unpriced(workspace), [invoice.ledger_total for invoice in invoices]]


def unpriced(workspace: Workspace) -> dict[str, int]:
    page = workspace.query(parse_scope("/"), workspace.definition(asked("Model")))
    return {item["reason"]: item["events"] for item in page.unpriced}


def standing(workspace: Workspace) -> dict[Any, Any]:
    """Sums of `charges` and `uncharged` that are not nothing."""
    statement = (
        "SELECT BillingAccountId, ChargePeriodStart, place, x_TokenType, price, "
        "SUM(cost) AS cost, SUM(amount) AS amount, SUM(events) AS events FROM ("
        "SELECT BillingAccountId, ChargePeriodStart, CONCAT(x_AccountResourceId, x_Deployment, "
        "x_Model) AS place, x_TokenType, ContractedUnitPrice AS price, BilledCost AS cost, "
        "ConsumedQuantity AS amount, x_Events AS events FROM charges UNION ALL SELECT "
        "BillingAccountId, ChargePeriodStart, CONCAT(x_AccountResourceId, x_Deployment, x_Model), "
        "COALESCE(x_TokenType, x_StatusReason), NULL, 0, "
        "ConsumedQuantity, x_Events FROM uncharged) AS line GROUP BY ALL"
    )
    snapshot = workspace.ledger.snapshot()
    relations = {table: snapshot.relation(table) for table in ("charges", "uncharged")}
    rows = workspace.engine.execute(estate.select(statement), relations).to_pylist()
    sums = {tuple(row.values())[:5]: tuple(row.values())[5:] for row in rows}
    return {key: values for key, values in sums.items() if any(values)}


def fresh(folder: Path, sheet: str, events: list[Event]) -> list[Any]:
    """What everything comes to if the sheet was there from the start."""
    folder.mkdir()
    workspace = opened(folder, sheet=sheet)
    estate.take(workspace, events)
    found = answers(workspace)
    workspace.close()
    return found


@pytest.mark.parametrize("sheet", [DEARER, TIERED_NEWLY], ids=["dearer", "tiered newly"])
def test_there_and_back(tmp_path: Path, sheet: str) -> None:
    events = calls(7, 90)
    workspace = opened(tmp_path)
    estate.take(workspace, events[:50])
    first = answers(workspace)
    first_half = events[:50]
    take_sheet(workspace, sheet)
    assert answers(workspace) == first, "an import alone changes nothing"
    assert rerate(workspace) is not None
    corrected = fresh(tmp_path / "corrected", sheet, first_half)
    assert answers(workspace) == corrected
    assert rerate(workspace) is None, "a second time changes nothing"
    if sheet is DEARER:
        take_sheet(workspace, SHEET)
        assert rerate(workspace) is not None
        assert answers(workspace) == first
    else:
        estate.take(workspace, events)
        assert answers(workspace) == fresh(tmp_path / "all", sheet, events)
    workspace.close()


def test_the_report_says_what_changes_and_a_preview_writes_nothing(tmp_path: Path) -> None:
    events = calls(3, 60)
    workspace = opened(tmp_path)
    estate.take(workspace, events)
    before = answers(workspace)
    take_sheet(workspace, TIERED_NEWLY)
    preview = workspace.preview_rerating(parse_scope("/"), MONTHS)
    versions = workspace.ledger.snapshot().versions
    assert answers(workspace) == before
    assert workspace.reratings() == []
    done = workspace.rerate(preview, "ann", "rerate --from x")
    after = answers(workspace)
    total = sum(m.difference for m in preview.changes.meters)
    assert total == sum(after[0].values()) - sum(before[0].values()) != 0
    (event,) = [e for e in preview.changes.events if e.reason.startswith("NoSuchModel")]
    assert (event.before, event.after) == (before[4]["NoSuchModel: gamma"], 0)
    assert 0 < done.changes.reversals < done.changes.rows
    assert (done.who, done.version, done.versions_before) == ("ann", preview.version, (1,))
    assert done.finished
    assert workspace.reratings() == [done]
    assert workspace.ledger.snapshot().versions != versions
    workspace.close()


def test_a_scope_and_days_alone(tmp_path: Path) -> None:
    events = calls(5, 90)
    workspace = opened(tmp_path)
    estate.take(workspace, events)
    first = answer(workspace, asked("ResourceId", granularity="Daily"))
    take_sheet(workspace, SHEET.replace("price: 0.5}", "price: 0.625}"))
    day = Period(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC))
    rerate(workspace, "/subscriptions/s-2", day)
    changed = answer(workspace, asked("ResourceId", granularity="Daily"))
    differing = {key for key in first if changed[key] != first[key]}
    assert differing == {(20261101, RESOURCES[1])}
    assert sum(answer(workspace, asked("User")).values()) == sum(changed.values())
    workspace.close()


def test_a_closed_month_is_corrected_in_the_open_one(tmp_path: Path) -> None:
    workspace = opened(tmp_path)
    estate.take(workspace, calls(2, 60))
    closed = Closed()
    workspace._control.invoices = closed  # type: ignore[assignment]
    take_sheet(workspace, DEARER)
    rerate(workspace)
    late = calls(99, 30)
    estate.take(workspace, [event | {"id": "late-" + event["id"]} for event in late])
    rows = workspace.engine.execute(
        estate.select(
            "SELECT DISTINCT STRFTIME(ChargePeriodStart, '%Y-%m') AS used, "
            "STRFTIME(BillingPeriodStart, '%Y-%m') AS billed, BillingAccountId, ChargeClass "
            "FROM charges WHERE x_RecordedDate >= DATE '2026-11-20'"
        ),
        {"charges": workspace.ledger.snapshot().relation("charges")},
    ).to_pylist()
    found = {tuple(row.values()) for row in rows}
    assert ("2026-10", "2026-11", "acc-1", "Correction") in found
    assert ("2026-10", "2026-10", "acc-2", None) in found
    assert not [f for f in found if f[3] and (f[0], f[2]) != ("2026-10", "acc-1")]
    workspace.close()


def test_an_equal_sheet_leaves_every_charge_as_it_is(tmp_path: Path) -> None:
    workspace = opened(tmp_path)
    estate.take(workspace, calls(13, 80))
    before = answers(workspace)
    take_sheet(workspace, SHEET)
    assert rerate(workspace) is None
    assert answers(workspace) == before
    take_sheet(workspace, SHEET.replace("price: 0.5}", "price: 0.625}"))
    done = rerate(workspace)
    assert done is not None
    assert changed(workspace) == {("beta", "input_text")}, "the other prices are what they were"
    workspace.close()


def changed(workspace: Workspace) -> set[tuple[str, str]]:
    """What has rows that take something back."""
    rows = workspace.engine.execute(
        estate.select("SELECT DISTINCT x_Model, x_TokenType FROM charges WHERE x_Events < 0"),
        {"charges": workspace.ledger.snapshot().relation("charges")},
    ).to_pylist()
    return {(row["x_Model"], row["x_TokenType"]) for row in rows}


class Closed:
    """October of one account is closed."""

    def closed(self, account: str, month: datetime) -> bool:
        return (account, month.month) == ("acc-1", 10)

    def open_month(self, account: str, month: datetime) -> datetime:
        return month.replace(month=11) if self.closed(account, month) else month


def test_prices_that_changed_since_the_preview_are_told(tmp_path: Path) -> None:
    workspace = opened(tmp_path)
    estate.take(workspace, calls(2, 20))
    take_sheet(workspace, DEARER)
    preview = workspace.preview_rerating(parse_scope("/"), MONTHS)
    take_sheet(workspace, SHEET)
    with pytest.raises(InvalidInput, match="preview it again"):
        workspace.rerate(preview, "tester", "rerate")
    workspace.close()


def test_a_preview_leaves_out_what_a_stopped_intake_has_not_charged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = opened(tmp_path)
    events = calls(17, 60)
    estate.take(workspace, events[:40])
    take_sheet(workspace, DEARER)
    expected = workspace.preview_rerating(parse_scope("/"), MONTHS).changes
    append = workspace.ledger.append

    def stop_before_charges(table: str, *args: Any, **kwargs: Any) -> bool:
        if table == "charges":
            raise Stopped
        return append(table, *args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(workspace.ledger, "append", stop_before_charges)
        with pytest.raises(Stopped):
            estate.take(workspace, events[40:])
    assert workspace.preview_rerating(parse_scope("/"), MONTHS).changes == expected
    workspace.close()


@pytest.mark.parametrize("stop_after", [1, 2, 4])
def test_a_stopped_rerating_is_completed_by_whoever_writes_next(
    tmp_path: Path, stop_after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = calls(11, 80)
    workspace = opened(tmp_path)
    estate.take(workspace, events)
    first = told(workspace)
    take_sheet(workspace, TIERED_NEWLY)
    preview = workspace.preview_rerating(parse_scope("/"), MONTHS)
    with monkeypatch.context() as patched:
        _stop(workspace, patched, stop_after)
        with pytest.raises(Stopped):
            workspace.rerate(preview, "tester", "rerate")
    workspace.close()
    again = Workspace.open(tmp_path / "data", now=lambda: NOW)
    assert notes(again) == ["ReratingBegun"]
    assert told(again) == first, "answers keep to the prices of before until it is complete"
    assert again.settle() >= 0
    assert answers(again) == fresh(tmp_path / "fresh", TIERED_NEWLY, events)
    assert [r.finished for r in again.reratings()] == [True]
    assert notes(again) == ["Rerated", "ReratingBegun"], "the log says that it ended, too"
    assert again.settle() == 0
    assert rerate(again) is None
    again.close()


def notes(workspace: Workspace) -> list[str]:
    """What the audit log says of re-ratings, the newest first, always by whom."""
    found = [e for e in workspace.accounts.store.audit(100) if e.action.startswith("Rerat")]
    assert {entry.actor for entry in found} <= {"tester"}
    assert len({entry.target for entry in found}) <= 1
    return [entry.action for entry in found]


def _stop(workspace: Workspace, patched: pytest.MonkeyPatch, after: int) -> None:
    """Stops at the given step: the record, the commits, the mark that a key is settled."""
    control = workspace._control
    steps = ((control.reratings, "start"), (workspace.ledger, "append"))
    stop_after(patched, after, *steps, (control.posting_keys, "settled"))
