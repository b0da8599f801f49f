"""The meter-name parser on single names, and on every name of two real price lists."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costplane.pricing.meter_names import Placed, Unplaced, parse_meter
from costplane.pricing.meter_names.models import families, versions
from costplane.pricing.model_key import ModelKey
from tests.pricing.meter_lists import LISTS, Meter, meters, table

EVERY = sorted({meter for month in LISTS for meter in meters(month)})
PLACED = [meter for meter in EVERY if isinstance(parse_meter(*meter), Placed)]


def key(product: str, meter: str, unit: str = "1M") -> ModelKey:
    placement = parse_meter(product, meter, unit)
    assert isinstance(placement, Placed), placement
    return placement.key


def code(product: str, meter: str, unit: str = "1M") -> str:
    placement = parse_meter(product, meter, unit)
    assert isinstance(placement, Unplaced), placement
    return placement.code


@pytest.mark.parametrize(
    ("meter", "expected"),
    [
        (
            ("Azure OpenAI", "gpt 4.1 Inp glbl Tokens", "1K"),
            ModelKey("gpt-4.1", None, "Global", "Standard", "input_text"),
        ),
        (
            ("Azure OpenAI GPT5", "5.4 mini Inp Dz 1M Tokens", "1M"),
            ModelKey("gpt-5.4-mini", None, "DataZone", "Standard", "input_text"),
        ),
        (
            ("Azure OpenAI", "gpt 4o mini0718 BatchOutp DataZone", "1K"),
            ModelKey("gpt-4o-mini", "2024-07-18", "DataZone", "Batch", "output_text"),
        ),
        (
            ("Azure OpenAI GPT6", "6-astra LongCo Cd Wr Flex Gl 1M Tokens", "1M"),
            ModelKey(
                "gpt-6-astra", None, "Global", "Flex", "input_text_cache_write", "long", 272_000
            ),
        ),
        (
            ("Azure OpenAI GPT6", "6.1-sol ShCo Cd Wr Std DZ 1M Tokens", "1M"),
            ModelKey(
                "gpt-6.1-sol",
                None,
                "DataZone",
                "Standard",
                "input_text_cache_write",
                "short",
                272_000,
            ),
        ),
        (
            ("Azure Grok Models", "4.7 Cached glbl L 1M Tokens", "1M"),
            ModelKey("grok-4.7", None, "Global", "Standard", "input_text_cached", "long", 200_000),
        ),
        (
            ("Azure OpenAI Media", "gpt rt img mn cd in rg 1215 1M Tokens", "1M"),
            ModelKey(
                "gpt-realtime-mini", "2025-12-15", "Regional", "Standard", "input_image_cached"
            ),
        ),
        (
            ("Azure OpenAI Reasoning", "o4 mini dev RFT cd inp glb Tokens", "1K"),
            ModelKey(
                "o4-mini", None, "Global", "Standard", "input_text_cached", variant="developer"
            ),
        ),
        (
            ("Azure OpenAI GPT5", "chat-latest 05282026 opt Gl 1M Tokens", "1M"),
            ModelKey("gpt-chat-latest", "2026-05-28", "Global", "Standard", "output_text"),
        ),
        (
            ("Azure OpenAI", "Speech-to-Text-Batch-Whisper-glbl Unit", "1 Hour"),
            ModelKey("whisper", None, "Global", "Standard", "audio_seconds"),
        ),
        (
            ("Cohere Models", "Rerank v4 Pro Glbl Search", "1K"),
            ModelKey("cohere-rerank-v4.0-pro", None, "Global", "Standard", "searches"),
        ),
    ],
)
def test_names_of_every_generation(meter: Meter, expected: ModelKey) -> None:
    assert key(*meter) == expected


def test_a_new_number_of_a_known_series_needs_no_table() -> None:
    assert key("Azure OpenAI GPT7", "7.3 pro LongCo Opt Gl 1M Tokens").model == "gpt-7.3-pro"
    assert key("Azure Deepseek Models", "V5 Flash cached DZ Tokens", "1K").model == (
        "deepseek-v5-flash"
    )


@pytest.mark.parametrize(
    ("meter", "expected"),
    [
        (("Azure OpenAI GPT7", "7 nova Inp Gl 1M Tokens", "1M"), "UnknownWord"),
        (("Azure OpenAI GPT5", "tuna Inp Gl 1M Tokens", "1M"), "UnknownModel"),
        (("Contoso Models", "5.4 Inp Gl 1M Tokens", "1M"), "UnknownProduct"),
        (("Azure OpenAI", "gpt 4o 0101 Inp glbl Tokens", "1K"), "UnknownVersion"),
        (("Azure OpenAI GPT5", "chat-latest 13322026 inp Gl 1M Tokens", "1M"), "UnknownVersion"),
        (("Azure OpenAI GPT5", "5.4 Inp Gl Dz 1M Tokens", "1M"), "Contradiction"),
        (("Azure OpenAI GPT5", "5.4 Inp Opt Gl 1M Tokens", "1M"), "Contradiction"),
        (("Azure OpenAI GPT5", "5.4 pp Batch Inp Gl 1M Tokens", "1M"), "Contradiction"),
        (("Azure OpenAI GPT5", "5.4 Inp Gl 1M Tokens", "1K"), "UnitMismatch"),
        (("Azure OpenAI GPT5", "5.4 Inp Gl Tokens", "1 Hour"), "UnitMismatch"),
        (("Azure OpenAI GPT5", "5.4 Inp Gl Tokens", "a few"), "UnitMismatch"),
        (("Azure OpenAI GPT5", "5.4 cd Opt Gl 1M Tokens", "1M"), "UnknownToken"),
        (("Azure OpenAI GPT5", "5.4 Gl 1M Tokens", "1M"), "UnknownToken"),
        (("Azure OpenAI Media", "gpt rt 1.5 inp Gl 1M Tokens", "1M"), "UnknownToken"),
        (("Azure OpenAI Media", "gpt img 1.5 cd wr img Gl 1M Tokens", "1M"), "UnknownToken"),
        (("Azure Kimi", "K2.5 Inp Gl LongCo Tokens", "1K"), "UnknownWord"),
        (("Azure OpenAI GPT5", "", "1M"), "UnknownModel"),
        (("Azure OpenAI GPT5", "---", "1M"), "UnknownModel"),
    ],
)
def test_what_is_not_understood_is_not_guessed(meter: Meter, expected: str) -> None:
    assert code(*meter) == expected


def test_a_reason_is_a_code_and_a_sentence() -> None:
    placement = parse_meter("Azure OpenAI GPT7", "7 nova Inp Gl 1M Tokens", "1M")
    assert isinstance(placement, Unplaced)
    assert placement.reason == "UnknownWord: the word 'nova' is not understood"


@pytest.mark.parametrize(("month", "least"), [("2025-08", 630), ("2026-08", 1201)])
def test_enough_of_a_real_list_is_placed(month: str, least: int) -> None:
    placed = sum(isinstance(parse_meter(*meter), Placed) for meter in meters(month))
    assert placed >= least  # 77 % of 818, and what a parser of the same list places


@pytest.mark.parametrize("month", LISTS)
def test_every_token_meter_of_a_real_list_is_understood_or_has_a_reason_of_its_own(
    month: str,
) -> None:
    placements = {meter: parse_meter(*meter) for meter in meters(month)}
    codes = Counter(p.code for p in placements.values() if isinstance(p, Unplaced))
    assert not codes.keys() & {
        "UnknownWord",
        "UnknownVersion",
        "UnknownProduct",
        "UnitMismatch",
        "Contradiction",
    }
    unknown = {m[1] for m, p in placements.items() if isinstance(p, Unplaced) and _is_open(p)}
    assert unknown <= {
        # One rate for input and output alike: no token type can carry it.
        "Az-Babbage-002 Tokens",
        "Az-Davinci-002 Tokens",
        "Az-GPT-3.5-turbo Tokens",
        "babbage-002-base-glbl Tokens",
        "babbage-002-base-regional Tokens",
        "davinci-002-base-glbl Tokens",
        "davinci-002-base-regional Tokens",
        # Names that tell no model; somebody who knows has to confirm them.
        "gpt-latest 05052026 cd inp Gl 1M Tokens",
        "gpt-latest 05052026 inp Gl 1M Tokens",
        "gpt-latest 05052026 opt Gl 1M Tokens",
        "gpt-35-trb16K-Batch-Inp-glbl Tokens",
        "gpt-35-trb16K-Batch-Outp-glbl Tokens",
    }


def _is_open(placement: Unplaced) -> bool:
    return placement.code in {"UnknownModel", "UnknownToken", "AmbiguousModel"}


def test_a_hundred_names_drawn_by_lot_and_read_by_hand() -> None:
    """meter_names_by_hand.tsv: each row was read against Azure's documentation, one by one."""
    rows = table("meter_names_by_hand.tsv")
    drawn = random.Random(20260811).sample(EVERY, 100)
    assert sorted(drawn) == [(row["product"], row["meter"], row["unit"]) for row in rows]
    assert {row["meter"]: _read(row) for row in rows} == {
        row["meter"]: _columns((row["product"], row["meter"], row["unit"])) for row in rows
    }


