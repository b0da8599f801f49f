"""Costplane's own price sheet in YAML and CSV."""

import gzip
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from costplane.errors import InvalidPriceSheet
from costplane.pricing.importers import SheetReading, read_price_sheet
from costplane.pricing.model_key import ModelKey

NOW = datetime(2026, 11, 1, tzinfo=UTC)

YAML = """\
name: contoso-marketplace
currency: USD
valid_from: 2026-01-01
publisher_type: Marketplace
publisher: Contoso AI
offer: Contoso Large
rows:
  - {model: Contoso-Large, deployment_type: GlobalStandard, quantity: input_text,
     unit: 1M Tokens, price: 3.30}
  - {model: contoso-large, deployment_type: GlobalStandard, quantity: output_text,
     unit: 1M Tokens, price: 0.000000000123456789, region: SwedenCentral}
"""

CSV = """\
model,version,deployment_type,quantity,unit,price,currency,valid_from,valid_to,scope,kind,name
gpt-4o,2024-11-20,Standard,input_text,1K,0.0020,EUR,2026-01-01,2026-07-01,/Subscriptions/1,customer,own
gpt-4o,2024-11-20,Standard,output_text,1K,0.0080,EUR,2026-01-01,,/Subscriptions/1,customer,own
"""


def read(folder: Path, text: str, name: str = "prices.yaml") -> SheetReading:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_price_sheet(path, imported_at=NOW)


def test_a_yaml_sheet_of_a_marketplace_model(tmp_path: Path) -> None:
    sheet = read(tmp_path, YAML).sheet
    first, second = sheet.rows
    assert (sheet.name, sheet.kind, sheet.currency) == ("contoso-marketplace", "list", "USD")
    assert (first.publisher_type, first.publisher, first.offer) == (
        "Marketplace",
        "Contoso AI",
        "Contoso Large",
    )
    assert (first.category, first.sub_category, first.service_name) == (
        "SaaS",
        "Contoso Large",
        "SaaS",
    )
    assert (first.region, second.region) == (None, "swedencentral")
    assert (first.unit_of_measure, first.block_size, first.unit) == (
        "1M",
        Decimal(1_000_000),
        "Tokens",
    )
    assert [mapping.key for mapping in sheet.mappings] == [
        ModelKey("contoso-large", None, "Global", "Standard", "input_text"),
        ModelKey("contoso-large", None, "Global", "Standard", "output_text"),
    ]
    assert {mapping.confirmed_by for mapping in sheet.mappings} == {"sheet"}


def test_prices_keep_every_digit(tmp_path: Path) -> None:
    rows = read(tmp_path, YAML).sheet.rows
    assert [str(row.price) for row in rows] == ["3.30", "1.23456789E-10"]


def test_rows_name_their_own_lines(tmp_path: Path) -> None:
    assert [row.source_line for row in read(tmp_path, YAML).sheet.rows] == [8, 10]
    assert [row.source_line for row in read(tmp_path, CSV, "p.csv").sheet.rows] == [2, 3]


def test_a_csv_sheet_of_a_customer(tmp_path: Path) -> None:
    sheet = read(tmp_path, CSV, "negotiated.csv").sheet
    assert (sheet.name, sheet.kind, sheet.scope) == ("own", "customer", "/subscriptions/1")
    assert [row.price for row in sheet.rows] == [Decimal("0.0020"), Decimal("0.0080")]
    assert [row.valid_to for row in sheet.rows] == [datetime(2026, 7, 1, tzinfo=UTC), None]
    assert [m.key for m in sheet.mappings] == [
        ModelKey("gpt-4o", "2024-11-20", "Regional", "Standard", "input_text"),
        ModelKey("gpt-4o", "2024-11-20", "Regional", "Standard", "output_text"),
    ]


def test_a_sheet_without_name_has_that_of_its_file_and_may_be_gzip(tmp_path: Path) -> None:
    path = tmp_path / "team-prices.yaml.gz"
    path.write_bytes(gzip.compress(YAML.partition("\n")[2].encode()))
    assert read_price_sheet(path, imported_at=NOW).sheet.name == "team-prices"


@pytest.mark.parametrize(
    ("given", "scope", "tier", "variant"),
    [
        ("GlobalStandard", "Global", "Standard", None),
        ("DataZoneBatch", "DataZone", "Batch", None),
        ("Standard", "Regional", "Standard", None),
        ("Regional", "Regional", "Standard", None),
        ("DeveloperTier", "Global", "Standard", "developer"),
    ],
)
def test_deployment_types_are_azures_names_or_scopes(
    tmp_path: Path, given: str, scope: str, tier: str, variant: str | None
) -> None:
    key = read(tmp_path, YAML.replace("GlobalStandard", given)).sheet.mappings[0].key
    assert key is not None
    assert (key.deployment_scope, key.service_tier, key.variant) == (scope, tier, variant)


