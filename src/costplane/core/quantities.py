"""The registry of what a call can use: token types and other quantities.

interfaces.md, "Usage events": the names are fixed, the list is data. Menus, table columns,
SQL and validation derive from `QUANTITIES`; nothing else lists token types.
FOCUS 1.5's draft supplies the words for direction and cache action (focus_columns.md, 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Direction = Literal["Input", "Output"]
CacheAction = Literal["Uncached", "Read", "Write"]
Modality = Literal["Text", "Audio", "Image", "Video", "Document", "Other"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """One disjoint kind of use.

    `label` is a part of meters' names, `display_name` what a person reads anywhere else.
    `unit` is FOCUS's ConsumedUnit. `scale` is the number of decimal places a stored value
    has: tokens are whole (0), other quantities have six. Tokens without a direction (those of
    training) are of no call's prompt or answer.
    """

    name: str
    label: str
    unit: str
    modality: Modality
    direction: Direction | None = None
    cache_action: CacheAction | None = None
    scale: int = 0

    @property
    def display_name(self) -> str:
        """The label; with its unit, where the label does not tell it: Storage (GB-days)."""
        if self.is_token or self.unit.lower() in self.label.lower():
            return self.label
        return f"{self.label} ({_spoken(self.unit)})"

    @property
    def is_token(self) -> bool:
        """Whether the quantity counts tokens."""
        return self.unit == "Tokens"

    @property
    def is_prompt(self) -> bool:
        """Whether the quantity is part of the prompt, cached or not: the sum of these is the
        prompt's length, which chooses a context band (billing-rules 11)."""
        return self.is_token and self.direction == "Input"


def _spoken(unit: str) -> str:
    """A unit inside a name: GB-days, units."""
    first, *others = unit.split("-")
    return "-".join([first if first.isupper() else first.lower(), *map(str.lower, others)])


def _input(name: str, label: str, modality: Modality, cache: CacheAction) -> Quantity:
    return Quantity(name, label, "Tokens", modality, "Input", cache)


def _output(name: str, label: str, modality: Modality) -> Quantity:
    return Quantity(name, label, "Tokens", modality, "Output")


def _other(name: str, label: str, unit: str, modality: Modality) -> Quantity:
    return Quantity(name, label, unit, modality, scale=6)


QUANTITIES: tuple[Quantity, ...] = (
    _input("input_text", "Input", "Text", "Uncached"),
    _input("input_text_cached", "Cached input", "Text", "Read"),
    _input("input_text_cache_write", "Cache write", "Text", "Write"),
    _input("input_text_cache_write_5m", "Cache write, 5 minutes", "Text", "Write"),
    _input("input_text_cache_write_30m", "Cache write, 30 minutes", "Text", "Write"),
    _input("input_text_cache_write_1h", "Cache write, 1 hour", "Text", "Write"),
    _input("input_text_cache_write_12h", "Cache write, 12 hours", "Text", "Write"),
    _input("input_audio", "Audio input", "Audio", "Uncached"),
    _input("input_audio_cached", "Cached audio input", "Audio", "Read"),
    _input("input_audio_cache_write", "Audio cache write", "Audio", "Write"),
    _input("input_image", "Image input", "Image", "Uncached"),
    _input("input_image_cached", "Cached image input", "Image", "Read"),
    _output("output_text", "Output", "Text"),
    _output("output_reasoning", "Reasoning", "Text"),
    _output("output_rejected_prediction", "Rejected prediction", "Text"),
    _output("output_audio", "Audio output", "Audio"),
    _output("output_image", "Image output", "Image"),
    Quantity("training_tokens", "Training tokens", "Tokens", "Text"),
    _other("images", "Images", "Images", "Image"),
    _other("audio_seconds", "Audio seconds", "Seconds", "Audio"),
    _other("video_seconds", "Video seconds", "Seconds", "Video"),
    _other("characters", "Characters", "Characters", "Text"),
    _other("pages", "Pages", "Pages", "Document"),
    _other("annotated_pages", "Annotated pages", "Pages", "Document"),
    _other("searches", "Searches", "Searches", "Other"),
    _other("sessions", "Sessions", "Sessions", "Other"),
    _other("tool_calls", "Tool calls", "Calls", "Other"),
    _other("storage_gb_days", "Storage", "GB-Days", "Other"),
    _other("training_hours", "Training hours", "Hours", "Other"),
    _other("hours", "Hours", "Hours", "Other"),
)

CONSUMPTION_UNITS = Quantity("consumption_units", "Consumption units", "Units", "Other", scale=6)
"""What a publisher's price list counts in place of tokens; no call tells it (billing-rules 18)."""

BY_NAME: dict[str, Quantity] = {quantity.name: quantity for quantity in QUANTITIES}
PRICED: dict[str, Quantity] = {**BY_NAME, CONSUMPTION_UNITS.name: CONSUMPTION_UNITS}
"""What a price row may price."""
TOKEN_TYPES: tuple[Quantity, ...] = tuple(q for q in QUANTITIES if q.is_token)
TRAINING = frozenset({"training_tokens", "training_hours"})
"""What fine-tuning is charged by."""
PROMPT_TYPES: tuple[Quantity, ...] = tuple(q for q in QUANTITIES if q.is_prompt)


def display_name(name: str) -> str:
    """What a person reads for the name of a quantity; a name that is none stays as it is."""
    return PRICED[name].display_name if name in PRICED else name
