"""The SQL of an allocation: which rows are given away, to whom, and how much.

A share is the difference of two rounded parts of the amount, so that the shares of a row sum to
what is taken from it, to the last digit.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlglot import exp

from costplane.app.allocation.columns import (
    ALLOCATION,
    AT_SOURCE,
    AT_TARGET,
    COSTS,
    PLACE,
    POSTED,
)
from costplane.app.arm.allocation_rule import RuleProperties
from costplane.core.money import LINE_PLACES
from costplane.core.period import Period
from costplane.core.sql import Words, within
from costplane.core.tables import CHARGES

_TAG = """LIST_FILTER(
    MAP_ENTRIES(CAST(CAST(Tags AS JSON) AS MAP(TEXT, TEXT))), LAMBDA e: LOWER(e.key) = {key}
)[1].value"""


def of_account(account: str, period: Period, words: Words) -> str:
    """Charges for use, of a billing account (in lower case) and a time. Purchases stay where
    they are."""
    return (
        f"ChargeCategory = 'Usage' AND LOWER(BillingAccountId) = {words(account)} "
        f"AND {within('ChargePeriodStart', period)}"
    )


def targets(rule: RuleProperties, account: str, month: Period) -> exp.Query:
    """The targets that have costs of their own: `name` as it compares, and the places where they
    are, one row each."""
    target, words = rule.target, Words()
    by_group = target.name == "ResourceGroupName" and target.resource_type == "Dimension"
    named = tuple(item.name for item in target.values)
    value = _value(target.resource_type, target.name, words)
    keys = [_comparable(value, target.resource_type)]
    if target.resource_type == "Tag":
        own = [f"CAST(NULL AS TEXT) AS {name}" for name in PLACE]
    else:
        own = [_place(name, group=by_group) for name in PLACE]
        keys += ["SubAccountId", "x_ResourceGroupName"] if by_group else ["SubAccountId"]
    return words.query(
        f"SELECT {keys[0]} AS name, {', '.join(own)} FROM charges "
        f"WHERE {of_account(account, month, words)} "
        f"AND {_one_of(value, target.resource_type, named, words)} "
        f"GROUP BY {', '.join(keys)} HAVING SUM(EffectiveCost) > 0 ORDER BY ALL"
    )


def days(account: str, month: Period) -> exp.Query:
    """The days of each billing period with charges or rows of allocations, and how many."""
    words = Words()
    columns = (
        "SELECT BillingPeriodStart AS billed, "
        "CAST(TIMEZONE('UTC', ChargePeriodStart) AS DATE) AS day"
    )
    where = of_account(account, month, words)
    return words.query(
        f"SELECT billed, day, COUNT(*) AS rows FROM ({columns} FROM charges WHERE {where} "
        f"UNION ALL {columns} FROM allocated WHERE {where}) AS line GROUP BY ALL ORDER BY ALL"
    )


def lines(table: str, account: str, stretch: Period, billed: datetime) -> exp.Query:
    """The rows of a table that a stretch of days of one billing period has."""
    words = Words()
    return words.query(
        f"SELECT * FROM {table} WHERE {of_account(account, stretch, words)} "
        f"AND BillingPeriodStart = TIMESTAMPTZ '{billed.isoformat(sep=' ')}'"
    )


def given(rule: RuleProperties, name: str) -> exp.Query:
    """Both sides of a rule: rows of `charges` and of `earlier` (those of the rules before it),
    taken from their place and given to `targets`."""
    words, source = Words(), rule.source
    value = _value(source.resource_type, source.name, words)
    columns = ", ".join(dict.fromkeys((*AT_SOURCE, *AT_TARGET, *POSTED, *COSTS)))
    rows = (
        f"SELECT {columns} FROM (SELECT {columns} FROM charges UNION ALL "
        f"SELECT {columns} FROM earlier) AS line "
        f"WHERE {_one_of(value, source.resource_type, source.values, words)}"
    )
    owner, called = "line" if rule.target.resource_type == "Tag" else "target", words(name)
    taken = {column: f"line.{column}" for column in AT_SOURCE}
    kept = {column: f"line.{column}" for column in AT_TARGET}
    kept |= {column: f"{owner}.{column}" for column in PLACE} | {"Tags": "target.tags"}
    return words.query(
        f"{_side(taken, called, '0', 'target.until', sign='-')} FROM ({rows}) AS line "
        "CROSS JOIN (SELECT MAX(until) AS until FROM targets) AS target GROUP BY ALL "
        f"UNION ALL {_side(kept, called, 'target.since', 'target.until', sign='')} "
        f"FROM ({rows}) AS line CROSS JOIN targets AS target GROUP BY ALL"
    )


def counted(account: str, month: Period) -> exp.Query:
    """How many charges there are; it changes whenever some are added."""
    words = Words()
    where = of_account(account, month, words)
    return words.query(f"SELECT COUNT(*) AS rows FROM charges WHERE {where}")


def _side(told: dict[str, str], name: str, since: str, until: str, *, sign: str) -> str:
    """The SELECT of one side, in the columns of `charges`."""
    values = dict(told)
    values |= {column: f"line.{column}" for column in POSTED}
    values |= {column: _share(column, since, until, sign) for column in COSTS}
    values |= {"AllocatedMethodId": name, "x_ChargeBasis": f"'{ALLOCATION}'", "x_Events": "0"}
    listed = (
        f'{values.get(field.name) or _null(str(field.type))} AS "{field.name}"' for field in CHARGES
    )
    return f"SELECT {', '.join(listed)}"


def _null(type_: str) -> str:
    return f"CAST(NULL AS {_TYPES.get(type_, 'TEXT')})"


_TYPES = {"int64": "BIGINT", "date32[day]": "DATE", "timestamp[us, tz=UTC]": "TIMESTAMPTZ"}
_TYPES |= {f"decimal128(38, {scale})": f"DECIMAL(38, {scale})" for scale in (LINE_PLACES, 18)}


def _share(column: str, since: str, until: str, sign: str) -> str:
    def part(bound: str) -> str:
        return f"ROUND(line.{column} * CAST({bound} AS DECIMAL(13, 12)), {LINE_PLACES})"

    return f"CAST({sign}SUM({part(until)} - {part(since)}) AS DECIMAL(38, {LINE_PLACES}))"


def _place(name: str, *, group: bool) -> str:
    if name == "SubAccountId" or (group and name == "x_ResourceGroupName"):
        return name
    if name == "x_ResourceGroupName":
        return "CAST(NULL AS TEXT) AS x_ResourceGroupName"
    return f"MAX({name}) AS {name}"


def _value(resource_type: str, name: str, words: Words) -> str:
    if resource_type == "Tag":
        return _TAG.format(key=words(name.lower()))
    return {"ResourceGroupName": "x_ResourceGroupName", "SubscriptionId": "SubAccountId"}[name]


def _comparable(value: str, resource_type: str) -> str:
    """Values of tags are exact; names and ids compare without regard to case."""
    return value if resource_type == "Tag" else f"LOWER({value})"


def comparable(value: str, resource_type: str) -> str:
    """A value of a rule as it compares; a subscription may be told by its path."""
    return value if resource_type == "Tag" else value.lower().removeprefix("/subscriptions/")


def _one_of(value: str, resource_type: str, values: Iterable[str], words: Words) -> str:
    listed = ", ".join(words(comparable(item, resource_type)) for item in values)
    return f"{_comparable(value, resource_type)} IN ({listed})"
