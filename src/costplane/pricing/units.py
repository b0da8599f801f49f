"""The unit of measure of a price: how many of what one price covers (prices.md section 5).

Azure writes the block's size first and a unit of time after it, if there is one: "1K", "1M",
"100", "1 Hour", "1/Month". What is counted (tokens, images) is said by the meter's name.
"""

from __future__ import annotations

import re
from decimal import Decimal

_MAGNITUDES = {"": 0, "K": 3, "M": 6, "B": 9}
_TIMES = {
    "second": "Seconds",
    "minute": "Minutes",
    "hour": "Hours",
    "day": "Days",
    "month": "Months",
}
_UNIT_OF_MEASURE = re.compile(r"(\d+)([KMB]?)(?:\s*/?\s*([A-Za-z]+))?", re.ASCII)


def parse_unit_of_measure(text: str) -> tuple[Decimal, str | None]:
    """The block's size and the unit of time: "1K" -> (1000, None), "1/Hour" -> (1, "Hours").

    Raises ValueError for any other form, and for a block of nothing.
    """
    match = _UNIT_OF_MEASURE.fullmatch(text.strip())
    if match is None or int(match[1]) == 0:
        raise ValueError(f"unit of measure {text!r}; use a number with K or M, or 1/Hour, 1/Month")
    size = Decimal(match[1]).scaleb(_MAGNITUDES[match[2]])
    if match[3] is None:
        return Decimal(int(size)), None
    time = _TIMES.get(match[3].lower().rstrip("s"))
    if time is None:
        raise ValueError(f"unit of time {match[3]!r}; use Second, Minute, Hour, Day or Month")
    return Decimal(int(size)), time
