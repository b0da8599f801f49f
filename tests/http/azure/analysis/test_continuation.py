"""The token of a nextLink."""

from __future__ import annotations

import base64
import zlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costplane.errors import InvalidQuery
from costplane.http.azure.analysis.continuation import LONGEST, Continuation, decode, encode

NOW = datetime(2026, 11, 20, 12, 30, 0, 250, tzinfo=UTC)


def test_it_comes_back_whole() -> None:
    body: dict[str, object] = {"type": "Usage", "dataset": {"granularity": "None"}}
    assert decode(encode("p2", NOW, body)) == Continuation("p2", NOW, body)


def test_a_large_definition_stays_out() -> None:
    values = [base64.b64encode(bytes([n % 256, n // 256] * 9)).decode() for n in range(3_000)]
    token = encode("p2", NOW, {"values": values})
    assert len(token) < LONGEST
    assert decode(token).definition is None


def test_a_bomb_is_refused() -> None:
    bomb = base64.urlsafe_b64encode(zlib.compress(b"[" * 50_000_000, 9)).decode()
    with pytest.raises(InvalidQuery):
        decode(bomb)


packed = st.binary().map(lambda raw: base64.urlsafe_b64encode(zlib.compress(raw)).decode())


@given(st.text() | packed)
def test_anything_else_is_refused(token: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        decode(token)
    assert caught.value.target == "$skiptoken"
