"""A price row is a value that tables can hold and 128 bits can multiply; else it is refused."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from costplane.core.money import line_units
from costplane.core.quantities import QUANTITIES
from costplane.core.tables import PRICE
from costplane.errors import InvalidPriceSheet
from costplane.metering.extract.amounts import LIMIT
from tests.pricing.offers import offer

WIDEST = ("999999999.9999999999", "9.999999999999999999", "0.999999999999999999", "1e-18", "0")


@pytest.mark.parametrize("price", WIDEST)
@pytest.mark.parametrize("block", [1, 3, 3_600, 10**6, 10**12])
def test_the_widest_prices_times_the_largest_quantities_stay_in_128_bits(
    price: str, block: int
) -> None:
    row = offer(price, block=block).row
    assert row.price == Decimal(price)
    assert len(row.price.as_tuple().digits) <= PRICE.precision
    for scale in {q.scale for q in QUANTITIES}:
        numerator, denominator = line_units(row.price, row.block_size, scale)
        assert 2 * numerator * LIMIT * 10**scale < 2**127
        assert 2 * denominator < 2**127


@pytest.mark.parametrize(
    "price", ["-1", "NaN", "Infinity", "1e9", "1e-19", "12.0000000000000000001", "1e30", "1e-400"]
)
def test_others_are_refused(price: str) -> None:
    with pytest.raises(InvalidPriceSheet, match="a price is") as refused:
        offer(price)
    assert refused.value.target == "price"


@pytest.mark.parametrize("block", [0, -1, 10**12 + 1])
def test_a_block_is_a_positive_number_of_bounded_size(block: int) -> None:
    with pytest.raises(InvalidPriceSheet, match="block_size"):
        offer(1, block=block)


def test_tiers_are_graduated_or_volume() -> None:
    with pytest.raises(InvalidPriceSheet, match="use one of graduated, volume") as refused:
        replace(offer(1).row, tiering="steps")  # type: ignore[arg-type]
    assert refused.value.target == "tiering"
