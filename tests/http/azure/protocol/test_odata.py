"""`$filter`: comparisons joined by and."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costplane.errors import InvalidInput
from costplane.http.azure.protocol.odata import Comparison, parse_filter


def test_comparisons() -> None:
    text = "properties/category eq 'resourceId' AND usageStart ge 2026-10-01"
    assert parse_filter(text) == (
        Comparison("category", "eq", "resourceId"),
        Comparison("usagestart", "ge", "2026-10-01"),
    )


def test_a_quote_is_doubled() -> None:
    assert parse_filter("tags eq 'it''s'")[0].value == "it's"


@pytest.mark.parametrize(
    "text",
    ["", "a", "a ne 'x'", "a eq 'x' or a eq 'b'", "a eq 'x", "a eq 'b' and", "a eq b" * 900],
)
def test_faults_tell_their_place(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"at character \d+"):
        parse_filter(text)


@given(st.text())
def test_any_text_is_understood_or_refused(text: str) -> None:
    with suppress(InvalidInput):
        assert parse_filter(text)
