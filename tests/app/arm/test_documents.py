"""Documents of named resources: names of any case, exact amounts, no slip lost."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import ClassVar, Literal

import pytest

from costplane.app.arm.documents import Shape, decode, of_text, plain, read, text_of
from costplane.errors import InvalidInput


class Inner(Shape, frozen=True, kw_only=True):
    read_only: ClassVar[frozenset[str]] = frozenset({"spend"})

    start_date: datetime
    amount: Decimal | None = None
    grain: Literal["Monthly", "Yearly"] = "Monthly"
    lists: dict[str, tuple[str, ...]] | None = None


class Outer(Shape, frozen=True, kw_only=True):
    lenient: ClassVar[bool] = True

    e_tag: str = ""
    properties: Inner


def taken(text: str) -> Outer:
    return read(Outer, decode(text.encode()))


def test_names_of_any_case_become_azures() -> None:
    value = taken(
        '{"ID": "/x", "etag": "1", "PROPERTIES": {"StartDate": "2026-11-01", "AMOUNT": 100.650,'
        ' "spend": {"a": 1}, "grain": "yearly", "lists": {"Key": ["Ä"]}}}'
    )
    assert value.properties.start_date == datetime(2026, 11, 1, tzinfo=UTC)
    assert plain(value) == {
        "eTag": "1",
        "properties": {
            "startDate": "2026-11-01T00:00:00Z",
            "amount": Decimal("100.650"),
            "grain": "Yearly",
            "lists": {"Key": ["Ä"]},
        },
    }
    assert of_text(Outer, text_of(value)) == value


def test_amounts_keep_their_digits() -> None:
    value = taken('{"properties":{"startDate":"2026-11-01","amount":0.1234567890123456789012}}')
    assert value.properties.amount == Decimal("0.1234567890123456789012")
    assert '"amount":0.1234567890123456789012' in text_of(value)


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2020-06-19T22:21:51.1287144Z", datetime(2020, 6, 19, 22, 21, 51, 128714, UTC)),
        ("2020-06-20T00:00:00+02:00", datetime(2020, 6, 19, 22, tzinfo=UTC)),
        ("2020-06-20T00:00:00", datetime(2020, 6, 20, tzinfo=UTC)),
    ],
)
def test_times_of_every_form(written: str, instant: datetime) -> None:
    value = taken(f'{{"properties":{{"startDate":"{written}"}}}}')
    assert value.properties.start_date == instant


def test_null_is_absent() -> None:
    value = taken('{"properties":{"startDate":"2026-11-01","amount":null,"lists":null}}')
    assert value.properties == Inner(start_date=datetime(2026, 11, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("body", "target", "told"),
    [
        ("[]", "body", "must be a JSON object"),
        ("{", "body", "not JSON"),
        ('{"properties": 1}', "properties", "a JSON object, not a number"),
        ('{"properties": {}}', "properties", "missing required field `startDate`"),
        ('{"properties": {"startdat": 1}}', "properties.startdat", "known here are startDate"),
        ('{"properties": {"startDate": "x"}}', "properties.startDate", "is a time"),
        ('{"properties": {"startDate": 5}}', "properties.startDate", "is text"),
        (
            '{"properties": {"startDate": "2026-11-01", "STARTDATE": "2026-12-01"}}',
            "properties.STARTDATE",
            "given twice",
        ),
        (
            '{"properties": {"startDate": "2026-11-01", "grain": "Daily"}}',
            "properties.grain",
            "valid values: 'Monthly', 'Yearly'",
        ),
        (
            '{"properties": {"startDate": "2026-11-01", "amount": "1"}}',
            "properties.amount",
            "is a number",
        ),
        (
            '{"properties": {"startDate": "2026-11-01", "amount": 1e400}}',
            "properties.amount",
            "more digits",
        ),
        (
            '{"properties": {"startDate": "2026-11-01", "lists": {"a": [1]}}}',
            "properties.lists[...][0]",
            "Expected `str`",
        ),
        (
            '{"properties": {"startDate": "2026-11-01", "lists": {"a": ["\\u0000"]}}}',
            "properties.lists.a[0]",
            "no text",
        ),
    ],
)
def test_what_does_not_fit_is_told_with_its_path(body: str, target: str, told: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        taken(body)
    assert caught.value.target == target
    assert told in caught.value.message


def test_a_list_has_an_end() -> None:
    items = ",".join('"x"' for _ in range(1_001))
    with pytest.raises(InvalidInput, match="at most 1,000 items"):
        taken(f'{{"properties":{{"startDate":"2026-11-01","lists":{{"a":[{items}]}}}}}}')


def test_depth_is_no_attack() -> None:
    with pytest.raises(InvalidInput):
        taken('{"properties":' * 20_000 + "1" + "}" * 20_000)
