"""Addresses of charges: written, read again, and refused with the part to mend."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costplane.core.quantities import QUANTITIES
from costplane.errors import InvalidInput
from costplane.rating.charge_address import (
    SHARES,
    CapacityAddress,
    ChargeAddress,
    Share,
    parse_charge_address,
)

PRICE = "0b5d1d0f-3c0e-5d52-8a1c-8b1f0f6f2b55"
HOUR = datetime(2026, 10, 15, 18, tzinfo=UTC)

addresses = st.builds(
    ChargeAddress,
    st.integers(0, 10**6).map(lambda hours: HOUR + timedelta(hours=hours)),
    st.integers(0, 10**18 - 1),
    st.sampled_from([quantity.name for quantity in QUANTITIES]),
    st.uuids().map(str),
)


def test_an_address() -> None:
    text = f"charge:2026-10-15T18/12/input_text/{PRICE}"
    address = parse_charge_address(text)
    assert address == ChargeAddress(HOUR, 12, "input_text", PRICE)
    assert str(address) == text
    assert address.period.end == datetime(2026, 10, 15, 19, tzinfo=UTC)
    assert (
        parse_charge_address(
            text.removeprefix("charge:").upper().replace("INPUT_TEXT", "input_text")
        )
        == address
    )


@pytest.mark.parametrize("share", SHARES)
def test_capacity_that_no_caller_made(share: Share) -> None:
    resource = "/subscriptions/s/resourcegroups/rg/providers/a.b/accounts/one/deployments/ptu"
    text = f"charge:2026-10-15T18/{share}/hours/{PRICE}{resource}"
    address = parse_charge_address(text)
    assert address == CapacityAddress(HOUR, share, PRICE, resource)
    assert str(address) == text


@given(addresses)
def test_what_is_written_is_read_again(address: ChargeAddress) -> None:
    assert parse_charge_address(str(address)) == address


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "four parts"),
        (f"charge:2026-10-15T18/12/input_text/{PRICE}/x", "four parts"),
        (f"charge:2026-10-15/12/input_text/{PRICE}", "'2026-10-15' is no hour"),
        (f"charge:9999-12-31T23/12/input_text/{PRICE}", "is no hour"),
        (f"charge:2026-10-15T18/-1/input_text/{PRICE}", "'-1' is no number"),
        (f"charge:2026-10-15T18/²/input_text/{PRICE}", "is no number"),
        (f"charge:2026-10-15T18/{'9' * 5000}/input_text/{PRICE}", "is no number"),
        (f"charge:2026-10-15T18/12/tokens/{PRICE}", "'tokens' is no quantity"),
        ("charge:2026-10-15T18/12/input_text/x' OR '1'='1", "is no SkuPriceId"),
    ],
)
def test_what_is_no_address(text: str, told: str) -> None:
    with pytest.raises(InvalidInput, match="no charge's address") as refused:
        parse_charge_address(text)
    assert told in refused.value.message
    assert refused.value.target == "charge"
