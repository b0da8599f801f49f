"""Rows of an agreement's file as adjustments."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from costplane.billing.text_rows import Row
from costplane.core.quantities import QUANTITIES
from costplane.core.scope import BENEFITS, ScopeKind, parse_scope
from costplane.errors import InvalidInput
from costplane.pricing.adjustment import (
    PATTERNS,
    Applies,
    Discount,
    ExchangeRate,
    Markup,
    Told,
)
from costplane.pricing.providers import provider_family

_APPLIES = ("scope", *PATTERNS, "valid_from", "valid_to")
_BLOCKS = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9}
_NO_SCOPES: frozenset[ScopeKind] = BENEFITS | {"ManagementGroup"}


def discount(row: Row, told: Told) -> Discount:
    """A negotiated discount."""
    row.only(("name", "percent", *_APPLIES))
    return Discount(row.text("name"), _percent(row), _applies(row), _told(row, told))


def markup(row: Row, told: Told) -> Markup:
    """A markup for cross-charging: `percent`, or `amount` of `currency` for `unit`."""
    row.only(("name", "percent", "amount", "currency", "unit", "tags", *_APPLIES))
    applies = replace(_applies(row), tags=_tags(row))
    name, place = row.text("name"), _told(row, told)
    if not row.text("amount", ""):
        return Markup(name, applies, place, percent=_percent(row))
    if row.text("percent", ""):
        raise row.fault("percent", "a markup is a percentage or an amount per unit, not both")
    block, unit = _unit(row)
    return Markup(
        name,
        applies,
        place,
        amount=row.amount("amount"),
        currency=row.text("currency"),
        block_size=block,
        unit=unit,
    )


def exchange_rate(row: Row, told: Told, source: str) -> ExchangeRate:
    """An exchange rate of a day, or of a month from its first day on."""
    row.only(("from", "to", "day", "month", "rate", "source"))
    return ExchangeRate(
        row.text("from"),
        row.text("to"),
        _day(row),
        row.amount("rate"),
        row.text("source", source),
        _told(row, told),
    )


def _day(row: Row) -> date:
    month, day = row.text("month", ""), row.text("day", "")
    if bool(month) == bool(day):
        raise row.fault("day", "give the day (2026-10-01) or the month (2026-10) of the rate")
    if day:
        return row.day("day").date()
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError:
        raise row.fault("month", f"is {month!r}; write a month such as 2026-10") from None


def _percent(row: Row) -> Decimal:
    text = row.text("percent").removesuffix("%").strip()
    return Row(row.place, {"percent": text}).amount("percent")


def _applies(row: Row) -> Applies:
    provider = _pattern(row, "provider")
    return Applies(
        row.day("valid_from"),
        row.day_or_none("valid_to"),
        _scope(row),
        provider if provider is None or "*" in provider else provider_family(provider),
        publisher_type=_pattern(row, "publisher_type"),
        publisher=_pattern(row, "publisher"),
        product=_pattern(row, "product"),
        meter=_pattern(row, "meter"),
        model=_pattern(row, "model"),
        deployment_type=_pattern(row, "deployment_type"),
    )


def _pattern(row: Row, name: str) -> str | None:
    return row.text(name, "").lower() or None


def _scope(row: Row) -> str | None:
    text = row.text("scope", "")
    if not text:
        return None
    try:
        scope = parse_scope(text)
    except InvalidInput as error:
        raise row.fault("scope", error.message) from None
    if scope.kind in _NO_SCOPES:
        raise row.fault(
            "scope",
            "a management group pays nothing, nor does a benefit; name a billing scope, a "
            "subscription, a resource group or a resource",
        )
    return None if scope.kind == "All" else scope.id


def _tags(row: Row) -> tuple[tuple[str, str], ...]:
    value = row.fields.get("tags") or {}
    named = (
        {key: text for key, text in value.items() if not key.startswith("\0")}
        if isinstance(value, dict)
        else None
    )
    if named is None or not all(isinstance(text, str) for text in named.values()):
        raise row.fault("tags", "are keys with one value each, such as {team: search}")
    return tuple(sorted(named.items()))


def _unit(row: Row) -> tuple[Decimal, str]:
    """The block and the noun of "1M Tokens"."""
    block, _, noun = row.text("unit").partition(" ")
    digits, suffix = block.rstrip("KMB"), block[len(block.rstrip("KMB")) :]
    units = {quantity.unit.lower(): quantity.unit for quantity in QUANTITIES}
    if not digits.isdecimal() or suffix not in _BLOCKS or noun.lower() not in units:
        known = ", ".join(sorted(set(units.values())))
        raise row.fault("unit", f"is {row.text('unit')!r}; write 1M Tokens; units are {known}")
    return Decimal(int(digits) * _BLOCKS[suffix]), units[noun.lower()]


def _told(row: Row, told: Told) -> Told:
    return replace(told, line=int(row.place.rpartition(":")[2]))
