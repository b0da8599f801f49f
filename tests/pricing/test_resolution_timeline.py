"""A timeline is what resolution answers at every instant of a period, without a gap."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from costplane.core.period import Period
from costplane.pricing.book import Offer
from costplane.pricing.question import Answer, PriceQuestion, Unresolved
from costplane.pricing.resolution import resolve, timeline
from tests.pricing.offers import GROUP, book, day, offer, own, question

hours = st.integers(0, 200).map(lambda n: day(3) + timedelta(hours=n))
facts = st.fixed_dictionaries(
    {
        "line": st.integers(1, 99),
        "import_": st.integers(1, 3),
        "valid_from": hours,
        "valid_to": st.none(),
    },
    optional={
        "version": st.sampled_from(["v1", "v2"]),
        "quantity": st.sampled_from(["input_text", "input_text_cached"]),
        "region": st.sampled_from(["swedencentral", "westeurope"]),
        "deployment_scope": st.sampled_from(["Global", "DataZone"]),
        "context_band": st.just("long"),
    },
)


@st.composite
def offers(draw: st.DrawFn) -> Offer:
    told: dict[str, Any] = draw(facts)
    if "context_band" in told:
        told["context_threshold"] = 1_000
    if draw(st.booleans()):
        told["valid_to"] = told["valid_from"] + timedelta(hours=draw(st.integers(1, 60)))
    price = draw(st.integers(0, 3))
    if draw(st.booleans()):
        return own(price, scope=draw(st.sampled_from([None, GROUP])), **told)
    return offer(price, **told)


questions = st.builds(
    question,
    model_version=st.sampled_from(["v1", None]),
    region=st.sampled_from(["swedencentral", None]),
    deployment_type=st.sampled_from(["GlobalStandard", None]),
    quantity=st.sampled_from(["input_text", "input_text_cached"]),
    context_tokens=st.sampled_from([0, 2_000]),
)


@given(st.lists(offers(), max_size=8), questions, hours, hours, st.lists(hours, max_size=20))
def test_parts_cover_the_period_and_agree_with_resolve(
    rows: list[Offer],
    use: PriceQuestion,
    one: datetime,
    other: datetime,
    instants: list[datetime],
) -> None:
    prices = book(*rows)
    period = Period(min(one, other), max(one, other) + timedelta(minutes=1))
    parts = timeline(prices, use, period)
    assert parts[0][0].start == period.start
    assert parts[-1][0].end == period.end
    for (before, answer), (after, following) in pairwise(parts):
        assert before.end == after.start
        assert answer != following
    edges = [part.end - timedelta(microseconds=1) for part, _ in parts]
    for instant in [*instants, *edges]:
        answers = [answer for part, answer in parts if instant in part]
        assert answers == ([resolve(prices, use, instant)] if instant in period else [])


@given(st.lists(offers(), max_size=6), questions, hours, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(
    rows: list[Offer], use: PriceQuestion, at: datetime, random: Random
) -> None:
    shuffled = random.sample(rows, len(rows))
    assert _told(resolve(book(*rows), use, at)) == _told(resolve(book(*shuffled), use, at))


def _told(answer: Answer) -> object:
    return answer.reason if isinstance(answer, Unresolved) else answer.offer.row.price


def test_an_instant_is_no_period() -> None:
    period = Period(day(3), day(3))
    assert timeline(book(offer(1)), question(), period) == []


def test_a_use_without_model_has_one_answer() -> None:
    period = Period(day(3), day(4))
    ((part, answer),) = timeline(book(offer(1)), question(model=None), period)
    assert part == period
    assert answer == Unresolved("MissingFact", "model")
