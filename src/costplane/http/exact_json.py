"""JSON whose amounts keep all their digits; also for the command line, without a web framework."""

from __future__ import annotations

import msgspec

_ENCODER = msgspec.json.Encoder(decimal_format="number")


def json_text(value: object) -> bytes:
    """`value` as JSON; a Decimal is a number with all its digits, never a float."""
    return _ENCODER.encode(value)
