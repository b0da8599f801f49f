"""Texts that people wrote stay texts in a statement, whatever they look like."""

from __future__ import annotations

from sqlglot import exp

from costplane.core.sql import Words

HOSTILE = (
    "it's",
    "'; DROP TABLE charges; --",
    "/* */ \\' :w0 $1 ?",
    "",
    "\N{RIGHT-TO-LEFT OVERRIDE}\N{GRINNING FACE}\n",
)


def test_words_stand_as_literals_in_their_places() -> None:
    words = Words()
    listed = ", ".join(words(text) for text in HOSTILE)
    found = words.query(f"SELECT name FROM rows WHERE name IN ({listed}) OR name = {words('one')}")
    (one_of,) = found.find_all(exp.In)
    assert [literal.this for literal in one_of.expressions] == list(HOSTILE)
    assert [literal.this for literal in found.find_all(exp.Literal)].count("one") == 1
    assert not list(found.find_all(exp.Placeholder))
