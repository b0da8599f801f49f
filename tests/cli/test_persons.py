"""`costplane persons`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run
from tests.http.sample import event, write_prices


def test_a_person_is_erased(run: Run, tmp_path: Path) -> None:
    calls = [event(f"c-{n}", "rg-search", "search", user="Jane Roe", session="s") for n in (1, 2)]
    events = tmp_path / "events.jsonl"
    events.write_text("".join(json.dumps(call) + "\n" for call in calls))
    assert run("prices", "import", str(write_prices(tmp_path))).status == 0
    assert run("ingest", str(events)).status == 0
    asked = run("persons", "erase", "jane roe", stdin=b"n\n")
    assert asked.status != 0
    assert "for good" in asked.err
    ended = run("persons", "erase", "-", "--sessions", "--yes", stdin=b"jane roe\n")
    assert ended.status == 0, ended.err
    assert ended.out.split() == ["events", "2", "other", "texts", "0", "sessions", "1"]
    shown = run(
        "query",
        "--scope",
        "/",
        "--from",
        "2026-11-02",
        "--to",
        "2026-11-02",
        "--group-by",
        "User",
        "--persons",
        "--format",
        "json",
    ).out
    assert "erased-" in shown
    assert "jane" not in shown.lower()
    assert run("persons", "erase", "-", "--yes", stdin=b"").status != 0
