"""What an average call of a workload has, for a model: disjoint quantities (billing-rules 1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from costplane.app.estimating.workload import Shape
from costplane.metering.tokens.audio import audio_tokens
from costplane.metering.tokens.images import count_image
from costplane.metering.tokens.text import count_text

CACHED = "input_text_cached"
WRITE = "input_text_cache_write"


@dataclass(frozen=True, slots=True)
class AverageCall:
    """The quantities of an average call by name; `notes` say how they were counted, `uncounted`
    which parts of the call nobody can count, with the reason."""

    quantities: Mapping[str, Fraction]
    notes: tuple[str, ...]
    uncounted: tuple[tuple[str, str], ...]


def average_call(shape: Shape, model: str) -> AverageCall:
    """The average call as `model` counts it."""
    notes: list[str] = []
    uncounted: list[tuple[str, str]] = []
    text = shape.input_tokens + sum(_texts(shape, model, notes))
    written = f"{WRITE}_{shape.cache_lifetime}" if shape.cache_lifetime else WRITE
    found = {
        "input_text": text * (1 - shape.cached_share - shape.cache_write_share),
        CACHED: text * shape.cached_share,
        written: text * shape.cache_write_share,
        "input_image": _images(shape, model, notes, uncounted),
        "output_text": shape.output_tokens,
        "output_reasoning": shape.reasoning_tokens,
        **dict(_sound(shape, model, notes, uncounted)),
    }
    for name, amount in shape.further:
        found[name] = found.get(name, Fraction(0)) + amount
    quantities = {name: amount for name, amount in found.items() if amount}
    return AverageCall(quantities, tuple(notes), tuple(uncounted))


def _texts(shape: Shape, model: str, notes: list[str]) -> Iterator[int]:
    for path, content in shape.texts:
        counted = count_text(content, model)
        notes.append(f"{path}: {counted.tokens} tokens, {counted.method}")
        yield counted.tokens


def _images(
    shape: Shape, model: str, notes: list[str], uncounted: list[tuple[str, str]]
) -> Fraction:
    tokens = Fraction(0)
    for image in shape.images:
        size = f"image {image.width} x {image.height}, detail {image.detail}"
        each = count_image(image.width, image.height, model, image.detail)
        if each is None:
            uncounted.append(("input_image", f"no rule is known for images of {model} ({size})"))
            continue
        notes.append(f"{size}: {each} tokens, by the documented rule of {model}")
        tokens += each * image.count
    return tokens


def _sound(
    shape: Shape, model: str, notes: list[str], uncounted: list[tuple[str, str]]
) -> Iterator[tuple[str, Fraction]]:
    told = (
        ("input", "input_audio", shape.audio_input_seconds),
        ("output", "output_audio", shape.audio_output_seconds),
    )
    for direction, quantity, seconds in told:
        if not seconds:
            continue
        tokens = audio_tokens(seconds, model, "input" if direction == "input" else "output")
        if tokens is None:
            uncounted.append((quantity, f"no rule is known for sound of {model}"))
            continue
        notes.append(
            f"{float(seconds):g} seconds of {direction} sound: {float(tokens):g} tokens, "
            f"by the documented rule of {model}"
        )
        yield quantity, tokens
