"""Amounts in JSON: every digit, no exponent, no float."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.core.exact_json import json_text

amounts = st.builds(
    lambda sign, digits, exponent: Decimal((sign, digits, exponent)),
    st.integers(0, 1),
    st.lists(st.integers(0, 9), min_size=1, max_size=38).map(tuple),
    st.integers(-60, 40),
)
texts = st.text(max_size=9) | st.sampled_from(['"1E-7"', "[1E-7,", '\\"0E-12', "2E+3"])


@settings(max_examples=200)
@given(st.lists(st.tuples(amounts, texts), max_size=5))
def test_any_amount_comes_back_whatever_stands_beside_it(rows: list[tuple[Decimal, str]]) -> None:
    found = json.loads(json_text(rows), parse_float=Decimal, parse_int=Decimal)
    assert [tuple(row) for row in found] == rows


@settings(max_examples=200)
@given(amounts)
def test_no_amount_has_an_exponent(amount: Decimal) -> None:
    assert re.fullmatch(rb"-?(0|[1-9]\d*)(\.\d+)?", json_text(amount))


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0E-12", b"0"),
        ("-0E-12", b"0"),
        ("0E+3", b"0"),
        ("1.2E-7", b"0.00000012"),
        ("1E+3", b"1000"),
        ("0.10", b"0.10"),
    ],
)
def test_amounts_in_fixed_point(amount: str, text: bytes) -> None:
    assert json_text({"cost": Decimal(amount)}) == b'{"cost":' + text + b"}"
