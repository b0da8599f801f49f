"""Every reason has words and says what mends it."""

from __future__ import annotations

import re

import pytest

from costplane.core.reasons import REASONS, in_words, missing_facts, what_to_do
from tests.environment.sources import ROOT

RAISED = re.compile(
    r"Unresolved\(\s*\"(\w+)\"|\"(NoPriceFor\w+|NoUsageTold|ReservationPriceUnknown)[\":]"
)


def test_every_code_is_registered_and_none_besides() -> None:
    found = set()
    for file in (ROOT / "src/costplane").rglob("*.py"):
        if file.name not in ("reasons.py", "parser.py"):
            found |= {a or b for a, b in RAISED.findall(file.read_text(encoding="utf-8"))}
    assert found == set(REASONS)


@pytest.mark.parametrize(
    ("reason", "words", "fix"),
    [
        ("NoSuchModel: x at aws", "no price sheet has the model x at aws", "import a price sheet"),
        (
            "MissingFact: gpt-4.1 input_text: region, model_version",
            "its price depends on region and model_version, which nobody told",
            "tell region and model_version",
        ),
        ("MissingFact: model", "its price depends on model, which nobody told", "tell model"),
        (
            "NoLongerValid: alpha, until 2026-05-01",
            "the last price has ended: alpha, until 2026-05-01",
            "import a price sheet that holds from then on",
        ),
        ("NoUsageTold", "the event tells no usage, so that what it cost is not known", "send the"),
    ],
)
def test_a_reason_in_words(reason: str, words: str, fix: str) -> None:
    assert in_words(reason) == words
    assert what_to_do(reason).startswith(fix)


def test_what_is_no_reason_stays_as_it_is() -> None:
    assert in_words("no rule is known for sound of x") == "no rule is known for sound of x"
    assert what_to_do("HttpStatus404") == ""
    assert missing_facts("NoSuchModel: x") == ()


def test_a_missing_variant_says_what_to_send() -> None:
    reason = "MissingFact: sora-2-pro video_seconds: variant"
    assert in_words(reason) == "its price depends on variant, which nobody told"
    assert what_to_do(reason) == (
        "tell variant (quality and size of an image, such as 'hd 1024x1792'; size of a video, "
        "such as '1280x720')"
    )
