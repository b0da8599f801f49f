"""Which row prices a use: billing-rules 8, sentence by sentence."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from costplane.pricing.book import Offer
from costplane.pricing.question import Resolution
from tests.pricing.offers import (
    ACCOUNT,
    GROUP,
    NOW,
    RESOURCE,
    SUBSCRIPTION,
    ask,
    book,
    day,
    offer,
    own,
    price_of,
    reason_of,
)


def test_the_customers_own_sheet_comes_before_the_list() -> None:
    assert price_of(offer(2), own(1)) == 1
    assert price_of(own(3), offer(2)) == 3
    assert price_of(offer(2, valid_from=day(9)), own(1, valid_from=day(1))) == 1


def test_the_list_price_stands_beside_the_customers() -> None:
    answer = ask(offer(2), own(1))
    assert isinstance(answer, Resolution)
    assert answer.list_offer is not None
    assert answer.list_offer.row.price == 2
    alone = ask(own(1))
    assert isinstance(alone, Resolution)
    assert alone.list_offer is None


SCOPES = (RESOURCE, GROUP, SUBSCRIPTION, ACCOUNT, None)


@pytest.mark.parametrize("narrowest", range(len(SCOPES)))
def test_the_narrowest_scope_comes_first(narrowest: int) -> None:
    sheets = [
        own(n, scope=scope, sheet=f"own {n}", valid_from=day(9 - n))
        for n, scope in enumerate(SCOPES)
        if n >= narrowest
    ]
    assert price_of(offer(99), *reversed(sheets)) == narrowest


def test_a_sheet_for_another_scope_prices_nothing() -> None:
    assert price_of(offer(2), own(1, scope="/subscriptions/other")) == 2
    assert reason_of(own(1, scope="/subscriptions/other")) == "NoPriceForScope"


def test_an_own_sheet_that_lacks_the_use_leaves_it_to_the_list() -> None:
    assert price_of(offer(2), own(1, quantity="output_text")) == 2
    assert price_of(offer(2), own(1, valid_from=day(12))) == 2
    assert price_of(offer(2), own(1, valid_to=day(2))) == 2


def test_ambiguity_in_the_own_sheet_is_not_overruled_by_the_list() -> None:
    assert reason_of(offer(2), own(1, line=1), own(3, line=2)).startswith("AmbiguousPrice")


def test_a_price_holds_from_its_start_up_to_not_including_its_end() -> None:
    row = offer(2, valid_from=day(3), valid_to=day(5))
    tick = timedelta(microseconds=1)
    assert reason_of(row, at=day(3) - tick) == "NotYetValid: gpt-x, from 2026-03-01"
    assert price_of(row, at=day(3)) == price_of(row, at=day(5) - tick) == 2
    assert reason_of(row, at=day(5)) == "NoLongerValid: gpt-x, until 2026-05-01"


def test_the_latest_start_wins() -> None:
    rows = [offer(1), offer(3, valid_from=day(6)), offer(2, valid_from=day(3))]
    assert [price_of(*rows, at=day(m)) for m in (1, 3, 5, 6, 9)] == [1, 2, 2, 3, 3]


def test_a_price_that_ends_gives_way_to_the_one_before_it() -> None:
    rows = [offer(1), offer(3, valid_from=day(3), valid_to=day(5))]
    assert [price_of(*rows, at=day(m)) for m in (2, 3, 4, 5)] == [1, 3, 3, 1]


def test_the_latest_start_wins_whichever_import_brought_it() -> None:
    """A later import with an earlier start changes only what no later start covers."""
    rows = [offer(2, valid_from=day(6)), offer(1, valid_from=day(3), import_=2)]
    assert [price_of(*rows, at=day(m)) for m in (3, 5, 6)] == [1, 1, 2]


def test_equal_starts_with_equal_prices_are_one() -> None:
    twins = [offer(2, line=n, meter=f"m{n}") for n in (3, 1, 2)]
    assert price_of(*twins) == 2
    chosen = {ask(*order) for order in (twins, twins[::-1], twins[1:] + twins[:1])}
    assert len(chosen) == 1


def test_equal_starts_in_a_later_import_of_the_sheet_supersede() -> None:
    rows = [offer(2), offer(3, import_=5), offer(4, import_=7)]
    assert price_of(*rows) == price_of(*rows[::-1]) == 4
    assert price_of(*rows[:2]) == 3


def test_what_supersedes_may_end_the_price() -> None:
    rows = [offer(2), offer(2, valid_to=day(5), import_=2)]
    assert price_of(*rows, at=day(4)) == 2
    assert reason_of(*rows, at=day(5)).startswith("NoLongerValid")
    assert price_of(offer(1, valid_from=day(1) - timedelta(9)), *rows, at=day(5)) == 1


@pytest.mark.parametrize(
    "other",
    [
        offer(3, line=9, meter="y"),
        offer(2, line=9, meter="y", currency="EUR"),
        offer(2, line=9, meter="y", block=1_000),
        offer(3, line=9, meter="y", sheet="other list", import_=2),
    ],
)
def test_other_equal_starts_are_ambiguous_and_both_are_named(other: Offer) -> None:
    first = offer(2, line=4)
    reason = reason_of(first, other)
    assert reason == reason_of(other, first)
    assert reason.startswith("AmbiguousPrice: ")
    assert "list line 4 (x Inp, any region)" in reason
    assert f"{other.row.sheet} line 9 (y, any region)" in reason


def test_ambiguity_ends_where_one_of_both_does() -> None:
    rows = [offer(2), offer(3, line=2, sheet="b", valid_to=day(5)), offer(4, valid_from=day(9))]
    assert reason_of(*rows, at=day(2)).startswith("AmbiguousPrice")
    assert price_of(*rows, at=day(5)) == 2
    assert price_of(*rows, at=day(9)) == 4


def test_a_row_missing_from_a_newer_import_does_not_end() -> None:
    first = [offer(2), offer(8, quantity="output_text")]
    second = [offer(3, import_=2)]
    assert price_of(*first, *second) == 3
    assert price_of(*first, *second, quantity="output_text") == 8


def test_zero_is_a_price() -> None:
    assert price_of(offer(0)) == Decimal(0)
    assert price_of(offer(2), own(0)) == 0


def test_why_nothing_is_found() -> None:
    row = offer(2, region="westeurope", version="v1")
    assert reason_of(row, model="gpt-y") == "NoSuchModel: gpt-y"
    assert reason_of(row) == "NoPriceForRegion: gpt-x swedencentral"
    here: dict[str, Any] = {"region": "westeurope"}
    assert reason_of(row, **here, quantity="output_text") == "NoPriceForTokenType: gpt-x"
    assert reason_of(row, **here, model_version="v2") == "NoPriceForVersion: gpt-x v2"
    assert (
        reason_of(row, **here, service_tier="priority") == "NoPriceForServiceTier: gpt-x Priority"
    )
    assert (
        reason_of(row, **here, deployment_type="DataZoneStandard")
        == "NoPriceForDeploymentType: gpt-x DataZoneStandard"
    )
    assert reason_of(row, model=None) == "MissingFact: model"
    assert price_of(row, **here) == 2


def test_an_empty_book_knows_no_model() -> None:
    assert reason_of() == "NoSuchModel: gpt-x"


def test_only_prices_of_use_price_use() -> None:
    assert reason_of(offer(2, price_kind="reservation")) == "NoSuchModel: gpt-x"


def test_the_row_of_the_region_comes_before_one_for_everywhere() -> None:
    rows = [offer(1), offer(2, region="swedencentral"), offer(3, region="westeurope")]
    assert price_of(*rows) == 2
    assert price_of(*rows, region="westeurope") == 3
    assert price_of(*rows, region="japaneast") == 1


def test_a_row_for_everywhere_holds_while_the_regions_own_does_not() -> None:
    rows = [offer(1), offer(2, region="swedencentral", valid_from=day(3), valid_to=day(6))]
    assert [price_of(*rows, at=day(m)) for m in (1, 3, 5, 6)] == [1, 2, 2, 1]


def test_a_book_is_what_it_was_at_a_version() -> None:
    whole = book(offer(2), offer(3, import_=4), own(1, import_=6))
    assert [whole.at(v).version for v in (0, 1, 3, 4, 6, 9)] == [0, 1, 3, 4, 6, 6]
    assert [len(whole.at(v).of_model("gpt-x")) for v in (0, 1, 3, 4, 6)] == [0, 1, 1, 2, 3]
    assert whole.at(9) is whole


def test_a_price_has_one_id_wherever_it_stands() -> None:
    again = offer("2.00", line=2, import_=3, valid_from=day(4), valid_to=day(9))
    assert offer(2).id == again.id == own(2, scope=GROUP).id
    others = (offer(3), offer(2, region="x"), offer(2, block=1_000), offer(2, currency="EUR"))
    assert len({offer(2).id, *(other.id for other in others)}) == 5


def test_what_a_book_says_of_its_prices() -> None:
    long = {"context_band": "long", "context_threshold": 272_000}
    whole = book(offer(1), offer(2, valid_from=day(4), valid_to=day(6)), offer(3, **long))
    assert whole.changes == {day(1), day(4), day(6)}
    assert whole.context_thresholds == (272_000,)
    assert list(whole.models()) == ["gpt-x"]


def test_steps_tell_whose_price_it_is() -> None:
    answer = ask(own(1, scope=GROUP), offer(2))
    assert isinstance(answer, Resolution)
    assert answer.steps == (f"own sheet for {GROUP}",)
    plain = ask(offer(2), at=NOW)
    assert isinstance(plain, Resolution)
    assert plain.steps == ("list price",)
