"""`costplane explain`: a bill for people, the same digits as JSON."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.http.sample import PRICES, SCOPE, TOTAL, write_events

SOURCE = "gateway/eu-1"
NO_MODEL = (
    "none: no price sheet has the model in-house-7b (NoSuchModel); import a price sheet that has it"
)


def pairs(text: str) -> list[tuple[str, str]]:
    """The lines of a bill: names and values."""
    found = (line.partition("  ") for line in text.splitlines())
    return [(name, value.strip()) for name, _, value in found if value]


@pytest.mark.parametrize("name", [(SOURCE, "a1"), (f"event:{SOURCE}#a1",), (f"{SOURCE}#a1",)])
def test_an_event_reads_as_a_bill(ask: Run, name: tuple[str, ...]) -> None:
    ended = ask("explain", *name)
    assert ended.status == 0
    told = pairs(ended.out)
    assert [v for n, v in told if n == "quantity"] == ["263 Tokens", "128 Tokens", "24 Tokens"]
    assert next(v for n, v in told if n == "unit price") == "2 USD for 1000000 Tokens"
    assert [v for n, v in told if n == "source"][1].startswith("line 7 of prices.yaml, list sample")
    assert [v for n, v in told if n == "exact"] == [
        "263 / 1000000 x 2 = 0.000526",
        "128 / 1000000 x 0.5 = 0.000064",
        "24 / 1000000 x 8 = 0.000192",
    ]
    assert {v for n, v in told if n in ("adjustments", "rounding")} == {"none"}
    assert told[-1] == ("total", "0.000782 USD")
    assert ("tags", "team=search (event)") in told


def test_an_event_without_a_price(ask: Run) -> None:
    told = pairs(ask("explain", SOURCE, "a3").out)
    assert [v for n, v in told if n == "price"] == [NO_MODEL] * 2
    assert told[-1] == ("unpriced", "2 lines, which no total has in it")


def test_an_event_that_is_not_billed(ask: Run) -> None:
    told = dict(pairs(ask("explain", SOURCE, "a4").out))
    assert (
        told["status"] == "NotBilled: HTTP status 429, refused before any work was done: not billed"
    )
    assert told["total"] == "none: nothing of it is charged"


def test_from_the_days_charges_to_the_events(ask: Run) -> None:
    day = ("--scope", f"/{SCOPE}", "--day", "2026-11-02")
    listed = json.loads(ask("explain", *day, "--format", "json").out, parse_float=Decimal)
    costs = {charge["address"]: charge["billed_cost"] for charge in listed["charges"]}
    assert sum(costs.values()) == Decimal(TOTAL)
    for address, cost in costs.items():
        charge = json.loads(ask("explain", address, "--format", "json").out, parse_float=Decimal)
        assert charge["billed_cost"] == charge["amount"] == cost
        assert sum(event["amount"] for event in charge["behind"]["shown"]) == cost


def test_a_charge_reads_as_a_bill(ask: Run) -> None:
    day = ("--day", "2026-11-02", "--meter", "output", "--limit", "1")
    ended = ask("explain", *day)
    assert ended.out.splitlines()[2].split()[:3] == ["0.0028", "USD", "10:00"]
    assert "and 1 more" in ended.err
    address = ended.out.split()[-1]
    bill = ask("explain", address).out
    told = pairs(bill)
    assert told[0] == ("charge", address)
    assert ("quantity", "350 Tokens of 1 event") in told
    assert ("exact", "350 / 1000000 x 8 = 0.0028") in told
    assert ("amount", "0.0028 USD") in told
    assert bill.splitlines()[-1].split() == [
        *("2026-11-02", "10:00:09.420000Z", SOURCE, "a2"),
        *("350", "0.0028", "0.0028"),
    ]
    skipped = ask("explain", address, "--skip", "1").out
    assert skipped.splitlines()[-1] == "and 1 more with 0.0028 USD"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "name one thing"),
        (("a", "b", "c"), "name one thing"),
        ((SOURCE, "a1", "--day", "2026-11-02"), "name one thing"),
        (("nothing",), "source#id"),
        ((SOURCE, "zz"), "no event 'zz'"),
        (("charge:today",), "four parts"),
        (
            ("charge:2026-11-02T10/1/images/0b5d1d0f-3c0e-5d52-8a1c-8b1f0f6f2b55",),
            "no charge was posted",
        ),
        (("--day", "2026-11-02", "--scope", f"/{SCOPE}/resourceGroups/rg-serch"), "rg-search"),
        (("--day", "today"), "today"),
    ],
)
def test_what_cannot_be_explained(ask: Run, arguments: tuple[str, ...], told: str) -> None:
    ended = ask("explain", *arguments)
    assert (ended.status, ended.out) == (2, "")
    assert told in ended.err


def test_each_part_of_a_divided_line_has_its_own_charge(run: Run, tmp_path: Path) -> None:
    sheet = tmp_path / "tiers.yaml"
    sheet.write_text(
        PRICES.replace("price: 2.00}", "price: 2.00}\n  - {model: gpt-4.1, quantity: input_text, "
                       "price: 1.00, tier_minimum: 0.01}")
    )  # fmt: skip
    assert run("prices", "import", str(sheet)).status == 0
    assert run("ingest", str(write_events(tmp_path))).status == 0
    told = pairs(run("explain", SOURCE, "a2").out)
    charges = [value for name, value in told if name == "charge"]
    assert len(charges) == 3
    assert len(set(charges)) == 3
    for charge in charges:
        assert run("explain", charge).status == 0
