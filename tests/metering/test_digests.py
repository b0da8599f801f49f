"""Content digests: equal events have equal ones, whatever stands beside them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costplane.core.tables import EVENTS
from costplane.metering.digests import with_content_digest

BASE: dict[str, Any] = {
    "source": "s",
    "id": "1",
    "time": datetime(2026, 11, 2, 10, tzinfo=UTC),
    "resource_id": "/subscriptions/s",
    "http_status": 200,
    "gateway_cache_hit": False,
    "estimated": False,
    "tags": "{}",
    "input_text": 10,
}
TOLD = {
    "time": BASE["time"] + timedelta(microseconds=1),
    "http_status": 201,
    "gateway_cache_hit": True,
    "estimated": True,
    "tags": '{"a":"b"}',
    "attempt": 0,
    "reported_cost": Decimal("0.000000000000000001"),
    "input_text": 11,
    "audio_seconds": Decimal("0.000001"),
}


def digests(*rows: dict[str, Any]) -> list[int]:
    table = pa.Table.from_pylist(list(rows), EVENTS)
    found: list[int] = with_content_digest(table)["content_digest"].to_pylist()
    return found


def other_value(name: str) -> Any:
    if name in TOLD:
        return TOLD[name]
    type_ = EVENTS.field(name).type
    return "x" if pa.types.is_string(type_) else Decimal(1) if pa.types.is_decimal(type_) else 0


def test_the_identity_is_no_content() -> None:
    assert digests(BASE) == digests(BASE | {"source": "t", "id": "2"})


@pytest.mark.parametrize("name", [n for n in EVENTS.names if n not in ("source", "id")])
def test_any_other_field_is(name: str) -> None:
    changed = BASE | {name: other_value(name)}
    one, other = digests(BASE, changed)
    assert one != other
    assert [one, other] == [*digests(BASE), *digests(changed)]


def test_a_value_under_another_name_is_another_content() -> None:
    found = digests(
        BASE | {"user": "x"},
        BASE | {"session": "x"},
        BASE | {"user": "session"},
        BASE | {"session": "user"},
        BASE | {"model": "a", "deployment": "b"},
        BASE | {"model": "b", "deployment": "a"},
    )
    assert len(set(found)) == len(found)


rows = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "user": st.sampled_from(["u", "v"]),
            "model": st.sampled_from(["m", "n"]),
            "attempt": st.integers(0, 2),
            "input_text": st.one_of(st.none(), st.integers(0, 3)),
            "pages": st.decimals(0, 9, places=6),
        },
    ).map(lambda told: BASE | told),
    min_size=1,
    max_size=8,
)


@given(rows, st.integers(0, 8))
def test_neighbours_and_chunks_do_not_matter(told: list[dict[str, Any]], cut: int) -> None:
    alone = [digest for row in told for digest in digests(row)]
    assert digests(*told) == alone
    table = pa.Table.from_pylist(told, EVENTS)
    chunked = pa.concat_tables([table.slice(0, cut), table.slice(cut)])
    turned = chunked.select(list(reversed(EVENTS.names)))
    assert with_content_digest(turned)["content_digest"].to_pylist() == alone


@given(rows)
def test_only_equal_contents_share_one(told: list[dict[str, Any]]) -> None:
    contents = {
        repr(sorted(r.items(), key=str)) for r in pa.Table.from_pylist(told, EVENTS).to_pylist()
    }
    assert len(set(digests(*told))) == len(contents)


def test_no_events_have_none() -> None:
    assert digests() == []
