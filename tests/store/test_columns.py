from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError

from costplane.store.columns import ExactDecimal, Instant, TagSet
from costplane.store.database import Database, parse_address

METADATA = MetaData()
SAMPLE = Table(
    "sample",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("at", Instant),
    Column("amount", ExactDecimal),
    Column("tags", TagSet),
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SHARED_DATABASE = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def round_trip(database: Database, **values: object) -> dict[str, object]:
    with database.writing() as connection:
        key = connection.scalar(insert(SAMPLE).returning(SAMPLE.c.id), values)
    with database.reading() as connection:
        row = connection.execute(select(SAMPLE).where(SAMPLE.c.id == key)).mappings().one()
        return {name: row[name] for name in values}


@pytest.fixture
def database(address: str) -> Database:
    opened = Database(parse_address(address))
    METADATA.create_all(opened.engine)
    return opened


@SHARED_DATABASE
@given(at=st.datetimes(timezones=st.just(UTC)))
def test_instants_come_back_to_the_microsecond(database: Database, at: datetime) -> None:
    found = round_trip(database, at=at)["at"]
    assert found == at
    assert isinstance(found, datetime)
    assert found.tzinfo is UTC


@SHARED_DATABASE
@given(amount=st.decimals(allow_nan=False, allow_infinity=False))
def test_decimals_come_back_digit_by_digit(database: Database, amount: Decimal) -> None:
    found = round_trip(database, amount=amount)["amount"]
    assert isinstance(found, Decimal)
    assert found.as_tuple() == amount.as_tuple()


@SHARED_DATABASE
@given(tags=st.dictionaries(TEXT, TEXT, max_size=5))
def test_tags_come_back(database: Database, tags: dict[str, str]) -> None:
    assert round_trip(database, tags=tags)["tags"] == tags


def test_nothing_comes_back_as_nothing(database: Database) -> None:
    nothing = {"at": None, "amount": None, "tags": None}
    assert round_trip(database, **nothing) == nothing


def test_an_instant_of_another_zone_is_the_same_instant(database: Database) -> None:
    there = datetime(2026, 10, 15, 5, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert round_trip(database, at=there)["at"] == datetime(2026, 10, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "values",
    [{"at": datetime(2026, 1, 1)}, {"amount": Decimal("NaN")}, {"amount": Decimal("-Infinity")}],  # noqa: DTZ001
)
def test_what_means_nothing_is_not_stored(database: Database, values: dict[str, object]) -> None:
    with pytest.raises(StatementError, match=r"no time zone|is no amount"):
        round_trip(database, **values)
