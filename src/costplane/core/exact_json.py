"""JSON whose amounts keep all their digits.

A Decimal is written as a number in fixed point: `0.00000012`, never `1.2E-7`, and a zero of any
scale as `0`. Spreadsheets and shell tools that know no exponents take it as it stands.
"""

from __future__ import annotations

import re
from decimal import Decimal

import msgspec

_ENCODER = msgspec.json.Encoder(decimal_format="number")

_SCIENTIFIC = re.compile(rb"\dE[+-]\d")
"""As Python writes a Decimal with an exponent; floats have a small e."""

_TEXT_OR_SCIENTIFIC = re.compile(rb'"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?E[+-]\d+')
"""Texts are matched too, so that what looks like a number inside of one stays."""


def json_text(value: object) -> bytes:
    """`value` as JSON; a Decimal is a number in fixed point with all its digits, never a float."""
    text = _ENCODER.encode(value)
    return _TEXT_OR_SCIENTIFIC.sub(_fixed, text) if _SCIENTIFIC.search(text) else text


def _fixed(match: re.Match[bytes]) -> bytes:
    found = match[0]
    if found.startswith(b'"'):
        return found
    number = Decimal(found.decode())
    return f"{number:f}".encode() if number else b"0"
