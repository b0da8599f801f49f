"""The names under which prices know a model."""

import pytest

from costplane.pricing.model_names import priced_model, priced_variant


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (("gpt-4o-2024-11-20", None), ("gpt-4o", "2024-11-20")),
        (("gpt-4o-2024-11-20", "2024-08-06"), ("gpt-4o", "2024-08-06")),
        (("gpt-4.1", "2025-04-14"), ("gpt-4.1", "2025-04-14")),
        (("gpt-4-turbo-2024-04-09", None), ("gpt-4", "turbo-2024-04-09")),
        (("GPT-3.5-Turbo", "0125"), ("gpt-35-turbo", "0125")),
        (("grok-4-fast-non-reasoning", None), ("grok-4-fast", None)),
        (("DeepSeek-V3.1", "1"), ("deepseek-v3.1", "1")),
        (("an-unknown-model", None), ("an-unknown-model", None)),
    ],
)
def test_aliases_and_dated_names(
    told: tuple[str, str | None], expected: tuple[str, str | None]
) -> None:
    assert priced_model(*told) == expected


@pytest.mark.parametrize(
    ("told", "provider", "expected"),
    [
        (("gpt-4o-2024-08-06.ft-5f1b8c", "1"), "azure", ("gpt-4o", "2024-08-06")),
        (("gpt-4.1-mini.ft-5f1b8c", "1"), "azure", ("gpt-4.1-mini", None)),
        (("ft:gpt-4o-2024-08-06:contoso::9xkd", None), "openai", ("ft:gpt-4o", "2024-08-06")),
        (("ft:gpt-4o-2024-08-06", None), "openai", ("ft:gpt-4o", "2024-08-06")),
    ],
)
def test_a_tuned_model_is_priced_by_its_base(
    told: tuple[str, str | None], provider: str, expected: tuple[str, str | None]
) -> None:
    assert priced_model(*told, provider) == expected


@pytest.mark.parametrize(
    ("model", "variant", "expected"),
    [
        ("gpt-4o-2024-08-06.ft-5f1b8c", None, "fine-tuned"),
        ("gpt-4o-2024-08-06.ft-5f1b8c", "grader", "grader"),
        ("gpt-4o", None, None),
        ("gpt-4o", "fine-tuned", "fine-tuned"),
        ("dall-e-3", "hd 1792x1024", "hd high-res"),
        ("dall-e-3", "hd high-res", "hd high-res"),
        ("dall-e-3", "hd 9x9", "hd 9x9"),
        ("sora-2-pro-2025-10-06", "1280x720", "standard-res"),
        (None, None, None),
    ],
)
def test_variants(model: str | None, variant: str | None, expected: str | None) -> None:
    assert priced_variant(model, variant) == expected
    assert priced_variant(model, variant, "openai") == variant
