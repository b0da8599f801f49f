"""Texts of a table's rows replaced, and the files that held them gone (billing-rules 30).

Files of a Delta table never change: those with such rows are written anew, in one commit. The old
ones, and the commits that tell of them, are deleted at once, not after the usual days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deltalake import CommitProperties, DeltaTable, WriterProperties

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
    updates = {one.column: _case(one.column, _quoted(one.texts), _name(one.column)) for one in told}
    terms = [_case(one.column, _numbers(one.added), "0") for one in told]
    done = table.update(
        updates={_name(name): text for name, text in updates.items()}
        | {_name(number): " + ".join([_name(number), *terms])},
        predicate=" OR ".join(f"{_name(o.column)} IN ({_list(o.texts)})" for o in told),
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


def _case(column: str, values: Mapping[str, str], other: str) -> str:
    whens = " ".join(f"WHEN {_text(told)} THEN {value}" for told, value in values.items())
    return f"CASE {_name(column)} {whens} ELSE {other} END"


def _quoted(texts: Mapping[str, str]) -> dict[str, str]:
    return {told: _text(other) for told, other in texts.items()}


def _numbers(added: Mapping[str, int]) -> dict[str, str]:
    return {told: str(number) for told, number in added.items()}


def _list(texts: Mapping[str, str]) -> str:
    return ", ".join(map(_text, texts))


def _name(column: str) -> str:
    return f'"{column}"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
