"""Tokens of sound, by its length (data/token_counts.toml)."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from costplane.metering.tokens.rules import audio_rule


def audio_tokens(
    seconds: Fraction, model: str, direction: Literal["input", "output"]
) -> Fraction | None:
    """The tokens of `seconds` that a model hears or speaks; None where its rule is not known."""
    rule = audio_rule(model)
    return None if rule is None else seconds * int(rule[direction])
