"""The rules by which models count tokens (data/token_counts.toml), found by a model's name."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any


def text_encoding(model: str) -> str | None:
    """The name of a model's public encoding; None where it has none."""
    rule = _first(_table()["text"]["encodings"], model)
    return str(rule["encoding"]) if rule else None


def characters_a_token() -> int:
    """How many characters of text are about one token."""
    return int(_table()["text"]["characters_a_token"])


def image_rule(model: str) -> dict[str, Any] | None:
    """How a model counts images; None where nothing is documented."""
    return _first(_table()["images"], model)


def audio_rule(model: str) -> dict[str, Any] | None:
    """How a model counts sound; None where nothing is documented."""
    return _first(_table()["audio"], model)


def _first(rules: list[dict[str, Any]], model: str) -> dict[str, Any] | None:
    fitting = (r for r in rules if any(fnmatchcase(model, name) for name in r["models"]))
    return next(fitting, None)


@cache
def _table() -> dict[str, Any]:
    text = files("costplane.metering").joinpath("data", "token_counts.toml").read_text("utf-8")
    return tomllib.loads(text, parse_float=Decimal)
