"""genai-prices' list: the module of the installed package, and small lists."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from costplane.errors import InvalidPriceSheet, UnreadableFile
from costplane.pricing.importers import SheetReading, read_price_sheet
from costplane.pricing.importers.price_module import read_literals
from costplane.pricing.model_key import ModelKey
from costplane.pricing.price import PriceRow

NOW = datetime(2026, 11, 1, tzinfo=UTC)
START = datetime(2025, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def module() -> Path:
    spec = find_spec("genai_prices")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).with_name("data.py")


@pytest.fixture(scope="module")
def whole(module: Path) -> SheetReading:
    return read_price_sheet(module, valid_from=START, imported_at=NOW)


def rows_of(reading: SheetReading) -> dict[ModelKey, list[PriceRow]]:
    mapped = {(m.product, m.meter_name): m.key for m in reading.sheet.mappings}
    found: dict[ModelKey, list[PriceRow]] = defaultdict(list)
    for row in reading.sheet.rows:
        key = mapped[row.product, row.meter_name]
        if key is not None:
            found[key].append(row)
    return found


def test_the_packages_module_is_taken_whole(whole: SheetReading) -> None:
    reasons = Counter(
        (m.unplaced_reason or "placed").partition(":")[0] for m in whole.sheet.mappings
    )
    assert whole.repeated == 0
    assert whole.sheet.name == "genai-prices"
    assert set(reasons) == {"placed", "UnknownVariant", "UnknownField", "AzureList", "TimeOfDay"}
    assert reasons["placed"] > 0.8 * reasons.total()


def test_prices_of_one_thing_follow_each_other(whole: SheetReading) -> None:
    for key, rows in rows_of(whole).items():
        priced = {(row.valid_from, row.valid_to, row.price) for row in rows}
        spans = sorted((start, end) for start, end, _ in priced)
        assert all(end == start for (_, end), (start, _) in pairwise(spans))
        assert spans[-1][1] is None or key.context_band == "long"


@pytest.mark.parametrize(
    ("model", "provider", "family"),
    [
        ("gpt-4o", "openai", "openai"),
        ("claude-opus-4-5", "anthropic", "anthropic"),
        ("grok-code-fast-1", "x-ai", "x_ai"),
        ("mistral-large-latest", "mistral", "mistral_ai"),
    ],
)
def test_it_gives_the_packages_own_price(
    whole: SheetReading, model: str, provider: str, family: str
) -> None:
    import genai_prices

    at = datetime(2026, 10, 1, tzinfo=UTC)
    theirs = genai_prices.calc_price(
        genai_prices.Usage(input_tokens=1_000),
        model,
        provider_id=provider,
        genai_request_timestamp=at,
    )
    rows = rows_of(whole)[ModelKey(model, None, None, "Standard", "input_text", provider=family)]
    (ours,) = (r for r in rows if r.valid_from <= at and (r.valid_to is None or at < r.valid_to))
    assert ours.price / 1_000 == theirs.input_price


def model(**fields: Any) -> list[dict[str, Any]]:
    named = {"id": "gpt-x", "match": {"equals": "gpt-x"}} | fields
    return [{"id": "openai", "models": [named]}]


def read(folder: Path, providers: object, valid_from: datetime | None = START) -> SheetReading:
    path = folder / "data.json"
    path.write_text(json.dumps(providers))
    return read_price_sheet(path, valid_from=valid_from, imported_at=NOW)


def key(quantity: str = "input_text", tier: Any = "Standard", above: int | None = None) -> ModelKey:
    band: Any = "long" if above else None
    return ModelKey("gpt-x", None, None, tier, quantity, band, above, provider="openai")


def told(rows: list[PriceRow]) -> list[tuple[str, date, date | None]]:
    return sorted(
        (str(r.price), r.valid_from.date(), r.valid_to.date() if r.valid_to else None) for r in rows
    )


def test_dated_prices_follow_each_other(tmp_path: Path) -> None:
    prices = [
        {"prices": {"input_mtok": 3}},
        {"constraint": {"start_date": "2026-03-01"}, "prices": {"input_mtok": 2}},
        {"constraint": {"start_date": "2026-05-01"}, "prices": {"input_mtok": 0.1}},
    ]
    found = rows_of(read(tmp_path, model(prices=prices)))[key()]
    assert told(found) == [
        ("0.1", date(2026, 5, 1), None),
        ("2", date(2026, 3, 1), date(2026, 5, 1)),
        ("3", date(2025, 1, 1), date(2026, 3, 1)),
    ]
    late = read(tmp_path, model(prices=prices), datetime(2026, 4, 1, tzinfo=UTC))
    assert [price for price, *_ in told(rows_of(late)[key()])] == ["0.1", "2"]


def test_tiers_by_prompt_length_are_bands(tmp_path: Path) -> None:
    tiered = {"base": 1.25, "tiers": [{"start": 200000, "price": 2.5}]}
    found = rows_of(read(tmp_path, model(prices={"input_mtok": tiered, "output_mtok": 10})))
    assert {k: str(rows[0].price) for k, rows in found.items()} == {
        key(): "1.25",
        key(above=200_000): "2.5",
        key("output_text"): "10",
    }


def test_a_variant_has_the_bases_price_of_what_it_does_not_change(tmp_path: Path) -> None:
    base = [
        {"prices": {"input_mtok": 4, "web_searches_kcount": 10}},
        {
            "constraint": {"start_date": "2026-06-01"},
            "prices": {"input_mtok": 3, "web_searches_kcount": 9},
        },
    ]
    batch = {
        "when": {"processing": "batch"},
        "prices": {"input_mtok": 2},
        "constraint": {"start_date": "2026-05-01"},
    }
    fast = {"when": {"service_tier": "fast"}, "prices": {"input_mtok": 8}}
    reading = read(tmp_path, model(prices=base, price_variants=[batch, fast]))
    found = rows_of(reading)
    assert told(found[key(tier="Batch")]) == [("2", date(2026, 5, 1), None)]
    assert told(found[key("searches", tier="Batch")]) == [
        ("10", date(2026, 5, 1), date(2026, 6, 1)),
        ("9", date(2026, 6, 1), None),
    ]
    reasons = {m.unplaced_reason for m in reading.sheet.mappings if m.key is None}
    assert [reason and reason.partition(":")[0] for reason in reasons] == ["UnknownVariant"]


def test_a_price_stands_for_the_names_that_its_rule_spells_out(tmp_path: Path) -> None:
    rule = {"or": [{"starts_with": "gpt-x-"}, {"equals": "GPT-Y-2026-01-02"}, {"regex": "z"}]}
    found = rows_of(read(tmp_path, model(match=rule, prices={"input_mtok": 1})))
    assert {(k.model, k.version) for k in found} == {("gpt-x", None), ("gpt-y", "2026-01-02")}


@pytest.mark.parametrize(
    ("providers", "reason"),
    [
        (
            model(
                prices=[
                    {"prices": {"input_mtok": 1}},
                    {
                        "constraint": {"start_time": "16:30:00Z", "end_time": "00:30:00Z"},
                        "prices": {"input_mtok": 0.5},
                    },
                ]
            ),
            "TimeOfDay",
        ),
        ([model(prices={"input_mtok": 1})[0] | {"id": "azure"}], "AzureList"),
        (model(prices={"requests_kcount": 1}), "UnknownField"),
    ],
)
def test_what_prices_no_call(tmp_path: Path, providers: object, reason: str) -> None:
    mappings = read(tmp_path, providers).sheet.mappings
    assert {(m.unplaced_reason or "").partition(":")[0] for m in mappings} == {reason}


@pytest.mark.parametrize(
    ("prices", "message"),
    [
        ({"input_mtok": -1}, "line 1, price: .*zero or more"),
        ({"input_mtok": "dear"}, "line 1, price: .*'dear'"),
        ([{"constraint": {"start_date": "2026"}, "prices": {"input_mtok": 1}}], "line 1, valid_fr"),
        (7, "line 1, models: openai: the model has another form"),
    ],
)
def test_one_bad_model_and_nothing_is_taken(tmp_path: Path, prices: object, message: str) -> None:
    with pytest.raises(InvalidPriceSheet, match=r"nothing of it is taken:\n +" + message):
        read(tmp_path, model(prices=prices))


def test_prices_without_a_day_need_one(tmp_path: Path) -> None:
    with pytest.raises(InvalidPriceSheet, match="line 1, valid_from: valid_from is missing"):
        read(tmp_path, model(prices={"input_mtok": 1}), None)


def test_a_module_is_read_and_never_run(tmp_path: Path) -> None:
    path = tmp_path / "data.py"
    path.write_text("providers: list[Provider] = [Provider(id=open('/tmp/x', 'w').name)]\n")
    with pytest.raises(UnreadableFile):
        read_price_sheet(path, valid_from=START, imported_at=NOW)


@pytest.mark.parametrize(
    "text", ["x = 1", "x: int = y", "x: int = [1 + 2]", "x: int = Decimal('a')"]
)
def test_a_module_that_lists_no_plain_values(text: str) -> None:
    with pytest.raises(ValueError, match=r"no plain value|does not list|no decimal"):
        read_literals(text, "x")


def test_values_of_a_module() -> None:
    text = (
        "x: object = P(id='a', or_=[C(equals='b')], n=Decimal('1.50'), none=None,"
        " day=datetime.date(2026, 1, 2), zone=datetime.timezone.utc, when={'k': 'v'})"
    )
    assert read_literals(text, "x") == {
        "id": "a",
        "or": [{"equals": "b"}],
        "n": Decimal("1.50"),
        "none": None,
        "day": "2026-01-02",
        "zone": "datetime.timezone.utc",
        "when": {"k": "v"},
    }
