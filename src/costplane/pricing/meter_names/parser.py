"""From a meter's name to what it prices.

Three steps: split the name into words, find the model's words among them, read the meaning of
the rest. All words must be understood, and no two may contradict each other (billing-rules 10).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import cast

from costplane.core.quantities import QUANTITIES, TRAINING
from costplane.pricing.meter_names.capacity import PROVISIONED, provisioned_meter
from costplane.pricing.meter_names.models import (
    Family,
    Match,
    ModelWords,
    family_of,
    model_words,
    versions,
)
from costplane.pricing.meter_names.placement import Placed, Placement, Unplaced
from costplane.pricing.meter_names.words import Meaning, is_version, split_name, vocabulary
from costplane.pricing.model_key import (
    MODEL_VARIANTS,
    ContextBand,
    DeploymentScope,
    ModelKey,
    ServiceTier,
    Variant,
)
from costplane.pricing.units import parse_unit_of_measure

_COUNTED: dict[tuple[str, str | None], str] = {
    ("Images", None): "images",
    ("Characters", None): "characters",
    ("Pages", None): "pages",
    ("Searches", None): "searches",
    ("Sessions", None): "sessions",
    ("Calls", None): "tool_calls",
    ("GB", "Days"): "storage_gb_days",
}
"""Quantities that the unit's word and the unit of time alone say."""

_IMPLIED: dict[str, tuple[tuple[str, str | None], ...]] = {
    "audio_seconds": (("Units", "Hours"),),
    "video_seconds": (("Seconds", None), ("Seconds", "Seconds")),
    "annotated_pages": (("Pages", None),),
}
"""The words and units of time by which a quantity that the model implies is priced."""

_OF_USE: dict[tuple[str | None, str, str | None], str] = {
    ("hosting", "Units", "Hours"): "hours",
    ("training", "Units", "Hours"): "training_hours",
    ("training", "Tokens", None): "training_tokens",
}
"""What meters of fine-tuning count."""

_TOKENS: dict[tuple[str | None, str | None, str | None], str] = {
    (q.direction, q.cache_action, q.modality): q.name for q in reversed(QUANTITIES) if q.direction
}
"""Token type of direction, cache action and modality; the first of the registry stands."""


@dataclass(frozen=True, slots=True)
class _Name:
    """A name whose words are understood: values by part, and the digits of a version."""

    row: ModelWords
    said: dict[str, str]
    version: str | None

    def value(self, part: str) -> str | None:
        return self.said.get(part)


@lru_cache(maxsize=8192)
def parse_meter(product: str, meter: str, unit: str) -> Placement:
    """What the meter `meter` of `product`, priced by `unit` ("1K", "1M", "1 Hour"), prices.

    Never raises: a name that is not fully understood is Unplaced with its reason.
    """
    words = split_name(meter, model_words())
    family = family_of(product)
    if PROVISIONED in words:
        return provisioned_meter(words, unit, family.product_word if family else None)
    for purpose in vocabulary().purposes:
        if purpose.words.issubset(words):
            return Unplaced(purpose.code, purpose.sentence)
    if family is None:
        return Unplaced("UnknownProduct", f"no table of model names for the product {product!r}")
    match = family.find(words, lambda word: is_version(word) or _meaning(word, family) is not None)
    if match is None:
        return Unplaced("UnknownModel", f"no model of {product!r} is named by {' '.join(words)!r}")
    if match.row.unplaced:
        code, sentence = match.row.unplaced.split(": ", 1)
        return Unplaced(code, sentence)
    name = _read(match, family)
    return name if isinstance(name, Unplaced) else _place(name, family, unit)


def _meaning(word: str, family: Family) -> Meaning | None:
    return family.words.get(word) or vocabulary().meanings.get(word)


def _read(match: Match, family: Family) -> _Name | Unplaced:
    """The meaning of the words beside the model's."""
    said = _implied(match.row)
    version = match.row.version
    fixed: dict[str, str] = {}
    for word in match.rest:
        meaning = _meaning(word, family)
        if meaning is None:
            found = _version(match.row.model, word)
            if found is None or version is not None:
                return _unknown(match.row.model, word)
            version = found
        elif fixed.setdefault(_slot(meaning), meaning.value) != meaning.value:
            return _contradiction(meaning, fixed[_slot(meaning)])
    return _Name(match.row, said | fixed, version)


