"""`costplane rerate`: shown first, written once, on record; tiers in `costplane explain`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.http.sample import PRICES, write_events, write_prices

DAYS = ("--from", "2026-11-01", "--to", "2026-11-30")


@pytest.fixture
def corrected(run: Run, tmp_path: Path) -> Run:
    """The sample, with a corrected sheet that nothing was rated with yet."""
    assert run("prices", "import", str(write_prices(tmp_path))).status == 0
    assert run("ingest", str(write_events(tmp_path))).status == 0
    sheet = tmp_path / "corrected.yaml"
    sheet.write_text(PRICES.replace("price: 8", "price: 6"))
    assert run("prices", "import", str(sheet)).status == 0
    return run


def test_shown_written_and_on_record(corrected: Run) -> None:
    shown = corrected("rerate", *DAYS, "--dry-run")
    assert shown.status == 0
    assert [line.split()[:4] for line in shown.out.splitlines() if "Output" in line]
    assert json.loads(corrected("rerate", "--list", "--format", "json").out) == []
    done = json.loads(corrected("rerate", *DAYS, "--yes", "--format", "json").out)
    assert done["rerating"] == 1
    for meter in done["meters"]:
        assert meter["difference"] == pytest.approx(meter["after"] - meter["before"])
        assert meter["after"] == pytest.approx(meter["before"] * 0.75)
    assert corrected("rerate", *DAYS).out == "nothing to change\n"
    (record,) = json.loads(corrected("rerate", "--list", "--format", "json").out)
    assert (record["number"], record["finished"], record["versions_before"]) == (1, True, [1])
    assert record["command"].startswith("rerate --from 2026-11-01")
    assert "2026-11-30" in corrected("rerate", "--list").out


def test_what_had_no_price_is_told_in_words(run: Run, tmp_path: Path) -> None:
    assert run("ingest", str(write_events(tmp_path))).status == 0
    assert run("prices", "import", str(write_prices(tmp_path))).status == 0
    told = run("rerate", *DAYS, "--dry-run").out
    assert "Unpriced: no price sheet has the model gpt-4.1" in told
    assert "NoSuchModel" not in told
    shown = json.loads(run("rerate", *DAYS, "--dry-run", "--format", "json").out)
    assert {event["reason"] for event in shown["events"]} >= {"NoSuchModel: gpt-4.1"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "say which days"),
        (("--from", "2026-11-02", "--to", "2026-11-01"), "is before"),
        ((*DAYS, "--scope", "nowhere"), "is not a scope"),
    ],
)
def test_wrong_options_are_told(run: Run, arguments: tuple[str, ...], message: str) -> None:
    ended = run("rerate", *arguments)
    assert ended.status == 2
    assert message in ended.err


def test_a_line_reads_tier_by_tier(run: Run, tmp_path: Path) -> None:
    sheet = tmp_path / "tiers.yaml"
    tier = "  - {model: gpt-4.1, quantity: input_text, price: 1, tier_minimum: 0.0001}\n"
    sheet.write_text(PRICES.rstrip() + "\n" + tier)
    assert run("prices", "import", str(sheet)).status == 0
    assert run("ingest", str(write_events(tmp_path))).status == 0
    out = run("explain", "gateway/eu-1", "a1").out
    assert "0 to 100 of" in out
    assert "100 to 263 of" in out
    assert "from 0.0001 x 1000000 Tokens of the month on" in out
    assert "163 / 1000000 x 1 = 0.000163" in out
