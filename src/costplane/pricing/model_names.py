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
_TUNED = re.compile(r"(?P<base>.+?)\.ft-.+")
"""Azure's name of a fine-tuned model: "gpt-4o-2024-08-06.ft-5f1b8c"."""
_TUNED_AT_OPENAI = re.compile(r"(?P<base>ft:[^:]+):.*")
"""OpenAI's: "ft:gpt-4o-2024-08-06:contoso::9xkd"; lists price "ft:gpt-4o-2024-08-06"."""


def priced_model(
    model: str, version: str | None = None, provider: str | None = AZURE
) -> tuple[str, str | None]:
    """Model and version as a ModelKey of `provider` has them; of a fine-tuned model, its base's.

    Answers name the dated model ("gpt-4o-2024-11-20"), where Azure's catalogue has a model and
    its version; a version that is given as well stands. Aliases (pricing/data/
    model_aliases.toml) are Azure's: elsewhere gpt-4-turbo has prices of its own. A name that
    needs no change is answered in lower case.
    """
    name = model.strip().lower()
    tuned = (_TUNED if provider == AZURE else _TUNED_AT_OPENAI).fullmatch(name)
    if tuned:
        # The version of a tuned model counts its own; that of its base is in the name.
        name, version = tuned["base"], None
    dated = (_DATED if provider == AZURE else _DATED_ELSEWHERE).fullmatch(name)
    if dated:
        name, version = dated["model"], version or dated["version"]
    if provider != AZURE:
        return name, version
    aliases = _aliases()
    spelled = aliases["versions"].get(name, {}).get(version, version)
    return aliases["models"].get(name, name), spelled


def priced_variant(
    model: str | None, variant: str | None, provider: str | None = AZURE
) -> str | None:
    """The variant as a ModelKey has it: "fine-tuned" for a name of a fine-tuned model at Azure,
    and for sizes of images and videos the words of their meters ("hd 1024x1792": "hd high-res").
    """
    name = (model or "").strip().lower()
    if provider != AZURE:
        return variant
    if variant is None:
        return "fine-tuned" if _TUNED.fullmatch(name) else None
    sizes: dict[str, dict[str, str]] = _aliases()["variants"]
    return sizes.get(priced_model(name)[0], {}).get(variant, variant)


@cache
def _aliases() -> dict[str, Any]:
    text = files("costplane.pricing").joinpath("data", "model_aliases.toml").read_text("utf-8")
    return tomllib.loads(text)
