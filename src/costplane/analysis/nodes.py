"""Nodes of SQL, built directly: sqlglot's builders copy the whole tree with every clause.

The text of templates is constant; whatever a user wrote enters as a literal node.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache, reduce

import sqlglot
from sqlglot import exp

MONEY_TYPE = "DECIMAL(38, 12)"
"""The one type of amounts and quantities (core.tables.MONEY)."""


def template(text: str, **parts: exp.Expr) -> exp.Expr:
    """The expression `text` with its `:placeholders` replaced by `parts`."""
    found = _parsed(text).copy()
    for placeholder in list(found.find_all(exp.Placeholder)):
        part = parts[placeholder.name]
        placeholder.replace(part if part.parent is None else part.copy())
    return found


@lru_cache(maxsize=256)
def _parsed(text: str) -> exp.Expr:
    return sqlglot.parse_one(text, dialect="duckdb")


def column(name: str, table: str | None = None) -> exp.Column:
    """A quoted column."""
    return exp.Column(this=_identifier(name), table=_identifier(table) if table else None)


def columns(names: Iterable[str], table: str | None = None) -> list[exp.Expr]:
    """Quoted columns."""
    return [column(name, table) for name in names]


def _identifier(name: str) -> exp.Identifier:
    return exp.Identifier(this=name, quoted=True)


def literal(text: str) -> exp.Literal:
    """A text."""
    return exp.Literal.string(text)


def number(value: int) -> exp.Expr:
    """A whole number."""
    node = exp.Literal.number(abs(value))
    return exp.Paren(this=exp.Neg(this=node)) if value < 0 else node


def instant(value: datetime) -> exp.Expr:
    """An aware instant, comparable with a column of instants."""
    return cast(literal(value.isoformat(sep=" ")), "TIMESTAMPTZ")


def parameter(name: str) -> exp.Expr:
    """An instant that is given when the statement is run."""
    return exp.Parameter(this=exp.Var(this=name))


def cast(value: exp.Expr, to: str) -> exp.Expr:
    """`value` as the type `to`."""
    return exp.Cast(this=value, to=_type(to).copy())


@lru_cache(maxsize=32)
def _type(name: str) -> exp.DataType:
    return exp.DataType.build(name, dialect="duckdb")


def null(type_: str) -> exp.Expr:
    """A null of that type."""
    return cast(exp.Null(), type_)


def alias(value: exp.Expr, name: str) -> exp.Alias:
    """`value` under a name."""
    return exp.Alias(this=value, alias=_identifier(name))


def in_list(value: exp.Expr, texts: Iterable[str]) -> exp.Expr:
    """`value` is one of `texts`."""
    return exp.In(this=value, expressions=[literal(text) for text in texts])


def all_of(parts: Sequence[exp.Expr]) -> exp.Expr:
    """Every one of `parts`, of which there is at least one."""
    return reduce(lambda left, right: exp.And(this=left, expression=right), map(_whole, parts))


def any_of(parts: Sequence[exp.Expr]) -> exp.Expr:
    """Some of `parts`, of which there is at least one."""
    return reduce(lambda left, right: exp.Or(this=left, expression=right), map(_whole, parts))


def none_of(part: exp.Expr) -> exp.Expr:
    """Not `part`."""
    return exp.Not(this=exp.Paren(this=part))


def _whole(part: exp.Expr) -> exp.Expr:
    return exp.Paren(this=part) if isinstance(part, exp.Connector) else part


def select(
    shown: Iterable[exp.Expr],
    source: str | exp.Subquery,
    *,
    where: Sequence[exp.Expr] = (),
    joins: Sequence[exp.Join] = (),
) -> exp.Select:
    """SELECT `shown` FROM `source` WHERE all of `where`."""
    found = exp.Select(expressions=list(shown))
    found.set("from_", exp.From(this=_table(source) if isinstance(source, str) else source))
    if joins:
        found.set("joins", list(joins))
    if where:
        found.set("where", exp.Where(this=all_of(where)))
    return found


def grouped(query: exp.Select, having: Sequence[exp.Expr] = ()) -> exp.Select:
    """`query` grouped by all that it shows and is no aggregate; without rows no group, also
    where nothing but constants is shown."""
    query.set("group", exp.Group(all=True))
    query.set("having", exp.Having(this=all_of([template("COUNT(*) > 0"), *having])))
    return query


def join(source: str, *, on: Sequence[exp.Expr] = (), using: str = "", side: str = "") -> exp.Join:
    """A join with the table `source`."""
    clause = exp.Join(this=_table(source))
    if on:
        clause.set("on", all_of(on))
    if using:
        clause.set("using", [_identifier(using)])
    if side:
        clause.set("side", side)
    return clause


def _table(name: str) -> exp.Table:
    return exp.Table(this=_identifier(name))


def union_all(left: exp.Query, right: exp.Query) -> exp.Union:
    """The rows of both."""
    return exp.Union(this=left, expression=right, distinct=False)


def with_tables(query: exp.Select, tables: Mapping[str, exp.Query]) -> exp.Select:
    """`query` with common tables before it."""
    named = [
        exp.CTE(this=table, alias=exp.TableAlias(this=_identifier(name)))
        for name, table in tables.items()
    ]
    query.set("with_", exp.With(expressions=named))
    return query
