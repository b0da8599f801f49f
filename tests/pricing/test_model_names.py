"""The names under which prices know a model."""

import pytest

from costplane.pricing.model_names import priced_model


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
