"""The JSON Schema of an own sheet: it takes what the reader takes, and refuses what has no shape.

A sheet is read here as editors read YAML (numbers are numbers, dates are text), and checked by
jsonschema-rs, which comes with the tests of the HTTP interface (schemathesis).
"""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from costplane.errors import InvalidPriceSheet
from costplane.pricing.importers import read_price_sheet
from costplane.pricing.importers.own_schema import price_sheet_schema
from costplane.pricing.importers.own_sheet import ROW_FIELDS, SHEET_FIELDS
from tests.app.prices.test_worked_cases import DIRECT
from tests.http.sample import PRICES
from tests.pricing.test_importers_own_sheet import CSV, YAML

NOW = datetime(2026, 11, 1, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
SCHEMA = price_sheet_schema()
VALIDATOR = jsonschema_rs.Draft7Validator(SCHEMA)


class EditorLoader(yaml.SafeLoader):
    """YAML 1.2 has no dates: they are text."""


EditorLoader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in forms if not tag.endswith("timestamp")]
    for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def faults(text: str) -> list[str]:
    document = yaml.load(text, EditorLoader)
    return [error.message for error in VALIDATOR.iter_errors(document)]


def written_sheets() -> dict[str, str]:
    files = [*ROOT.glob("examples/*.yaml"), *ROOT.glob("src/costplane/demo/data/*.yaml")]
    found = {file.name: file.read_text() for file in files}
    for page in (*ROOT.glob("docs/**/*.md"), ROOT / "README.md"):
        blocks = re.findall(r"^```yaml\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)
        found |= {f"{page.name} {number}": block for number, block in enumerate(blocks)}
    sheets = {name: text for name, text in found.items() if re.search("^rows:", text, re.MULTILINE)}
    return sheets | {"worked": DIRECT, "sample": PRICES, "marketplace": YAML}


SHEETS = written_sheets()


@pytest.mark.parametrize("name", SHEETS)
def test_every_sheet_that_is_written_here_fits_and_is_read(tmp_path: Path, name: str) -> None:
    assert faults(SHEETS[name]) == []
    file = tmp_path / "sheet.yaml"
    file.write_text(SHEETS[name])
    assert read_price_sheet(file, valid_from=NOW, imported_at=NOW).sheet.rows


def test_the_sheets_are_those_of_examples_documents_and_demo() -> None:
    assert {"prices.yaml", "price-kinds.yaml", "marketplace_prices.yaml"} <= SHEETS.keys()
    assert len([name for name in SHEETS if name.startswith("price-sheets.md")]) >= 2


def test_the_columns_of_a_csv_sheet_are_its_row_properties() -> None:
    rows = list(csv.DictReader(StringIO(CSV)))
    told = [{name: cell for name, cell in row.items() if cell} for row in rows]
    about = {name: told[0][name] for name in SHEET_FIELDS}
    only = [{name: row[name] for name in row if name not in SHEET_FIELDS} for row in told]
    VALIDATOR.validate({**about, "rows": only})


def test_the_schema_is_one_and_names_every_field() -> None:
    jsonschema_rs.meta.validate(SCHEMA)
    rows: dict[str, Any] = SCHEMA["properties"]["rows"]["items"]["properties"]
    assert tuple(rows) == ROW_FIELDS
    assert SCHEMA["properties"].keys() == {*SHEET_FIELDS, *ROW_FIELDS, "rows"}
    assert all(value["description"] for value in rows.values())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("GlobalStandard", "Everywhere"),
        ("deployment_type: GlobalStandard, ", ""),
        ("quantity: input_text", "quantity: words"),
        ("quantity: input_text,", ""),
        ("model: Contoso-Large, ", ""),
        ("1M Tokens, price: 3.30", "many Tokens, price: 3.30"),
        ("unit: 1M Tokens, price: 3.30", "price: 3.30"),
        (", price: 3.30", ""),
        ("price: 3.30", "price: -3"),
        ("price: 3.30", 'price: "-3"'),
        ("price: 3.30", "price: three"),
        ("price: 3.30", 'price: "1,000"'),
        ("price: 3.30", "cost: 3"),
        ("price: 3.30", "price: [3]"),
        ("price: 3.30", "price: {USD: 3}"),
        ("price: 3.30", "price: 3, service_tier: Fast"),
        ("price: 3.30", "price: 3, context_band: wide, context_threshold: 1"),
        ("price: 3.30", "price: 3, context_band: long, context_threshold: many"),
        ("price: 3.30", "price: 3, publisher_type: Nobody"),
        ("price: 3.30", "price: 3, price_kind: weekly"),
        ("price: 3.30", "price: 3, term: 1 Week"),
        ("price: 3.30", "price: 3, tiering: stepped"),
        ("price: 3.30", "price: 3, tier_minimum: -1"),
        ("price: 3.30", "price: 3, valid_to: tomorrow"),
        ("price: 3.30", "price: 3, scope: /subscriptions/s-1"),
        ("currency: USD\n", ""),
        ("currency: USD", "currency: dollars"),
        ("name: contoso-marketplace", "kind: secret"),
        ("name: contoso-marketplace", "regoin: swedencentral"),
        ("name: contoso-marketplace", "offers: [one]"),
    ],
)
def test_what_the_reader_refuses_for_its_shape_the_schema_refuses(
    tmp_path: Path, before: str, after: str
) -> None:
    text = YAML.replace(before, after, 1)
    assert text != YAML
    file = tmp_path / "sheet.yaml"
    file.write_text(text)
    with pytest.raises(InvalidPriceSheet):
        read_price_sheet(file, imported_at=NOW)
    assert faults(text)


def test_a_field_may_stand_at_the_top_or_in_every_row() -> None:
    in_rows = YAML.replace("currency: USD\n", "").replace("price:", "currency: USD, price:")
    assert faults(in_rows) == []
    assert faults(in_rows.replace("currency: USD, ", "", 1))
    units = "currency: USD\nconsumption_unit: Units\nrows: [{price: 0.01}]\n"
    assert faults(units) == []
    assert faults("currency: USD\nrows: [{price: 0.01}]\n")


def test_all_faults_of_a_row_are_told(tmp_path: Path) -> None:
    file = tmp_path / "sheet.yaml"
    file.write_text(YAML.replace("currency: USD\n", "").replace("price: 3.30", "price: -3"))
    with pytest.raises(InvalidPriceSheet) as caught:
        read_price_sheet(file, imported_at=NOW)
    told = str(caught.value)
    assert "line 7, price: price is '-3'; give a number of zero or more" in told
    assert "line 7, currency: currency is missing; give a code such as USD" in told
    assert "line 9, currency: " in told


def test_a_row_of_yaml_has_no_scope_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "sheet.yaml"
    file.write_text(YAML.replace("price: 3.30", "price: 3.30, scope: /subscriptions/s-1"))
    with pytest.raises(InvalidPriceSheet, match=r"line 8, scope: .* give it at the top"):
        read_price_sheet(file, imported_at=NOW)
