"""`costplane estimate`: every figure can be computed again from what is printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run

LIST = """\
name: list
currency: USD
deployment_type: GlobalStandard
valid_from: 2026-01-01
rows:
  - {model: tiered, quantity: input_text, unit: 1M Tokens, price: 3}
  - {model: tiered, quantity: input_text, unit: 1M Tokens, price: 2, tier_minimum: 1}
  - {model: tiered, quantity: input_text, unit: 1M Tokens, price: 1, tier_minimum: 2}
  - {model: placed, quantity: input_text, unit: 1M Tokens, price: 5, region: swedencentral}
  - {model: placed, quantity: input_text, unit: 1M Tokens, price: 6, region: eastus2}
  - {model: dall-e-3, quantity: images, unit: 100 Images, price: 4, variant: standard 1024x1024}
  - {model: dall-e-3, quantity: images, unit: 100 Images, price: 8, variant: hd 1024x1024}
  - {model: ended, quantity: input_text, unit: 1M Tokens, price: 5, valid_to: 2026-02-01}
"""
UNITS = """\
name: market
currency: USD
deployment_type: GlobalStandard
valid_from: 2026-01-01
publisher_type: Marketplace
publisher: Anthropic
offer: claude-offer
consumption_unit: Claude consumption unit
rows:
  - {price: 0.1}
  - {model: claude, quantity: input_text, unit: 1M Tokens, consumption_units: 30}
"""
PLAN = ("--calls-per-day", "100", "--start", "2027-01", "--input-tokens", "1000")


@pytest.fixture
def priced(run: Run, tmp_path: Path) -> Run:
    for name, sheet in (("list", LIST), ("market", UNITS)):
        file = tmp_path / f"{name}.yaml"
        file.write_text(sheet)
        done = run("prices", "import", str(file))
        assert done.status == 0, done.err
    return run


def rows(text: str, word: str) -> list[str]:
    """The lines of a table that begin with a word, cells joined by one space."""
    return [" ".join(line.split()) for line in text.splitlines() if line.startswith(word)]


def test_tiers_stand_in_their_order(priced: Run) -> None:
    told = priced("estimate", "--model", "tiered", *PLAN)
    assert rows(told.out, "tiered") == [
        "tiered tiered Input Global Input 3 USD for 1000000 Tokens 1,000,000 Tokens 3",
        "tiered tiered Input Global Input 2 USD for 1000000 Tokens, from 1 of these on "
        "1,000,000 Tokens 2",
        "tiered tiered Input Global Input 1 USD for 1000000 Tokens, from 2 of these on "
        "1,100,000 Tokens 1.1",
    ]


def test_consumption_units_show_both_steps(priced: Run) -> None:
    told = priced("estimate", "--model", "claude", *PLAN)
    # 3.1 million tokens x 30 units x 0.1 USD
    assert rows(told.out, "claude") == [
        "claude Claude consumption unit Input 30 x Claude consumption unit for 1000000 Tokens, "
        "each 0.1 USD 3,100,000 Tokens 9.3"
    ]


@pytest.mark.parametrize(
    ("model", "told"),
    [
        (
            "placed",
            "placed GlobalStandard (by use): its price depends on region, which nobody told; "
            "set region (--region)",
        ),
        (
            "ended",
            "ended GlobalStandard (by use): the last price has ended: ended, until 2026-02-01",
        ),
    ],
)
def test_a_comparison_says_what_is_missing(priced: Run, model: str, told: str) -> None:
    ended = priced("estimate", "--model", model, "--compare", *PLAN)
    assert f"no price: {told}" in ended.err.splitlines()
    assert f"no price: {model}: Input of 3,100 calls, 3,100,000 Tokens:" in ended.err


def test_images_are_priced_by_their_variant(priced: Run) -> None:
    asked = ("estimate", "--model", "dall-e-3", *PLAN[:4], "--quantity", "images=1")
    told = priced(*asked)
    assert "depends on variant, which nobody told; set variant (--variant)" in told.err
    told = priced(*asked, "--variant", "hd 1024x1024")
    assert "total     248 USD" in told.out  # 3,100 images at 8 for 100


def test_calls_that_use_nothing_are_refused(priced: Run) -> None:
    refused = priced("estimate", "--model", "tiered", *PLAN[:4])
    assert refused.status == 2
    assert "calls use nothing; give input_tokens" in refused.err
    refused = priced("estimate", "--model", "tiered", *PLAN, "--quantity", "images")
    assert "write NAME=AMOUNT, such as images=1" in refused.err
