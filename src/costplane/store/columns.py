"""Column types that give back exactly what was stored, on every database."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Dialect, Text
from sqlalchemy.types import TypeDecorator

from costplane.catalog.model import FormerPlace
from costplane.core.tags import canonical

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware instant as whole microseconds since 1970-01-01 UTC.

    SQLite has no time type, and PostgreSQL's ends before Python's does; numbers sort the same.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> int | None:
        """The instant as a number. Raises ValueError for one without a zone."""
        return None if value is None else _microseconds(value)

    def process_result_value(self, value: int | None, _: Dialect) -> datetime | None:
        """The instant in UTC."""
        return None if value is None else _instant(value)


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal as the text that Python writes for it: every digit and every trailing zero.

    SQLite would keep a float, PostgreSQL's NUMERIC loses exponents. It is not for sorting.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, _: Dialect) -> str | None:
        """The decimal as text. Raises ValueError for NaN and infinities: they are no amounts."""
        if value is not None and not value.is_finite():
            raise ValueError(f"{value} is no amount")
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, _: Dialect) -> Decimal | None:
        """The decimal as it was."""
        return None if value is None else _decimal(value)


class TagSet(TypeDecorator[Mapping[str, str]]):
    """Tags as their canonical text (core/tags.py)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Mapping[str, str] | None, _: Dialect) -> str | None:
        """The tags as text, keys sorted."""
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, _: Dialect) -> Mapping[str, str] | None:
        """The tags, keys sorted."""
        return None if value is None else json.loads(value)


class Places(TypeDecorator[tuple[FormerPlace, ...]]):
    """The former places of a subscription, as JSON."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[Any] | None, _: Dialect) -> str | None:
        """The places as text."""
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: str | None, _: Dialect) -> tuple[FormerPlace, ...]:
        """The places; rows from before there were any have none."""
        return msgspec.json.decode(value or "[]", type=tuple[FormerPlace, ...])


def _microseconds(value: datetime) -> int:
    if value.tzinfo is None:
        raise ValueError(f"{value} has no time zone; instants are stored in UTC")
    return (value - _EPOCH) // _MICROSECOND


# A sheet repeats few instants and block sizes over tens of thousands of rows.
@lru_cache(maxsize=4_096)
def _instant(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


@lru_cache(maxsize=65_536)
def _decimal(text: str) -> Decimal:
    return Decimal(text)
