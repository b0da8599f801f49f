"""What stands on rows of `uncharged`: usage that is not billed or has no price."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.pricing.offers import offer
from tests.rating.charge_world import HOUR, charges, line, rate, uncharged

NOT_BILLED: dict[str, Any] = {"billing_status": "NotBilled", "status_reason": "HttpStatus429"}


def test_what_is_not_billed_keeps_its_usage() -> None:
    events = [
        NOT_BILLED | told for told in ({"input_text": 7, "output_text": 2}, {"input_text": 1})
    ]
    assert uncharged(*events, NOT_BILLED, offers=(offer(2),)) == [
        line("NotBilled", "HttpStatus429", "input_text", 8, 2),
        line("NotBilled", "HttpStatus429", "output_text", 2, 1),
        line("NotBilled", "HttpStatus429", None, None, 3),
    ]
    assert charges(*events, offers=(offer(2),)) == []


def test_missing_usage_counts_its_events_alone() -> None:
    missing = {"billing_status": "UsageMissing", "status_reason": "NoUsageTold"}
    assert uncharged(missing, missing) == [line("UsageMissing", "NoUsageTold", None, None, 2)]


def test_each_reason_tells_its_quantities_and_its_events() -> None:
    """Input has a price, cached input one that is not valid yet, audio none."""
    later = offer(1, quantity="input_text_cached", valid_from=HOUR + timedelta(days=1))
    event = {"input_text": 5, "input_text_cached": 3, "input_audio": 2}
    offers = (offer(2), later)
    rated = rate(event, {"input_text_cached": 4}, {"input_text": 1}, offers=offers)
    assert rated.unpriced_events == 2
    yet, none = "NotYetValid: gpt-x, from 2026-10-16", "NoPriceForTokenType: gpt-x"
    assert uncharged(event, {"input_text_cached": 4}, {"input_text": 1}, offers=offers) == sorted(
        [
            line("Unpriced", yet, "input_text_cached", 7, 2),
            line("Unpriced", yet, None, None, 2),
            line("Unpriced", none, "input_audio", 2, 1),
            line("Unpriced", none, None, None, 1),
        ],
        key=str,
    )
    assert [row["ConsumedQuantity"] for row in rated.charges.to_pylist()] == [6]


def test_no_usage_has_no_rows() -> None:
    rated = rate(offers=(offer(2),))
    assert len(rated.charges) == len(rated.uncharged) == rated.unpriced_events == 0
