"""All shapes in the order in which they are tried, and the choice among them.

The first shape that shows a sign is taken; those with distinctive keys come first, those
that many providers share come last. A usage object that fits none is refused.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache

from costplane.errors import InvalidUsage
from costplane.metering.extract import openai, providers
from costplane.metering.extract.shape import Shape

SHAPES: tuple[Shape, ...] = (
    providers.GEMINI,
    providers.BEDROCK,
    providers.OTEL,
    providers.OTEL_EXCLUSIVE,
    providers.COHERE,
    providers.COHERE_TOKENS,
    providers.MISTRAL_OCR,
    providers.MISTRAL,
    providers.DEEPSEEK,
    providers.XAI,
    providers.LANGFUSE,
    providers.ANTHROPIC,
    providers.LITELLM,
    openai.DURATION,
    openai.REALTIME,
    openai.IMAGES,
    openai.CHAT,
    openai.RESPONSES,
)

BY_FORMAT: dict[str, Shape] = {shape.name: shape for shape in SHAPES}
"""What `usage_format` may name."""


KEYS = frozenset(
    key for shape in SHAPES for sign in shape.signs for key in sign.keys | sign.without
)
"""The top-level keys that tell shapes apart."""


@lru_cache(maxsize=4_096)
def find_shape(
    keys: frozenset[str],
    provider: str | None,
    operation: str | None,
    model: str | None,
    usage_format: str | None,
) -> Shape | None:
    """The shape of a usage object that has these of `KEYS`; None if it fits none.

    `usage_format` decides if given; else the keys do, with `provider`, `operation` and `model`
    where keys are shared. Raises InvalidUsage if the format is unknown.
    """
    if usage_format is not None:
        return _named(usage_format)
    facts = ((provider or "").lower(), (operation or "").lower(), (model or "").strip().lower())
    for shape in SHAPES:
        if any(sign.fits(keys, *facts) for sign in shape.signs):
            return shape
    return None


def _named(usage_format: str) -> Shape:
    shape = BY_FORMAT.get(usage_format.strip().lower())
    if shape is None:
        near = get_close_matches(usage_format, BY_FORMAT, n=3) or list(BY_FORMAT)
        raise InvalidUsage(
            f"data.usage_format '{usage_format[:80]}' is unknown; known near it: {', '.join(near)}",
            target="data.usage_format",
        )
    return shape
