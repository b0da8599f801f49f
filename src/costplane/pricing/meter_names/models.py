"""Which words of a meter name say which model: the tables of pricing/data/meter_models.toml."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from costplane.pricing.meter_names.words import Meaning, read_data


@dataclass(frozen=True, slots=True)
class ModelWords:
    """Words that name a model, and what they imply without saying it (meter_models.toml)."""

    words: tuple[str, ...]
    model: str = ""
    version: str | None = None
    direction: str | None = None
    modality: str | None = "Text"
    quantity: str | None = None
    variant: str | None = None
    unmarked_scope: str = "Regional"
    unplaced: str | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """Models whose names are made of a lead, a number and perhaps a suffix."""

    lead: tuple[str, ...]
    number: re.Pattern[str]
    model: str
    suffixes: tuple[tuple[str, ...], ...]
    modality: str | None = "Text"

    def has(self, model: str) -> bool:
        """Whether `model` could be one of the series, with any suffix."""
        before, _, after = self.model.partition("{}")
        stem = f"{re.escape(before)}(?:{self.number.pattern}){re.escape(after)}(?:-.+)?"
        return re.fullmatch(stem, model, re.ASCII) is not None

    def candidates(self, words: tuple[str, ...]) -> Iterator[ModelWords]:
        """Entries for the numbers that occur in `words`, with and without lead and suffix."""
        for number in words:
            if self.number.fullmatch(number):
                stem = self.model.format(number)
                for suffix in ((), *self.suffixes):
                    model = "-".join((stem, *suffix))
                    yield ModelWords((*self.lead, number, *suffix), model, modality=self.modality)
                    if len(self.lead) == 1:
                        yield ModelWords((number, *suffix), model, modality=self.modality)


@dataclass(frozen=True, slots=True)
class Family:
    """The products of one maker: how their meters name models.

    `words` are meanings that hold in this family only; `context_threshold` is the prompt
    length above which a request is long.
    """

    product_word: str
    models: tuple[ModelWords, ...]
    series: tuple[Series, ...]
    words: dict[str, Meaning]
    context_threshold: int | None

    def find(self, words: tuple[str, ...], skippable: Callable[[str], bool]) -> Match | None:
        """The longest entry whose words open `words`, between words that may be skipped."""
        made = (row for series in self.series for row in series.candidates(words))
        found = (_match(row, words, skippable) for row in (*self.models, *made))
        return max(filter(None, found), key=lambda match: len(match.row.words), default=None)


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that fits a name, and the name's other words."""

    row: ModelWords
    rest: tuple[str, ...]


def _match(
    row: ModelWords, words: tuple[str, ...], skippable: Callable[[str], bool]
) -> Match | None:
    rest: list[str] = []
    wanted = list(row.words)
    for word in words:
        if wanted and word == wanted[0]:
            wanted.pop(0)
        elif wanted and not skippable(word):
            return None
        else:
            rest.append(word)
    return None if wanted else Match(row, tuple(rest))


@cache
def families() -> tuple[Family, ...]:
    """The families that ship with the package, read once."""
    return tuple(_family(table) for table in read_data("meter_models.toml").values())


@cache
def model_words() -> frozenset[str]:
    """Every word of a model's name in the tables."""
    rows = (row.words for family in families() for row in family.models)
    leads = (series.lead for family in families() for series in family.series)
    suffixes = (
        suffix for family in families() for series in family.series for suffix in series.suffixes
    )
    return frozenset(word for words in (*rows, *leads, *suffixes) for word in words)


@cache
def family_of(product: str) -> Family | None:
    """The family of a product; None for a product that the tables do not know."""
    words = re.split(r"[\s\-]+", product.lower())
    return next((family for family in families() if family.product_word in words), None)


@cache
def family_of_model(model: str) -> str | None:
    """The product word of the maker's products that have meters for `model` ("grok"); None for
    a model that the tables do not know."""
    for family in families():
        if any(row.model == model for row in family.models):
            return family.product_word
        if any(series.has(model) for series in family.series):
            return family.product_word
    return None


@cache
def versions() -> dict[str, dict[str, str]]:
    """For each model the full version of the digits that meter names give."""
    return read_data("model_versions.toml")


def _family(table: dict[str, Any]) -> Family:
    return Family(
        product_word=table["product_word"],
        models=tuple(_row(row) for row in table.get("models", ())),
        series=tuple(_series(row) for row in table.get("series", ())),
        words={word: Meaning(*meaning) for word, meaning in table.get("words", {}).items()},
        context_threshold=table.get("context_threshold"),
    )


def _row(row: dict[str, str]) -> ModelWords:
    return ModelWords(
        words=tuple(row["words"].split()),
        model=row.get("model", ""),
        version=row.get("version"),
        direction=row.get("direction"),
        modality=row.get("modality", "Text") or None,
        quantity=row.get("quantity"),
        variant=row.get("variant"),
        unmarked_scope=row.get("unmarked_scope", "Regional"),
        unplaced=row.get("unplaced"),
    )


def _series(row: dict[str, Any]) -> Series:
    return Series(
        lead=tuple(row["lead"].split()),
        number=re.compile(row["number"], re.ASCII),
        model=row["model"],
        suffixes=tuple(tuple(suffix.split()) for suffix in row["suffixes"]),
        modality=row.get("modality", "Text") or None,
    )
