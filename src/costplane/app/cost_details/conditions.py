"""Conditions on rows of cost details: what a list of them can be narrowed by."""

from __future__ import annotations

from datetime import date
from typing import Literal

from sqlglot import exp

from costplane.analysis.nodes import any_of, cast, column, literal, template

Order = Literal["eq", "lt", "gt", "le", "ge"]

_ORDERS: dict[Order, type[exp.Binary]] = {
    "eq": exp.EQ,
    "lt": exp.LT,
    "gt": exp.GT,
    "le": exp.LTE,
    "ge": exp.GTE,
}
_PAIRS = """
    LIST_TRANSFORM(
        MAP_ENTRIES(CAST(CAST(tags AS JSON) AS MAP(TEXT, TEXT))),
        LAMBDA e: CONCAT(LOWER(e.key), ':', e.value)
    )"""


def is_text(names: tuple[str, ...], text: str) -> exp.Expr:
    """One of the columns has this text, whatever its case."""
    told = [
        exp.EQ(this=template("LOWER(:value)", value=column(name)), expression=literal(text.lower()))
        for name in names
    ]
    return any_of(told)


def is_tagged(text: str) -> exp.Expr:
    """The row has the tag `key:value`: keys of any case, values exact. Where both may hold a
    colon, every way to part them counts."""
    parts = text.split(":")
    pairs = [
        f"{':'.join(parts[:place]).lower()}:{':'.join(parts[place:])}"
        for place in range(1, len(parts))
    ]
    any_pair = " OR ".join(f"LIST_CONTAINS(pairs, :p{place})" for place in range(len(pairs)))
    values: dict[str, exp.Expr] = {f"p{place}": literal(pair) for place, pair in enumerate(pairs)}
    return template(f"({any_pair.replace('pairs', _PAIRS)})", **values)


def is_day(order: Order, day: date) -> exp.Expr:
    """The row's UTC day stands so to `day`."""
    return _ORDERS[order](this=column("day"), expression=cast(literal(day.isoformat()), "DATE"))
