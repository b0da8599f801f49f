"""SQL whose text is known: as statements for an engine, and the words that many share.

What a user wrote never stands in such a text; it enters as a literal node or as a relation.
"""

from __future__ import annotations

from functools import lru_cache

import sqlglot
from sqlglot import exp

from costplane.core.period import Period


def query(text: str) -> exp.Query:
    """A statement that has rows."""
    statement = sqlglot.parse_one(text, dialect="duckdb")
    assert isinstance(statement, exp.Query)
    return statement


@lru_cache(maxsize=128)
def shared_query(text: str) -> exp.Query:
    """The one statement of a text that comes again and again, such as for each hour or month: the
    engine need not write it anew. It must not be changed."""
    return query(text)


def select(text: str) -> exp.Select:
    """A SELECT, which can be narrowed with `where`."""
    statement = query(text)
    assert isinstance(statement, exp.Select)
    return statement


def within(column: str, period: Period) -> str:
    """The instants of a column lie in a period, as text for a WHERE."""
    start, end = (f"TIMESTAMPTZ '{i.isoformat(sep=' ')}'" for i in (period.start, period.end))
    return f"{column} >= {start} AND {column} < {end}"


def is_within(column: str, period: Period) -> exp.Condition:
    """The same as a node."""
    found = sqlglot.parse_one(within(column, period), dialect="duckdb")
    assert isinstance(found, exp.Condition)
    return found


class Words:
    """Texts of files and people, which enter a statement as literals once it is parsed."""

    def __init__(self) -> None:
        self._texts: list[str] = []

    def __call__(self, text: str) -> str:
        """The placeholder of a text."""
        self._texts.append(text)
        return f":w{len(self._texts) - 1}"

    def query(self, text: str) -> exp.Query:
        """A statement with the texts in their places."""
        found = query(text)
        for placeholder in list(found.find_all(exp.Placeholder)):
            word = self._texts[int(placeholder.name.removeprefix("w"))]
            placeholder.replace(exp.Literal.string(word))
        return found
