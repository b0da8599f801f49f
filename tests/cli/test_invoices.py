"""`costplane invoices`, `credits` and `commitments`, as people use them."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.environment.sources import ROOT
from tests.http.sample import PRICES, event

LOT = """\
lots:
  - {id: one, billing_account: unassigned, kind: Prepayment, amount: "1", currency: USD,
     start: 2026-01-01}
"""


@pytest.fixture
def invoiced(filled: Path, run: Run, tmp_path: Path) -> Run:
    """The sample's prices and calls in a folder of the test's own."""
    shutil.copytree(filled, tmp_path / "data")
    return run


def listed(run: Run) -> list[dict[str, str]]:
    done = run("invoices", "list", "--format", "csv")
    assert done.status == 0
    return list(csv.DictReader(io.StringIO(done.out)))


def test_an_invoice_is_listed_shown_and_exported(invoiced: Run, tmp_path: Path) -> None:
    row = listed(invoiced)[-1]
    shown = invoiced("invoices", "show", row["number"])
    assert f"due {row['due']} USD".split() in [line.split() for line in shown.out.splitlines()]
    told = json.loads(invoiced("invoices", "show", row["number"], "--format", "json").out)
    file = tmp_path / "invoice.json"
    assert invoiced("invoices", "export", row["number"], "--to", str(file)).status == 0
    assert json.loads(file.read_text())["sections"] == told["sections"]
    lines = tmp_path / "lines.csv"
    assert invoiced("invoices", "export", row["number"], "--to", str(lines)).status == 0
    exported = list(csv.DictReader(lines.open()))
    assert [line["amount"] for line in exported] == [
        row["amount"]
        for row in csv.DictReader(
            io.StringIO(invoiced("invoices", "show", row["number"], "--format", "csv").out)
        )
    ]
    refused = invoiced("invoices", "export", row["number"], "--to", str(tmp_path / "x.pdf"))
    assert refused.status == 2
    assert "ends in .json or .csv" in refused.err


def test_a_line_leads_to_its_charges(invoiced: Run) -> None:
    number = listed(invoiced)[-1]["number"]
    told = json.loads(invoiced("invoices", "explain", number, "1", "--format", "json").out)
    assert told["line"]["line"] == 1
    address = told["shown"][0]["address"]
    assert invoiced("explain", address).status == 0
    assert "has no line 999" in invoiced("invoices", "explain", number, "999").err


def test_closing_asks_and_is_done_once(run: Run, tmp_path: Path) -> None:
    usage = tmp_path / "usage.jsonl"
    usage.write_text((ROOT / "examples/usage.jsonl").read_text().replace("-11-02T", "-09-02T"))
    assert run("prices", "import", str(ROOT / "examples/prices.yaml")).status == 0
    assert run("ingest", str(usage)).status == 0
    (row,) = listed(run)
    assert (row["month"], row["state"]) == ("2026-09", "estimated")
    options = ("--billing-account", "unassigned", "--month", row["month"])
    refused = run("invoices", "close", *options, stdin=b"n\n")
    assert refused.status == 1
    assert "Close it for good?" in refused.err
    assert "warning: no line of 2026-09 has in it 1 event without a price" in refused.err
    assert row["number"] in refused.err
    assert [r["state"] for r in listed(run) if r["number"] == row["number"]] == ["estimated"]
    closed = run("invoices", "close", *options, "--yes", "--format", "json")
    assert closed.status == 0
    (told,) = json.loads(closed.out)
    assert told["state"] == "closed"
    again = run("invoices", "close", *options, "--format", "json")
    assert (again.status, json.loads(again.out)) == (0, [told])


def test_a_period_without_any_price_is_told(run: Run) -> None:
    assert run("ingest", str(ROOT / "examples/usage.jsonl")).status == 0
    done = run("invoices", "list", "--month", "2026-11")
    assert done.status == 0
    assert (
        "no invoice for unassigned 2026-11: 3 events without a price, and nothing was charged"
        in done.err
    )
    assert run("invoices", "list", "--month", "2026-10").err == ""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("show", "INV-0"), "there is no invoice 'INV-0'"),
        (("list", "--month", "October"), "write a month such as 2026-10"),
        (("list", "--profile", "p"), "--profile needs --billing-account"),
        (("close", "--billing-account", "x", "--month", "2020-01"), "nothing to invoice"),
    ],
)
def test_wrong_options_are_told(invoiced: Run, arguments: tuple[str, ...], told: str) -> None:
    done = invoiced("invoices", *arguments)
    assert done.status == 2
    assert told in done.err


def test_lots_are_imported_listed_and_refused(invoiced: Run, tmp_path: Path) -> None:
    file = tmp_path / "lots.yaml"
    file.write_text(LOT)
    assert ["new", "1"] in [
        line.split() for line in invoiced("credits", "import", str(file)).out.splitlines()
    ]
    again = invoiced("credits", "import", str(file), "--format", "json")
    assert json.loads(again.out) == {"lots": 1, "new": 0}
    (lot,) = json.loads(invoiced("credits", "list", "--format", "json").out)
    assert lot["lot"]["id"] == "one"
    file.write_text(LOT.replace('"1"', '"2"'))
    changed = invoiced("credits", "import", str(file))
    assert changed.status == 2
    assert "amount: lot one of unassigned is kept with 1, not 2" in changed.err
    table = tmp_path / "lots.csv"
    table.write_text(
        "id,billing_account,kind,amount,currency,start,publisher_types\n"
        "two,unassigned,Credit,5,USD,2026-02-01,Azure;Marketplace\n"
    )
    refused = invoiced("credits", "import", str(table))
    assert refused.status == 2
    assert "lots.csv:2: publisher_types has Marketplace" in refused.err
    events = invoiced("credits", "events", "--billing-account", "unassigned", "--format", "csv")
    assert "NewCredit" in events.out
    unknown = invoiced("credits", "balance", "--billing-account", "nobody")
    assert unknown.status == 2
    assert "'nobody' has no prepayment or credits; there are some of unassigned" in unknown.err


def test_commitments_are_imported_and_shown(run: Run) -> None:
    file = ROOT / "examples" / "commitments.yaml"
    assert run("commitments", "import", str(file)).status == 0
    (state,) = json.loads(run("commitments", "list", "--format", "json").out)
    assert state["commitment"]["id"] == "macc-2026"
    assert "unknown whether it counts" in run("commitments", "show", "macc-2026").out
    assert "known: macc-2026" in run("commitments", "show", "other").err


def test_events_without_price_and_without_usage_are_counted_apart(
    invoiced: Run, tmp_path: Path
) -> None:
    silent = [event(f"silent-{n}", "rg-search", "search", usage={}) for n in range(2)]
    file = tmp_path / "silent.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in silent))
    assert invoiced("ingest", str(file)).status == 0
    row = listed(invoiced)[-1]
    assert (row["unpriced events"], row["usage missing events"]) == ("1", "2")
    shown = invoiced("invoices", "show", row["number"]).out.splitlines()
    assert [line for line in shown if line.startswith("not in it")] == [
        "not in it: Usage missing: 2 events; the event tells no usage, so that what it cost is not "
        "known. To mend it, send the provider's usage object (data.usage) or data.quantities.",
        "not in it: Unpriced: 1 event; no price sheet has the model in-house-7b "
        "(Input 800, Output 90). To mend it, import a price sheet that has it.",
    ]
    asked = ("query", "--scope", "/", "--from", "2026-11-02", "--to", "2026-11-02")
    assert invoiced(*asked).err.splitlines() == [line.partition(": ")[2] for line in shown[-2:]]


def test_what_is_priced_later_is_no_longer_told(invoiced: Run, tmp_path: Path) -> None:
    sheet = tmp_path / "late.yaml"
    sheet.write_text(PRICES.replace("name: sample", "name: late").replace("gpt-4.1", "in-house-7b"))
    assert invoiced("prices", "import", str(sheet)).status == 0
    days = ("--from", "2026-11-02", "--to", "2026-11-02")
    assert invoiced("rerate", *days, "--yes").status == 0
    row = listed(invoiced)[-1]
    assert (row["unpriced events"], row["usage missing events"]) == ("0", "0")
    assert "not in it" not in invoiced("invoices", "show", row["number"]).out
