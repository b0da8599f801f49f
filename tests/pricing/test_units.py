"""Units of measure, in all forms of the shipped price lists."""

from decimal import Decimal

import pytest

from costplane.pricing.units import parse_unit_of_measure


@pytest.mark.parametrize(
    ("text", "size", "time"),
    [
        ("1K", 1_000, None),
        ("1M", 1_000_000, None),
        ("100", 100, None),
        ("1", 1, None),
        ("1 Hour", 1, "Hours"),
        ("1/Hour", 1, "Hours"),
        ("1 Second", 1, "Seconds"),
        ("1/Day", 1, "Days"),
        ("1/Month", 1, "Months"),
        (" 10 hours ", 10, "Hours"),
    ],
)
def test_units_of_the_shipped_lists(text: str, size: int, time: str | None) -> None:
    assert parse_unit_of_measure(text) == (Decimal(size), time)


@pytest.mark.parametrize("text", ["", "K", "0", "1 Year", "1,000", "-1", "1.5", "1KK", "١"])
def test_what_is_no_unit(text: str) -> None:
    with pytest.raises(ValueError, match="unit"):
        parse_unit_of_measure(text)
