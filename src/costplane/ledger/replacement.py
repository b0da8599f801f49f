"""Texts of a table's rows replaced, and the files that held them gone (billing-rules 30).

Files of a Delta table never change: those with such rows are written anew, in one commit. The old
ones, and the commits that tell of them, are deleted at once, not after the usual days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from deltalake import CommitProperties, DeltaTable, WriterProperties
from sqlglot import exp

_KEPT = "delta.logRetentionDuration"


@dataclass(frozen=True, slots=True)
class Replacement:
    """What stands in the place of texts of `column`. `added` says by how much another column's
    number changes with each of them, modulo 2**64."""

    column: str
    texts: Mapping[str, str]
    added: Mapping[str, int]


def replace_texts(
    table: DeltaTable,
    replacements: Sequence[Replacement],
    number: str,
    writer: WriterProperties,
    commit: CommitProperties,
) -> int:
    """Replace texts, and add to the column `number`; how many rows changed. All in one commit."""
    told = [one for one in replacements if one.texts]
    updates = {one.column: _replaced(one) for one in told}
    updates[number] = sum(map(_added, told), start=_column(number))
    done = table.update(
        updates={_column(name).sql(): value.sql() for name, value in updates.items()},
        predicate=exp.or_(*map(_is_told, told)).sql(),
        writer_properties=writer,
        commit_properties=commit,
    )
    return int(done["num_updated_rows"])


def forget_former(table: DeltaTable, retention: str) -> None:
    """Delete the files that no row of now is in, and the commits before now. `retention` is how
    long commits are kept otherwise."""
    table.vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)
    # A commit tells what it looked for. This one comes after it, and what is before it goes.
    table.alter.set_table_properties({_KEPT: "interval 0 days"})
    try:
        table.create_checkpoint()
        table.cleanup_metadata()
    finally:
        table.alter.set_table_properties({_KEPT: retention})


def _replaced(one: Replacement) -> exp.Expr:
    return _case(one, map(_text, one.texts.values()), _column(one.column))


def _added(one: Replacement) -> exp.Expr:
    return _case(one, (exp.convert(one.added[text]) for text in one.texts), exp.convert(0))


def _case(one: Replacement, values: Iterable[exp.Expr], other: exp.Expr) -> exp.Case:
    """One of `values` for each of the texts, in their order."""
    told = zip(map(_text, one.texts), values, strict=True)
    ifs = [exp.If(this=text, true=value) for text, value in told]
    return exp.Case(this=_column(one.column), ifs=ifs, default=other)


def _is_told(one: Replacement) -> exp.Condition:
    return _column(one.column).isin(*map(_text, one.texts))


def _column(name: str) -> exp.Column:
    return exp.column(name, quoted=True)


def _text(value: str) -> exp.Literal:
    return exp.Literal.string(value)
