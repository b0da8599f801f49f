"""Units of prices: how many of what one price covers (Azure Retail Prices, unitOfMeasure).

Azure writes the block's size first and a unit of time after it, if there is one: "1K", "1M",
"100", "1 Hour", "1/Month". What is counted (tokens, images) is said by the meter's name.
"""

from __future__ import annotations

import re
from decimal import Decimal

from costplane.core.quantities import PRICED
from costplane.pricing.model_key import ModelKey

_MAGNITUDES = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}
_TIMES = {
    "second": "Seconds",
    "minute": "Minutes",
    "hour": "Hours",
    "day": "Days",
    "month": "Months",
}
_SECONDS = {"Seconds": 1, "Minutes": 60, "Hours": 3600}
_UNIT_OF_MEASURE = re.compile(r"(\d+)([KMB]?)(?:\s*/?\s*([A-Za-z]+))?", re.ASCII)
_ANY = re.compile(r"(\d+)\s*([KMBT]?)(?![A-Za-z])\s*/?\s*(.*)", re.ASCII)
_COUNTED = frozenset({"Tokens", "Images", "Pages", "Searches", "Characters", "Calls"})
_NAMED_BLOCK = re.compile(r"\b(1)([KM]) (?:Tokens|Images|Pages|Characters)\b", re.ASCII)
_NOUNS = {
    "calls": "Calls",
    "characters": "Characters",
    "images": "Images",
    "pages": "Pages",
    "search": "Searches",
    "second": "Seconds",
    "session": "Sessions",
    "tokens": "Tokens",
    "transactions": "Transactions",
}


def parse_unit_of_measure(text: str) -> tuple[Decimal, str | None]:
    """The block's size and the unit of time: "1K" -> (1000, None), "1/Hour" -> (1, "Hours").

    Raises ValueError for any other form, and for a block of nothing.
    """
    match = _UNIT_OF_MEASURE.fullmatch(text.strip())
    if match is None or int(match[1]) == 0:
        raise ValueError(f"{text!r} is no unit of measure; use forms like 1K, 1M, 100, 1/Hour")
    size = Decimal(int(match[1]) * _MAGNITUDES[match[2]])
    if match[3] is None:
        return size, None
    time = _TIMES.get(match[3].lower().removesuffix("s"))
    if time is None:
        raise ValueError(f"{match[3]!r} is no unit of time; use Second, Minute, Hour, Day, Month")
    return size, time


def block_of(unit_of_measure: str, meter_name: str, key: ModelKey | None) -> tuple[Decimal, str]:
    """How many of which unit one price covers.

    The unit is that of the key's quantity; a quantity of seconds that is priced by the hour has
    a block of 3,600. A meter without key counts time, or what its last word says.

    Raises ValueError for a unit of measure that is none.
    """
    size, time = parse_unit_of_measure(unit_of_measure)
    if key is None:
        return size, time or _NOUNS.get(meter_name.rpartition(" ")[2].lower(), "Units")
    unit = PRICED[key.quantity].unit
    if unit == "Seconds" and time is not None:
        return size * _SECONDS[time], unit
    if unit == "Hours" and time is not None:
        return size, time  # capacity, by the hour or the month
    return size, unit


def require_one_unit(unit_of_measure: str, meter_name: str, key: ModelKey | None) -> None:
    """Raises ValueError for a unit that contradicts the meter: "1 Hour" for tokens, or "1K" for
    a meter that is called "... 1M Tokens", as Azure calls those priced by the million."""
    if key is None:
        return
    size, time = parse_unit_of_measure(unit_of_measure)
    unit = PRICED[key.quantity].unit
    if time is not None and unit in _COUNTED:
        raise ValueError(f"{unit_of_measure!r} is a time, but {key.quantity} counts {unit}")
    named = _NAMED_BLOCK.search(meter_name)
    if named and int(named[1]) * _MAGNITUDES[named[2]] != size:
        raise ValueError(
            f"{unit_of_measure!r} is another block than {named[0]} of the meter's name"
        )


def any_block(unit_of_measure: str) -> tuple[Decimal, str]:
    """The block and unit of any Azure service: "100 GB/Month" -> (100, "GB/Month").

    For rows that price no call: what stands after the number is taken as it is. Raises
    ValueError for a block of nothing.
    """
    text = unit_of_measure.strip()
    match = _ANY.fullmatch(text)
    if match is None:
        return Decimal(1), text or "Units"
    if int(match[1]) == 0:
        raise ValueError(f"{unit_of_measure!r} is a block of nothing")
    return Decimal(int(match[1]) * _MAGNITUDES[match[2]]), match[3] or "Units"
