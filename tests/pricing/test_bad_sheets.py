"""A bad sheet, in every format: nothing of it is stored, and the error names rows and fields."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from costplane.errors import InvalidPriceSheet
from costplane.pricing.importers import read_price_sheet
from tests.pricing.conftest import Refused
from tests.pricing.sheet_formats import OWN, Sheets, elsewhere

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def told(refused: Refused, folder: Path, text: str) -> str:
    path = folder / "sheet"
    path.write_text(text, encoding="utf-8")
    return refused(path).message


@pytest.mark.parametrize(
    ("field", "value", "here"),
    [
        ("price", "-0.01", "price: .*zero or more"),
        ("price", "", "price: price is missing"),
        ("price", "free", "price: price is 'free'"),
        ("currency", "", "currency: currency is missing"),
        ("currency", "GBP", "currency: currency is GBP, the sheet's is"),
        ("unit", "1 Hour", "unit: unit"),
        ("unit", "", "unit: unit is missing"),
    ],
)
def test_a_bad_value_of_one_row(
    refused: Refused, tmp_path: Path, form: Sheets, field: str, value: str, here: str
) -> None:
    bad = elsewhere(form, **{getattr(form, field): value})
    text = form.write([form.row, bad, elsewhere(form, **{form.region: "eastus"})])
    message = told(refused, tmp_path, text)
    assert re.search(rf"nothing of it is taken:\n  line {form.second}, {here}", message), message
    assert message.count("\n") == 1


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [("price", "7", "price"), ("unit", "1K", "unit"), ("end", "2027-03-01", "valid_to")],
)
def test_a_row_that_contradicts_another(
    refused: Refused, tmp_path: Path, form: Sheets, field: str, value: str, named: str
) -> None:
    other = form.row | {getattr(form, field): value}
    message = told(refused, tmp_path, form.write([form.row, other]))
    differs = rf"{named} is .*, but .* in line \d+ .*keep one of the two"
    block = "unit: '1K' is another block than 1M Tokens of the meter's name"
    assert re.search(rf"\n  line {form.second}, {named}: ({differs}|{block})", message), message


def test_a_mixed_unit(refused: Refused, tmp_path: Path, form: Sheets) -> None:
    """One meter has one unit, wherever and whenever; what it is called does not matter."""
    unnamed = {k: v.replace(" 1M Tokens", "") if k != form.unit else v
               for k, v in form.row.items() if isinstance(v, str)}  # fmt: skip
    first = form.row | unnamed
    other = first | {form.region: "westeurope", form.start: "2026-09-30", form.end: ""}
    message = told(refused, tmp_path, form.write([first, other | {form.unit: "1K"}]))
    assert f"line {form.second}, unit: unit is 1K, but 1M in line" in message


def test_a_repeated_row_is_one_row_and_in_a_sheet_of_ones_own_an_error(
    tmp_path: Path, form: Sheets
) -> None:
    path = tmp_path / "sheet"
    path.write_text(form.write([form.row, form.row, elsewhere(form)]), encoding="utf-8")
    if form.row is not OWN:
        reading = read_price_sheet(path, imported_at=NOW)
        assert (len(reading.sheet.rows), reading.repeated) == (2, 1)
        return
    with pytest.raises(InvalidPriceSheet, match=rf"line {form.second}, row: .* keep one of the"):
        read_price_sheet(path, imported_at=NOW)


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.9])
def test_a_file_that_is_cut(refused: Refused, tmp_path: Path, form: Sheets, cut: float) -> None:
    """YAML tells no end; the other formats do, but for a cut between two rows."""
    text = form.write([form.row, elsewhere(form)])
    assert told(refused, tmp_path, text[: int(len(text) * cut)])


@pytest.mark.parametrize(
    ("text", "here"),
    [
        ('{"gpt-4o": {"litellm_provider": "openai", "input_cost_per_token": -1e-06}}', "1, price"),
        (
            '{"gpt-4o": {"litellm_provider": "openai", "input_cost_per_token": "1e-06"}}',
            "1, input_cost_per_token",
        ),
        (
            '[{"id": "openai", "models": [{"id": "gpt-4o", "prices": {"input_mtok": -2.5}}]}]',
            "1, price",
        ),
        (
            '[{"id": "openai", "models": [{"id": "gpt-4o", "prices": '
            '[{"prices": {"input_mtok": 2}}, {"prices": {"input_mtok": 3}}]}]}]',
            "1, price",
        ),
    ],
)
def test_lists_of_model_prices(refused: Refused, tmp_path: Path, text: str, here: str) -> None:
    assert f"nothing of it is taken:\n  line {here}: " in told(refused, tmp_path, text)
