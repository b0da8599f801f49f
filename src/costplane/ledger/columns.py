"""Columns that a table made by an older version lacks: added when it is opened.

Files stay as they are; in the rows of older ones the new columns are null. A mark in the
table's description, set before the columns are added, tells readers that files may differ.
"""

from __future__ import annotations

import pyarrow as pa
from deltalake import DeltaTable, Field, Schema
from deltalake.exceptions import DeltaError

from costplane.errors import Unavailable

_MARK = "Columns were added: older files lack them."
_ATTEMPTS = 5


def complete(table: DeltaTable, schema: pa.Schema) -> None:
    """Add the nullable columns of `schema` that `table` lacks.

    Raises Unavailable for a table that lacks others, which no addition can mend.
    """
    for attempt in range(_ATTEMPTS):
        lacking = _lacking(table, schema)
        if not lacking:
            return
        try:
            table.alter.set_table_description(_MARK)
            table.alter.add_columns(lacking)
        except DeltaError:  # another process adds them at the same time
            if attempt == _ATTEMPTS - 1:
                raise
        table.update_incremental()


def was_completed(table: DeltaTable, schema: pa.Schema) -> bool:
    """Whether files of `table` may lack columns of `schema`."""
    return table.metadata().description == _MARK or bool(_names(schema) - _known(table))


def _lacking(table: DeltaTable, schema: pa.Schema) -> list[Field]:
    missing = [field for field in schema if field.name not in _known(table)]
    needed = [field.name for field in missing if not field.nullable]
    if needed:
        raise Unavailable(
            f"the table at {table.table_uri} has no column {needed[0]}; it was made by a version "
            "of Costplane whose tables cannot be brought up to date"
        )
    return list(Schema.from_arrow(pa.schema(missing)).fields)


def _known(table: DeltaTable) -> set[str]:
    return {field.name for field in table.schema().fields}


def _names(schema: pa.Schema) -> set[str]:
    return set(schema.names)
