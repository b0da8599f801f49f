"""Tokens of a text: counted with the model's own encoding, else about four characters a token."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from typing import Protocol

from costplane.metering.tokens.rules import characters_a_token, text_encoding

PACKAGE = "bpe_openai"
"""The optional package that counts (extra "tokens"); its encodings come with it."""


@dataclass(frozen=True, slots=True)
class TextTokens:
    """How many tokens a text has, and which way they were counted."""

    tokens: int
    method: str


class _Encoding(Protocol):
    def encode_ordinary(self, text: str) -> list[int]: ...


def count_text(text: str, model: str) -> TextTokens:
    """The tokens of `text` for `model`, a name in lower case."""
    encoding = text_encoding(model)
    if encoding is None:
        return _about(text, f"no public encoding of {model} is known")
    if find_spec(PACKAGE) is None:
        return _about(text, "pip install 'costplane[tokens]' counts exactly")
    tokens = len(_encoder(encoding).encode_ordinary(text))
    return TextTokens(tokens, f"counted with {encoding}")


def _about(text: str, reason: str) -> TextTokens:
    each = characters_a_token()
    return TextTokens(-(-len(text) // each), f"about {each} characters a token ({reason})")


@lru_cache(maxsize=4)
def _encoder(name: str) -> _Encoding:
    import bpe_openai

    encoding: _Encoding = bpe_openai.get_encoding(name)
    return encoding