def _read(row: dict[str, str]) -> tuple[str, ...]:
    columns = "model version scope tier quantity band variant unplaced"
    return tuple(row[column] for column in columns.split())


def _columns(meter: Meter) -> tuple[str, ...]:
    placement = parse_meter(*meter)
    if isinstance(placement, Unplaced):
        return ("", "", "", "", "", "", "", placement.code)
    k = placement.key
    optional = (k.context_band or "", k.variant or "", "")
    scope = k.deployment_scope or ""
    return (k.model, k.version or "", scope, k.service_tier, k.quantity, *optional)


@given(meter=st.sampled_from(EVERY), upper=st.booleans(), hyphens=st.booleans())
def test_case_and_hyphens_carry_no_meaning(meter: Meter, upper: bool, hyphens: bool) -> None:
    product, name, unit = meter
    spelled = name.upper() if upper else name.lower()
    spelled = spelled.replace(" ", "-") if hyphens else spelled.replace("-", " ")
    assert parse_meter(product, spelled, unit) == parse_meter(product, name, unit)


@given(meter=st.sampled_from(PLACED), data=st.data())
def test_one_word_too_many_and_a_name_is_not_placed(meter: Meter, data: st.DataObject) -> None:
    product, name, unit = meter
    words = name.split(" ")
    place = data.draw(st.integers(min_value=0, max_value=len(words)))
    assert isinstance(
        parse_meter(product, " ".join([*words[:place], "quux", *words[place:]]), unit), Unplaced
    )


@given(st.text(max_size=40), st.text(max_size=60), st.text(max_size=10))
def test_no_text_breaks_the_parser(product: str, name: str, unit: str) -> None:
    assert isinstance(parse_meter(product, name, unit), Placed | Unplaced)
    assert isinstance(parse_meter("Azure OpenAI", name, "1K"), Placed | Unplaced)


def test_every_version_on_record_belongs_to_a_model_that_names_can_say() -> None:
    said = {row.model for family in families() for row in family.models}
    series = {key(*meter).model for meter in PLACED}
    assert set(versions()) <= said | series
