"""The name under which prices know a model, from the name that a call or a catalogue gives."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

_DATED = re.compile(r"(?P<model>.+)-(?P<version>\d{4}-\d{2}-\d{2})")


def priced_model(model: str, version: str | None = None) -> tuple[str, str | None]:
    """Model and version as a ModelKey has them.

    Answers name the dated model ("gpt-4o-2024-11-20"), where Azure's catalogue has a model and
    its version; a version that is given as well stands. Aliases are pricing/data/
    model_aliases.toml. A name that needs no change is answered in lower case.
    """
    name = model.strip().lower()
    dated = _DATED.fullmatch(name)
    if dated:
        name, version = dated["model"], version or dated["version"]
    aliases = _aliases()
    spelled = aliases["versions"].get(name, {}).get(version, version)
    return aliases["models"].get(name, name), spelled


@cache
def _aliases() -> dict[str, Any]:
    text = files("costplane.pricing").joinpath("data", "model_aliases.toml").read_text("utf-8")
    return tomllib.loads(text)
