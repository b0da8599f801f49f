"""`costplane unit-costs` and `costplane counts`."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

from tests.cli.conftest import Run
from tests.http.sample import write_events, write_prices

DAY = ("--from", "2026-11-02", "--to", "2026-11-02")


def test_counts_and_unit_costs(run: Run, tmp_path: Path) -> None:
    run("prices", "import", str(write_prices(tmp_path)))
    run("ingest", str(write_events(tmp_path)))
    file = tmp_path / "counts.json"
    file.write_text('[{"unit": "Tickets", "day": "2026-11-02", "count": 3, "tag:Team": "search"}]')
    imported = run("counts", "import", str(file), "--format", "json")
    assert json.loads(imported.out) == {"counts": 1, "units": ["tickets"]}
    asked = ("--scope", "/", *DAY, "--group-by", "tag:team", "--per", "count:tickets")
    found = json.loads(run("unit-costs", *asked, "--format", "json").out, parse_float=Decimal)
    by_team = {row["groups"][0]["value"]: row["units"][0] for row in found["rows"]}
    assert by_team["search"]["cost_per_unit"] == Decimal("0.000260666667")
    assert by_team["assistant"]["reasons"][0]["code"] == "NoCount"
    table = run("unit-costs", *asked)
    assert "0.000260666667" in table.out
    assert "assistant: count:tickets: nobody told how many tickets" in table.err
    listed = run("counts", "list", "--format", "csv").out.splitlines()
    assert listed == ["unit,day,scope,dimensions,count", "tickets,2026-11-02,/,tag:team=search,3"]
    assert run("counts", "remove", "tickets", "--scope", "/").out.split() == ["removed", "1"]
    assert run("counts", "list", "--format", "csv").out.splitlines() == listed[:1]


def test_wrong_files_and_options_are_told(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "counts.csv"
    file.write_text("unit,day,count\nchats,2026-11-02,many\nchats,soon,1\n")
    refused = run("counts", "import", str(file))
    assert refused.status == 1
    assert "line 2: count is 'many'" in refused.err
    assert "line 3: day is 'soon'" in refused.err
    assert "Nothing was taken" in refused.err
    wrong = run("unit-costs", "--scope", "/", "--per", "Chat")
    assert wrong.status == 2
    assert "--per" in wrong.err
