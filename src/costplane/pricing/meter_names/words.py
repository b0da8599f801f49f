"""The words of meter names: spellings, meanings, and how glued words come apart.

The tables are data (pricing/data/meter_words.toml). A word has a meaning (it fills a part of
the model key), or it belongs to a model's or a purpose's name, or it is unknown.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

PARTS = (
    "deployment_scope",
    "service_tier",
    "context_band",
    "direction",
    "cache",
    "modality",
    "variant",
    "use",
    "unit",
    "block",
    "silent",
)
"""Tables of meter_words.toml whose words carry a meaning."""

_SEPARATORS = re.compile(r"[\s\-_/]+")
_VERSION = re.compile(r"\d{3,4}|\d{8}", re.ASCII)
_NUMBER = re.compile(r"[a-z]?\d+(\.\d+)?o?", re.ASCII)  # "4", "35", "3.3", "4o", "v3.2"
_LONGEST_GLUED = 32  # letters; the ways to cut a longer text may be too many to try


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word says: `value` of the name's `part` ("deployment_scope", "Global")."""

    part: str
    value: str


@dataclass(frozen=True, slots=True)
class Purpose:
    """Words that show that a meter prices something other than inference by the call."""

    words: frozenset[str]
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The table of words: `spellings` leads to first spellings, those to `meanings`."""

    spellings: dict[str, str]
    meanings: dict[str, Meaning]
    purposes: tuple[Purpose, ...]


def read_data(name: str) -> dict[str, Any]:
    """A TOML table that ships with the package."""
    return tomllib.loads(files("costplane.pricing").joinpath("data", name).read_text("utf-8"))


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary that ships with the package, read once."""
    tables = read_data("meter_words.toml")
    spellings: dict[str, str] = {}
    meanings: dict[str, Meaning] = {}
    for part in PARTS:
        for value, spelled in tables[part].items():
            meanings[spelled[0]] = Meaning(part, value)
            spellings.update(dict.fromkeys(spelled, spelled[0]))
    for word, spelled in tables["synonyms"].items():
        spellings.update(dict.fromkeys((word, *spelled), word))
    purposes = tuple(
        Purpose(frozenset(row["words"].split()), row["code"], row["sentence"])
        for row in tables["purpose"]
    )
    return Vocabulary(spellings, meanings, purposes)


def is_version(word: str) -> bool:
    """Whether a word has the form of a version: MMDD (also 3 digits of it) or MMDDYYYY."""
    return _VERSION.fullmatch(word) is not None


def split_name(name: str, known: frozenset[str]) -> tuple[str, ...]:
    """The words of a meter name in their first spelling.

    `known` are the words of model names, beside the vocabulary. A word that is in neither is
    cut into words that are, where exactly one cut is possible ("BatchOutp" -> batch, output);
    otherwise it stays whole, and the parser will report it.
    """
    spelled = [word for word in _SEPARATORS.split(name.lower()) if word]
    cut = [part for word in spelled for part in _cut(word, known)]
    return tuple(_join_phrases(cut))


def _join_phrases(words: list[str]) -> list[str]:
    """First spellings, where two words may be one spelling ("data zone")."""
    spellings = vocabulary().spellings
    joined: list[str] = []
    position = 0
    while position < len(words):
        pair = " ".join(words[position : position + 2])
        if pair in spellings:
            joined.append(spellings[pair])
            position += 2
        else:
            joined.append(spellings.get(words[position], words[position]))
            position += 1
    return joined


def _cut(word: str, known: frozenset[str]) -> list[str]:
    cuts = _cuts(word, known) if len(word) <= _LONGEST_GLUED else []
    return cuts[0] if len(cuts) == 1 else [word]


def _cuts(word: str, known: frozenset[str]) -> list[list[str]]:
    """All ways to cut `word` into known words; a known word is not cut further."""
    if _is_known(word, known):
        return [[word]]
    return [
        [word[:end], *rest]
        for end in range(1, len(word))
        if _may_cut(word, end) and _is_known(word[:end], known)
        for rest in _cuts(word[end:], known)
    ]


def _may_cut(word: str, end: int) -> bool:
    """Numbers stay whole, and single letters are no parts: they would cut almost any word."""
    before, after = word[:end], word[end:]
    within_number = before[-1].isdigit() and after[0] in "0123456789."
    single_letter = any(len(part) == 1 and part.isalpha() for part in (before, after))
    return not within_number and not single_letter


def _is_known(word: str, known: frozenset[str]) -> bool:
    spelled = word in known or word in vocabulary().spellings
    return spelled or _NUMBER.fullmatch(word) is not None