def test_quantities_of_time_take_their_price_by_the_hour(tmp_path: Path) -> None:
    text = YAML.replace(
        "quantity: input_text,\n     unit: 1M Tokens", "quantity: audio_seconds, unit: 1 Hour"
    )
    row = read(tmp_path, text).sheet.rows[0]
    assert (row.block_size, row.unit) == (Decimal(3600), "Seconds")


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ("Contoso-Large", '""', "model"),
        ("GlobalStandard", "Everywhere", "deployment_type"),
        ("quantity: input_text", "quantity: words", "quantity"),
        ("1M Tokens, price: 3.30", "1M Images, price: 3.30", "unit"),
        ("1M Tokens, price: 3.30", "many Tokens, price: 3.30", "unit"),
        ("price: 3.30", "price: -3", "price"),
        ("price: 3.30", "cost: 3", "cost"),
        ("price: 3.30", "price: [3]", "price"),
        ("price: 3.30", "price: 3, service_tier: Fast", "service_tier"),
        ("price: 3.30", "price: 3, context_band: long", "context_threshold"),
        ("price: 3.30", "price: 3, context_threshold: many", "context_threshold"),
        ("price: 3.30", "price: 3, publisher_type: Nobody", "publisher_type"),
    ],
)
def test_one_bad_row_and_nothing_is_taken(
    tmp_path: Path, before: str, after: str, field: str
) -> None:
    with pytest.raises(InvalidPriceSheet, match=rf"nothing of it is taken:\n  line 8, {field}: "):
        read(tmp_path, YAML.replace(before, after, 1))


def test_one_meter_name_stands_for_one_key(tmp_path: Path) -> None:
    text = YAML.replace("price:", "meter_name: Contoso units, price:")
    with pytest.raises(InvalidPriceSheet, match="line 10, meter_name: "):
        read(tmp_path, text)


def test_tops_and_rows_have_known_fields_once(tmp_path: Path) -> None:
    with pytest.raises(InvalidPriceSheet, match="regoin is no field"):
        read(tmp_path, "regoin: swedencentral\n" + YAML)
    with pytest.raises(InvalidPriceSheet, match="line 9: price stands twice"):
        read(tmp_path, YAML.replace("price: 3.30", "price: 3.30, price: 4"))
    with pytest.raises(InvalidPriceSheet, match="the header has price 2 times"):
        read(tmp_path, CSV.replace("unit,price", "price,price"), "p.csv")


@pytest.mark.parametrize(
    ("text", "name", "field"),
    [
        ("kind: secret\n" + YAML, "p.yaml", "kind"),
        ("scope: /subscriptions/1\n" + YAML, "p.yaml", "scope"),
        ("kind: customer\nscope: rg-a\n" + YAML, "p.yaml", "scope"),
        (
            "kind: customer\nscope: /providers/Microsoft.Management/managementGroups/m\n" + YAML,
            "p.yaml",
            "scope",
        ),
        (CSV.replace(",own\n", ",other\n", 1), "p.csv", "name"),
    ],
)
def test_a_sheet_that_contradicts_itself_is_refused(
    tmp_path: Path, text: str, name: str, field: str
) -> None:
    with pytest.raises(InvalidPriceSheet) as caught:
        read(tmp_path, text, name)
    assert caught.value.target == field


@pytest.mark.parametrize(
    ("text", "scope"),
    [("/Subscriptions/ABC/", "/subscriptions/abc"), ("/", None), ("", None)],
)
def test_a_scope_is_kept_as_rating_looks_for_it(
    tmp_path: Path, text: str, scope: str | None
) -> None:
    sheet = read(tmp_path, f'kind: customer\nscope: "{text}"\n{YAML}').sheet
    assert sheet.scope == scope


def test_a_price_of_another_provider_names_it(tmp_path: Path) -> None:
    path = tmp_path / "direct.yaml"
    path.write_text(
        "currency: USD\nvalid_from: 2026-01-01\nrows:\n"
        "  - {provider: OpenAI, model: gpt-4o-2024-11-20, quantity: input_text,"
        " unit: 1M, price: 2}\n"
    )
    reading = read_price_sheet(path, imported_at=NOW)
    (row,), (mapping,) = reading.sheet.rows, reading.sheet.mappings
    assert mapping.key == ModelKey(
        "gpt-4o", "2024-11-20", None, "Standard", "input_text", provider="openai"
    )
    assert (row.publisher_type, row.service_name) == ("External", "OpenAI")
    azures = path.read_text().replace("quantity", "deployment_type: Global, quantity")
    with pytest.raises(InvalidPriceSheet, match=r"line 4, deployment_type: .* openai does not"):
        read(tmp_path, azures)


def test_the_tiers_of_one_price_agree_in_unit_and_in_how_they_count(tmp_path: Path) -> None:
    tier = "price: 3, tier_minimum: 10"
    rows = YAML.partition("  - ")[0] + "".join(
        "  - {model: m, deployment_type: Global, quantity: input_text, unit: 1M, " + more + "}\n"
        for more in ("price: 4", tier)
    )
    assert len(read(tmp_path, rows).sheet.rows) == 2
    with pytest.raises(InvalidPriceSheet, match="line 9, tiering: tiering is volume, but graduat"):
        read(tmp_path, rows.replace(tier, tier + ", tiering: volume"))
    with pytest.raises(InvalidPriceSheet, match="line 9, unit: unit is 1K, but 1M in line 8"):
        read(tmp_path, rows.replace("unit: 1M, " + tier, "unit: 1K, " + tier))
    with pytest.raises(InvalidPriceSheet, match="line 9, row: the row prices the same as line 8"):
        read(tmp_path, rows.replace(tier, "price: 4"))
    with pytest.raises(InvalidPriceSheet, match="line 9, price: price is 5, but 4 in line 8"):
        read(tmp_path, rows.replace(tier, "price: 5, meter_name: another"))
