"""Every recorded provider answer is read as the recording says, or differs for a listed reason."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from costplane.metering.extract import extract
from costplane.metering.extract.amounts import Amount
from costplane.metering.extract.table import KEYS, find_shape

FOLDER = Path(__file__).parents[1] / "data" / "usage"
COMPARISON = json.loads((FOLDER / "comparison.json").read_text())


def recorded() -> list[dict[str, Any]]:
    with gzip.open(FOLDER / "provider_usage_expected.jsonl.gz") as lines:
        return [json.loads(line) for line in lines]


def facts(case: dict[str, Any]) -> tuple[dict[str, Any], str | None, str | None]:
    """The usage object, the provider (where the answer shows it) and the model."""
    body, model = case["body"], case.get("model")
    usage = body.get("usage") or body.get("usageMetadata") or body["meta"]
    by_mistral = "test_mistral" in body.get("file", "") or (model or "").startswith(
        ("mistral-", "magistral-", "pixtral-")
    )
    return usage, "mistral_ai" if by_mistral else None, model


def expected(case: dict[str, Any], shape: str) -> dict[str, int]:
    """The figures of the extractor that speaks for `shape`; totals include their parts."""
    for extractor in COMPARISON["speaks_for"][shape]:
        for reading in case["extracted"]:
            names = {f"{one['provider_id']}/{one['api_flavor']}" for one in reading["extractors"]}
            if extractor in names:
                figures = reading["usage"].items()
                return {k: v for k, v in figures if v and k not in COMPARISON["not_compared"]}
    raise AssertionError(f"no extractor of {shape} read this answer")


def inclusive(quantities: dict[str, Amount]) -> dict[str, Amount]:
    """Disjoint quantities as totals that include their parts, the way they were recorded."""

    def total(*starts: str, ends: str = "", within: str = "") -> Amount:
        names = [n for n in quantities if n.startswith(starts or "") and n.endswith(ends)]
        return sum(quantities[name] for name in names if within in name)

    figures = {
        "input_tokens": total("input_"),
        "output_tokens": total("output_"),
        "output_reasoning_tokens": total("output_reasoning"),
        "output_audio_tokens": total("output_audio"),
        "output_image_tokens": total("output_image"),
        "input_audio_tokens": total("input_audio"),
        "input_image_tokens": total("input_image"),
        "cache_read_tokens": total(ends="_cached"),
        "cache_audio_read_tokens": total("input_audio_cached"),
        "cache_image_read_tokens": total("input_image_cached"),
        "cache_write_tokens": total(within="_cache_write"),
        "cache_write_5m_tokens": total("input_text_cache_write_5m"),
        "cache_write_1h_tokens": total("input_text_cache_write_1h"),
        "web_searches": total("searches"),
    }
    return {name: figure for name, figure in figures.items() if figure}


def test_recorded_answers_are_read_as_recorded() -> None:
    different = []
    for line, case in enumerate(recorded(), 1):
        usage, provider, model = facts(case)
        shape = find_shape(KEYS.intersection(usage), provider, None, model, None)
        assert shape is not None, f"line {line}"
        figures = inclusive(extract(usage, provider=provider, model=model))
        if figures != expected(case, shape.name):
            different.append(str(line))
    assert different == list(COMPARISON["differences"])


def test_at_most_a_twentieth_differs() -> None:
    in_scope = len(recorded()) - len(COMPARISON["out_of_scope"])
    assert in_scope == 789
    assert len(COMPARISON["differences"]) <= in_scope * 0.05


@pytest.mark.parametrize("line", [int(line) for line in COMPARISON["differences"]])
def test_a_listed_difference_is_the_lifetime_that_bedrock_told(line: int) -> None:
    case = recorded()[line - 1]
    figures = inclusive(extract(case["body"]["usage"]))
    lifetime = figures.pop("cache_write_5m_tokens")
    assert lifetime == figures["cache_write_tokens"]
    assert figures == expected(case, "aws.bedrock.converse")
