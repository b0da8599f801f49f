"""Pages that together are the whole, and continuations that nobody should trust."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.analysis.paging import MOST_ROWS, Continuation, page
from costplane.analysis.plan import ScopeFilter
from costplane.analysis.result import QueryResult, ResultColumn, json_rows
from costplane.errors import InvalidQuery
from tests.analysis.oracle import Question
from tests.analysis.questions import WHOLE, ask, definition, questions
from tests.analysis.worlds import Row, events

NOW = datetime(2026, 11, 2, 12, 30, 0, 123456, tzinfo=UTC)
SCOPE = (ScopeFilter(frozenset({"b", "a"})),)


def start(question: Question = WHOLE) -> Continuation:
    return Continuation.start({"usage": 3, "charges": 12}, NOW, SCOPE, definition(question))


@settings(max_examples=8)
@given(questions(), events, st.integers(1, 4))
def test_pages_put_together_are_the_whole(question: Question, world: list[Row], top: int) -> None:
    whole = json_rows(ask(question, world).rows)
    place: Continuation | None = start(question)
    rows = []
    while place is not None:
        # Every page is asked anew, as a server does that keeps nothing.
        part = page(ask(question, world), Continuation.parse(place.token()), top)
        rows += part.rows
        place = part.next
        assert part.total == len(whole)
    assert rows == whole


def test_a_continuation_says_all_that_the_next_page_needs() -> None:
    place = start()
    assert Continuation.parse(place.token()) == place
    assert dict(place.versions) == {"charges": 12, "usage": 3}
    assert place.now == NOW


def test_a_continuation_of_another_query_is_refused() -> None:
    start().check(SCOPE, definition(WHOLE))
    for scope, question in (
        ((ScopeFilter(),), WHOLE),
        (SCOPE, WHOLE | {"type": "Usage"}),
        (SCOPE, WHOLE | {"groups": ["Meter"]}),
    ):
        with pytest.raises(InvalidQuery, match="another query"):
            start().check(scope, definition(question))


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    "token",
    [
        "",
        "AQAAAA==",
        "ü",
        "x" * 5_000,
        encoded({}),
        encoded([1, 2, 3]),
        encoded([{"usage": -1}, NOW.isoformat(), "d", 0]),
        encoded([{"nothing": 1}, NOW.isoformat(), "d", 0]),
        encoded([{"usage": 1}, "later", "d", 0]),
        encoded([{"usage": 1}, NOW.isoformat(), "d", -5]),
        encoded([{"usage": 1}, NOW.isoformat(), "d", True]),
        encoded([{"usage": 1}, NOW.isoformat(), "d", 2**80]),
        base64.urlsafe_b64encode(b"[" * 3_000).decode(),
    ],
)
def test_a_token_that_nobody_gave_is_refused(token: str) -> None:
    with pytest.raises(InvalidQuery) as raised:
        Continuation.parse(token)
    assert raised.value.target == "$skiptoken"


def test_pages_have_a_thousand_rows_and_never_more_than_five_thousand() -> None:
    rows = pa.table({"Cost": pa.array([Decimal(n) for n in range(6_000)])})
    whole = QueryResult((ResultColumn("Cost", "Number"),), rows, (), ("Metered",))
    assert len(page(whole, start()).rows) == 1_000
    assert len(page(whole, start(), 9_999).rows) == MOST_ROWS
    last = page(whole, Continuation((), NOW, "", 5_500))
    assert (len(last.rows), last.next) == (500, None)
    with pytest.raises(InvalidQuery):
        page(whole, start(), 0)


def test_amounts_keep_their_digits_and_lose_idle_zeros() -> None:
    amounts = ["76.774550500000", "100.000000000000", "0.000000000001", "0.000000000000", "-3.50"]
    rows = pa.table({"Cost": pa.array([Decimal(a) for a in amounts], pa.decimal128(38, 12))})
    shown = [str(row[0]) for row in json_rows(rows)]
    assert shown == ["76.7745505", "100", "1E-12", "0", "-3.5"]
