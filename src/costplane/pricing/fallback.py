"""Which price stands in where a quantity has none of its own (billing-rules 9): one table.

Each row lists, in order, whose price a quantity takes. A stand-in is used only where the model
has no meter for the quantity itself in that sheet. Audio and generated images have none.
"""

from __future__ import annotations

_WRITE = "input_text_cache_write"

FALLBACKS: dict[str, tuple[str, ...]] = {
    "input_text_cached": ("input_text",),
    _WRITE: ("input_text",),
    f"{_WRITE}_5m": (_WRITE, "input_text"),
    f"{_WRITE}_30m": (_WRITE, f"{_WRITE}_5m", "input_text"),
    f"{_WRITE}_1h": (_WRITE, f"{_WRITE}_30m", f"{_WRITE}_5m", "input_text"),
    f"{_WRITE}_12h": (_WRITE, f"{_WRITE}_1h", f"{_WRITE}_30m", f"{_WRITE}_5m", "input_text"),
    "input_image": ("input_text",),
    "input_image_cached": ("input_image", "input_text_cached", "input_text"),
    "output_reasoning": ("output_text",),
    "output_rejected_prediction": ("output_text",),
}


def stand_ins(quantity: str) -> tuple[str, ...]:
    """The quantities whose price `quantity` may get, itself first."""
    return (quantity, *FALLBACKS.get(quantity, ()))
