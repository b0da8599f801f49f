"""Persons under pseudonyms: what stands in an answer for who may not see them (billing-rules 30).

A pseudonym is a keyed hash of the name, equal in every answer of an installation. The key enters
as the relation `pseudonym_key`, never as text of a statement, which is printed. Persons of a group
of fewer than five are merged: of so few a colleague would know who is who. A group is what all
other groupings and the bucket tell apart; without others it is the whole answer. Pseudonyms are
made before rows are put in order, so that their order tells nothing of names.
"""

from __future__ import annotations

import pyarrow as pa
from sqlglot import exp

from costplane.analysis.dimensions import PERSONS
from costplane.analysis.lines import bucket_alias
from costplane.analysis.nodes import (
    alias,
    column,
    columns,
    grouped,
    join,
    literal,
    number,
    select,
    template,
)
from costplane.analysis.plan import QueryPlan

KEY = "pseudonym_key"
"""The relation of one row and the column `key`."""

FEWEST = 5
"""Persons that a group has at least where they are told apart."""

MERGED = f"(fewer than {FEWEST})"
"""What stands for the persons of a smaller group."""

_PSEUDONYM = """
    CASE WHEN :value = '' THEN '' WHEN :crowd < :fewest THEN :merged ELSE :prefix || SUBSTR(
        SHA256(key || SHA256(key || :prefix || :value)), 1, 16) END"""


def persons(plan: QueryPlan) -> dict[str, str]:
    """The groups of the answer that name persons and must not: aliases and their dimensions."""
    groupings = plan.definition.groupings if plan.pseudonyms else ()
    return {
        f"g{n}": g.name
        for n, g in enumerate(groupings)
        if g.kind == "Dimension" and g.name in PERSONS
    }


def under_pseudonyms(plan: QueryPlan, source: str) -> tuple[exp.Select, exp.Select]:
    """How many persons each group of `source` has (`crowds`), and its rows with pseudonyms."""
    named = persons(plan)
    others = _others(plan)
    counted = [
        alias(template("COUNT(DISTINCT NULLIF(:value, ''))", value=column(name)), f"of_{name}")
        for name in named
    ]
    crowds = grouped(select([*columns(others), *counted], source))
    same = [
        exp.NullSafeEQ(this=column(name, source), expression=column(name, "crowds"))
        for name in others
    ]
    rest = exp.Star(except_=[exp.to_identifier(name, quoted=True) for name in named])
    kept = exp.Column(this=rest, table=exp.to_identifier(source, quoted=True))
    shown = [kept, *(alias(_pseudonym(source, g, name), g) for g, name in named.items())]
    joins = [join("crowds", on=same or [exp.true()]), join(KEY, on=[exp.true()])]
    return crowds, select(shown, source, joins=joins)


def key_relation(key: str) -> pa.Table:
    """The relation `pseudonym_key`."""
    return pa.table({"key": [key]})


def _others(plan: QueryPlan) -> list[str]:
    """What tells groups apart beside persons."""
    named = persons(plan)
    groups = (f"g{n}" for n in range(len(plan.definition.groupings)))
    return [*bucket_alias(plan), *(name for name in groups if name not in named)]


def _pseudonym(source: str, group: str, dimension: str) -> exp.Expr:
    return template(
        _PSEUDONYM,
        value=column(group, source),
        crowd=column(f"of_{group}", "crowds"),
        fewest=number(FEWEST),
        merged=literal(MERGED),
        prefix=literal(f"{dimension.lower()}-"),
    )
