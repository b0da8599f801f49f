"""`costplane prices`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run
from tests.http.sample import PRICES, write_prices


def test_import_and_list(run: Run, tmp_path: Path) -> None:
    file = str(write_prices(tmp_path))
    first = run("prices", "import", file)
    assert first.status == 0
    assert "imported" in first.out
    assert "already known" in run("prices", "import", file).out
    (sheet,) = json.loads(run("prices", "list", "--format", "json").out)
    assert (sheet["name"], sheet["row_count"], sheet["currency"]) == ("sample", 3, "USD")
    assert "sample" in run("prices", "list").out


def test_one_bad_row_and_nothing_is_taken(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text(PRICES + "  - {model: gpt-4.1, quantity: output_audio, price: -1}\n")
    ended = run("prices", "import", str(file), "--name", "mine")
    assert (ended.status, ended.out) == (1, "")
    assert f"{file}: nothing of it is taken:\n  line 10, price: " in ended.err
    assert json.loads(run("prices", "list", "--format", "json").out) == []


def test_no_price_sheet(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "poem.txt"
    file.write_text("Roses are red\n")
    ended = run("prices", "import", str(file), "--format", "json")
    assert (ended.status, ended.out) == (1, "")
    assert "poem.txt" in ended.err


def test_a_date_for_rows_without_one(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text(PRICES.replace("valid_from: 2026-01-01\n", ""))
    assert run("prices", "import", str(file)).status == 1
    assert run("prices", "import", str(file), "--valid-from", "2026-02-01").status == 0
    (row, *_) = json.loads(run("prices", "show", "1", "--format", "json").out)
    assert row["valid_from"] == "2026-02-01T00:00:00Z"


def test_show(ask: Run) -> None:
    rows = json.loads(ask("prices", "show", "1", "--format", "json").out)
    assert len(rows) == 3
    assert "everywhere" in ask("prices", "show", "1").out
    assert ask("prices", "show", "99").status == 2


def test_explain(ask: Run) -> None:
    ended = ask(
        *("prices", "explain", "--model", "GPT-4.1", "--deployment-type", "GlobalStandard"),
        *("--model-version", "2025-04-14", "--region", "swedencentral", "--at", "2026-11-02"),
    )
    assert ended.status == 0
    assert "2 USD for 1M Tokens" in ended.out
    assert "sample line" in ended.out


def test_explain_without_a_price(ask: Run) -> None:
    ended = ask("prices", "explain", "--model", "in-house-7b", "--quantity", "input_text")
    assert ended.status == 0
    assert "NoSuchModel" in ended.out
