"""Protobuf and JSON tell the same spans; what claims to hold many is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from costplane.errors import InvalidInput, TooLarge
from costplane.metering.otlp import json_form, protobuf_form
from costplane.metering.otlp.receive import PROTOBUF, read_traces
from costplane.metering.otlp.span import MOST_SPANS
from tests.metering.otlp.protobuf import from_json
from tests.metering.otlp.spans import body, other, span


def delimited(number: int, content: bytes) -> bytes:
    """A length-delimited field of the wire format."""
    length, digits = len(content), b""
    while length > 127:
        digits += bytes([length & 127 | 128])
        length >>= 7
    return bytes([number << 3 | 2]) + digits + bytes([length]) + content


def test_both_forms_tell_the_same_spans() -> None:
    told = {
        "gen_ai.usage.cost": 0.25,
        "gen_ai.response.finish_reasons": ["stop", "length"],
        "gen_ai.input.messages": "said",
        "costplane.tag.hot": True,
    }
    failed = span({"error.type": "429"}, status={"code": 2})
    sent = body(span(told), other("invoke_agent"), failed, resource={"costplane.project": "p"})
    assert list(protobuf_form.spans(from_json(sent))) == list(json_form.spans(sent))


def test_an_empty_body_is_an_empty_request() -> None:
    assert list(protobuf_form.spans(b"")) == []


def test_members_that_nobody_knows_are_passed_over() -> None:
    sent = from_json(body(span())) + delimited(99 >> 3, b"later")
    assert read_traces(sent, PROTOBUF, lambda _: None).batch.events.num_rows == 1


@pytest.mark.parametrize(
    "content",
    [
        b"{}",
        b"\x0a\xff",
        b"\xff" * 40,
        delimited(1, delimited(2, delimited(2, b"\xff\xff"))),
        delimited(1, delimited(2, delimited(2, delimited(9, delimited(1, b"\xff"))))),
    ],
)
def test_what_is_no_trace_is_refused_whole(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        list(protobuf_form.spans(content))


@pytest.mark.parametrize(
    "wrap",
    [
        lambda n: delimited(1, b"") * n,
        lambda n: delimited(1, delimited(2, b"") * n),
        lambda n: delimited(1, delimited(2, delimited(2, b"") * n)),
    ],
)
def test_a_body_of_nothing_but_beginnings_is_refused(wrap: Callable[[int], bytes]) -> None:
    with pytest.raises(TooLarge):
        read_traces(wrap(MOST_SPANS + 1), PROTOBUF, lambda _: None)
