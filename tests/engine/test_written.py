"""A statement is written once, and what is written goes with it."""

from __future__ import annotations

import gc

from sqlglot import exp

from costplane.core.sql import query, shared_query
from costplane.engine.written import WrittenStatements


def test_the_places_and_parameters_of_a_statement() -> None:
    statement = query(
        "WITH own AS (SELECT n FROM t) SELECT $day AS day, x.n, '0' AS text FROM own, \"T 2\" AS x "
        "WHERE x.n IN (SELECT n FROM read_csv('f'))"
    )
    written = WrittenStatements().of(statement)
    assert [(place.name, place.alias) for place in written.places] == [
        ("t", "t"),
        ("T 2", "x"),
        (None, '""'),
    ]
    assert written.places[2].shown.lower() == "read_csv('f')"
    assert written.parameters == {"day"}
    assert written.over(lambda place: f"<{place.name}>") == (
        "WITH own AS (SELECT n FROM <t> AS t) SELECT $day AS day, x.n, '0' AS text FROM own, "
        '<T 2> AS x WHERE x.n IN (SELECT n FROM <None> AS "")'
    )


def test_one_object_is_written_once_and_forgotten_with_it() -> None:
    statements = WrittenStatements()
    held, gone = query("SELECT n FROM t"), query("SELECT n FROM t")
    first = statements.of(held)
    assert statements.of(held) is first
    assert statements.of(gone) is not first
    assert len(statements._known) == 2
    del gone
    gc.collect()
    assert list(statements._known) == [id(held)]


def test_writing_leaves_the_statement_as_it_is() -> None:
    statement = query("SELECT ARRAY_AGG(n) AS a FROM t AS u WHERE n IN (1, 2) ORDER BY ALL")
    before = statement.copy()
    WrittenStatements().of(statement)
    assert statement == before
    assert not list(statement.find_all(exp.Subquery))


def test_a_text_that_comes_again_is_one_statement() -> None:
    assert shared_query("SELECT 1 AS n") is shared_query("SELECT 1 AS n")
    assert query("SELECT 1 AS n") is not query("SELECT 1 AS n")
