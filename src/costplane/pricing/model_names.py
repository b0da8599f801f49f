"""The name under which prices know a model, from the name that a call or a catalogue gives."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from costplane.pricing.providers import AZURE

_DATED = re.compile(r"(?P<model>.+)-(?P<version>\d{4}-\d{2}-\d{2})")
_DATED_ELSEWHERE = re.compile(
    r"(?P<model>.+?)(?:@default|[-@](?P<version>\d{4}-\d{2}-\d{2}|20\d{6}))", re.ASCII
)
"""Other providers' dates: also "claude-sonnet-4-5-20250929", and after "@" at Google."""


def priced_model(
    model: str, version: str | None = None, provider: str | None = AZURE
) -> tuple[str, str | None]:
    """Model and version as a ModelKey of `provider` has them.

    Answers name the dated model ("gpt-4o-2024-11-20"), where Azure's catalogue has a model and
    its version; a version that is given as well stands. Aliases (pricing/data/
    model_aliases.toml) are Azure's: elsewhere gpt-4-turbo has prices of its own. A name that
    needs no change is answered in lower case.
    """
    name = model.strip().lower()
    dated = (_DATED if provider == AZURE else _DATED_ELSEWHERE).fullmatch(name)
    if dated:
        name, version = dated["model"], version or dated["version"]
    if provider != AZURE:
        return name, version
    aliases = _aliases()
    spelled = aliases["versions"].get(name, {}).get(version, version)
    return aliases["models"].get(name, name), spelled


@cache
def _aliases() -> dict[str, Any]:
    text = files("costplane.pricing").joinpath("data", "model_aliases.toml").read_text("utf-8")
    return tomllib.loads(text)
