"""Amounts: what is taken is what the ledger can hold, to the last digit."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costplane.core.tables import STORED_QUANTITY
from costplane.errors import InvalidUsage
from costplane.metering.extract.amounts import LIMIT, amount, tokens, told

numbers = st.one_of(st.integers(), st.decimals(), st.floats(), st.text(max_size=3), st.none())


@given(numbers)
def test_whatever_is_taken_can_be_stored(value: object) -> None:
    for read, type_ in ((tokens, pa.int64()), (amount, STORED_QUANTITY)):
        try:
            taken = read(value, "x")
        except InvalidUsage:
            continue
        assert pa.array([taken], type_)[0].as_py() == taken
        assert 0 <= taken < LIMIT


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("0.0000005", "0"),
        ("0.0000015", "0.000002"),
        ("999999999999.999999", "999999999999.999999"),
        ("12.5", "12.5"),
    ],
)
def test_amounts_have_six_places(text: str, kept: str) -> None:
    assert amount(Decimal(text), "x") == Decimal(kept)


@pytest.mark.parametrize("value", [Decimal("999999999999.9999999"), 10**12, 2**53, Decimal("1e99")])
def test_amounts_that_no_call_has_are_refused(value: int | Decimal) -> None:
    with pytest.raises(InvalidUsage, match=r"10\^12 or more"):
        amount(value, "x")


def test_zero_is_told_and_null_is_not() -> None:
    assert told({"input_text": 0, "output_text": None, "pages": 0}) == {"input_text": 0, "pages": 0}