def _slot(meaning: Meaning) -> str:
    # "cached" and "write" stand together ("Cd Wr"), and so do "dev" and "ft": both may be said.
    return meaning.value if meaning.part in ("cache", "variant", "silent") else meaning.part


def _implied(row: ModelWords) -> dict[str, str]:
    parts = {
        "direction": row.direction,
        "modality": row.modality,
        "deployment_scope": row.unmarked_scope,
    }
    implied = {part: value for part, value in parts.items() if value is not None}
    return implied | ({row.variant: row.variant} if row.variant in MODEL_VARIANTS else {})


def _version(model: str, word: str) -> str | None:
    """The full version of MMDD by the table, or of MMDDYYYY by itself."""
    if len(word) != len("MMDDYYYY"):
        return versions().get(model, {}).get(word)
    try:
        return datetime.strptime(word, "%m%d%Y").date().isoformat()  # noqa: DTZ007 (a date)
    except ValueError:
        return None


def _unknown(model: str, word: str) -> Unplaced:
    if is_version(word):
        return Unplaced("UnknownVersion", f"no year is on record for version {word} of {model}")
    return Unplaced("UnknownWord", f"the word {word!r} is not understood")


def _contradiction(meaning: Meaning, before: str) -> Unplaced:
    return Unplaced("Contradiction", f"{meaning.part} is said twice: {before} and {meaning.value}")


def _place(name: _Name, family: Family, unit: str) -> Placement:
    quantity = _quantity(name, unit)
    if isinstance(quantity, Unplaced):
        return quantity
    band = name.value("context_band")
    if band and family.context_threshold is None:
        return Unplaced("UnknownWord", "no context threshold is on record for this product")
    return Placed(
        ModelKey(
            model=name.row.model,
            version=name.version,
            deployment_scope=cast(DeploymentScope, name.said["deployment_scope"]),
            service_tier=cast(ServiceTier, name.said.get("service_tier", "Standard")),
            quantity=quantity,
            context_band=cast(ContextBand | None, band),
            context_threshold=family.context_threshold if band else None,
            variant=_variant(name, quantity),
        )
    )


def _variant(name: _Name, quantity: str) -> Variant | None:
    if name.value("use") == "grader":
        return "grader"
    if "developer" in name.said:
        return "developer"
    if quantity in TRAINING:
        return None  # it is the base model that is trained
    return "fine-tuned" if "fine-tuned" in name.said else name.row.variant


def _quantity(name: _Name, unit: str) -> str | Unplaced:
    """The quantity that the name's unit, direction, cache and modality words say together."""
    if name.value("block") not in (None, unit):
        return Unplaced("UnitMismatch", f"the name says {name.value('block')}, the unit is {unit}")
    try:
        _, time = parse_unit_of_measure(unit)
    except ValueError:
        return Unplaced("UnitMismatch", f"the unit {unit!r} is not understood")
    noun = name.value("unit") or "Tokens"  # sample names of the documentation leave it out
    use, implied = name.value("use"), name.row.quantity
    counted = _OF_USE.get((use, noun, time)) or _COUNTED.get((noun, time))
    if implied and (noun, time) in _IMPLIED[implied]:
        counted = implied
    elif implied or (use in ("hosting", "training") and (use, noun, time) not in _OF_USE):
        counted = None
    elif (noun, time) == ("Tokens", None) and counted is None:
        return _token_type(name)
    return counted or Unplaced("UnitMismatch", f"no quantity is {noun} by {unit} here")


def _token_type(name: _Name) -> str | Unplaced:
    """The token type of direction, cache and modality.

    Phi, Llama, gpt-oss, Ministral: "FT Tokens" beside "Inp FT" and "Outp FT", at a training
    price (twenty to fifty times the input price), count the tokens of training.
    """
    reads, writes = "Read" in name.said, "Write" in name.said
    direction = name.value("direction") or ("Input" if reads or writes else None)
    if direction is None:
        if "fine-tuned" in name.said or "developer" in name.said:
            return "training_tokens"
        return Unplaced("UnknownToken", "the name does not say whether it counts input or output")
    modality = name.value("modality")
    if modality is None:
        return Unplaced("UnknownToken", "the name does not say which modality's tokens it counts")
    action = "Write" if writes else "Read" if reads else "Uncached"
    stored = None if (direction, action) == ("Output", "Uncached") else action
    token_type = _TOKENS.get((direction, stored, modality))
    if token_type is None:
        return Unplaced("UnknownToken", f"no token type is {modality} {direction} {action}")
    return token_type
