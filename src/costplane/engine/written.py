"""Statements as text with places for their tables: what writing one takes is done once.

Writing a statement takes longer than most of them run, and the same ones run again and again over
other files.
"""

from __future__ import annotations

import secrets
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlglot import exp
from sqlglot.generators.duckdb import DuckDBGenerator


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table stands. `name` is None for what is no name, such as a function of a file."""

    name: str | None
    shown: str
    alias: str


@dataclass(frozen=True, slots=True)
class Written:
    """The texts before, between and after the places, and the names of the parameters."""

    texts: tuple[str, ...]
    places: tuple[Place, ...]
    parameters: frozenset[str]

    def over(self, source: Callable[[Place], str]) -> str:
        """The whole text, with what `source` tells of each place."""
        parts = [self.texts[0]]
        for place, text in zip(self.places, self.texts[1:], strict=True):
            parts += [source(place), " AS ", place.alias, text]
        return "".join(parts)


@dataclass(slots=True)
class WrittenStatements:
    """What is written, as long as somebody holds the statement. Threads may share it."""

    _known: dict[int, tuple[weakref.ref[exp.Query], Written]] = field(default_factory=dict)

    def of(self, statement: exp.Query) -> Written:
        """The statement as text. It must not change afterwards."""
        number = id(statement)
        known = self._known.get(number)
        if known is not None and known[0]() is statement:
            return known[1]
        written = _written(statement)
        # Told apart as objects: to compare two takes as long as to write one.
        held = weakref.ref(statement, lambda _: self._known.pop(number, None))
        self._known[number] = held, written
        return written


def _written(statement: exp.Query) -> Written:
    writer = _Writer({cte.alias for cte in statement.find_all(exp.CTE)})
    texts = writer.generate(statement).split(writer.mark)
    order = [int(number) for number in texts[1::2]]
    places = tuple(writer.places[number] for number in order)
    return Written(tuple(texts[::2]), places, frozenset(writer.parameters))


class _Writer(DuckDBGenerator):
    """Leaves a number between two marks for each table that the statement does not define."""

    def __init__(self, own: set[str]) -> None:
        super().__init__(dialect="duckdb")
        self._own = own
        # Nobody who writes a literal can know it.
        self.mark = secrets.token_hex(16)
        self.places: list[Place] = []
        self.parameters: set[str] = set()

    def table_sql(self, expression: exp.Table, sep: str = " AS ") -> str:
        if expression.name in self._own:
            return super().table_sql(expression, sep)
        named = isinstance(expression.this, exp.Identifier)
        alias = self.sql(exp.to_identifier(expression.alias_or_name))
        place = Place(expression.name if named else None, expression.sql(), alias)
        self.places.append(place)
        return f"{self.mark}{len(self.places) - 1}{self.mark}"

    def parameter_sql(self, expression: exp.Parameter) -> str:
        self.parameters.add(expression.name)
        return super().parameter_sql(expression)

    def placeholder_sql(self, expression: exp.Placeholder) -> str:
        self.parameters.add(expression.name)
        return super().placeholder_sql(expression)
