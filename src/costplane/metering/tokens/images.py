"""Tokens of an image in a prompt, from its width and height (data/token_counts.toml).

OpenAI says that its billing may differ by one token through rounding of its own.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from math import floor, sqrt
from typing import Any, Literal

from costplane.errors import InvalidInput
from costplane.metering.tokens.rules import image_rule

Detail = Literal["low", "high", "auto"]
DETAILS: tuple[Detail, ...] = ("low", "high", "auto")

_BOX = 2_048
_TILE = 512
_SHORTEST = 768


def count_image(width: int, height: int, model: str, detail: Detail = "auto") -> int | None:
    """The input tokens of one image of `width` x `height` pixels; None where the model's rule
    is not known. Raises InvalidInput for a size or a detail that no image has."""
    if width < 1 or height < 1:
        raise InvalidInput(f"an image of {width} x {height}; give pixels", target="images")
    if detail not in DETAILS:
        known = ", ".join(DETAILS)
        raise InvalidInput(f"detail is {detail!r}; use one of {known}", target="images.detail")
    rule = image_rule(model)
    if rule is None:
        return None
    if "tile" in rule:
        return _tiles(width, height, rule, detail)
    return _patches(width, height, rule, detail)


def _tiles(width: int, height: int, rule: dict[str, Any], detail: Detail) -> int:
    base = int(rule["base"])
    if detail == "low":
        return base
    width, height = _within(width, height, _BOX, floor)
    shortest = int(rule.get("shortest", _SHORTEST))
    if min(width, height) > shortest:
        scale = max(width, height) * shortest // min(width, height)
        width, height = (shortest, scale) if width <= height else (scale, shortest)
    return base + int(rule["tile"]) * _squares(width, height, _TILE)


def _patches(width: int, height: int, rule: dict[str, Any], detail: Detail) -> int:
    sizes, side = rule["sizes"], int(rule["side"])
    size = sizes[detail] if detail in sizes else sizes["any"]
    if "longest" in size:
        width, height = _within(width, height, size["longest"], round)
    budget = size.get("patches")
    if budget is not None and _squares(width, height, side) > budget:
        shrunk = _whole if size.get("whole") else _shrunk
        width, height = shrunk(width, height, side, budget)
    tokens = _squares(width, height, side) * Decimal(rule["multiplier"])
    return int(tokens.to_integral_value(ROUND_CEILING))


def _within(width: int, height: int, longest: int, rounded: Any) -> tuple[int, int]:
    """The size scaled down, never up, so that neither side is above `longest`."""
    long = max(width, height)
    if long <= longest:
        return width, height
    return max(1, rounded(width * longest / long)), max(1, rounded(height * longest / long))


def _shrunk(width: int, height: int, side: int, budget: int) -> tuple[int, int]:
    """OpenAI's way: by area, then so that the closer side ends on the grid."""
    shrink = sqrt(side**2 * budget / (width * height))
    across, down = width * shrink / side, height * shrink / side
    fit = shrink * min(floor(across) / across, floor(down) / down)
    return max(1, floor(width * fit)), max(1, floor(height * fit))


def _whole(width: int, height: int, side: int, budget: int) -> tuple[int, int]:
    """Anthropic's way: the largest size of the same shape that keeps the limit."""
    long = max(width, height)
    for length in range(long, 0, -1):
        size = max(1, round(width * length / long)), max(1, round(height * length / long))
        if _squares(*size, side) <= budget:
            return size
    return 1, 1


def _squares(width: int, height: int, side: int) -> int:
    """How many squares of `side` pixels cover the size."""
    return -(-width // side) * -(-height // side)
