"""What a statement reads, and the interface of whatever runs it (`engine/`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

import pyarrow as pa
from sqlglot import exp


@dataclass(frozen=True, slots=True)
class Files:
    """Parquet files that together are one relation of `schema`; no files is no rows.

    `uneven` files may lack columns of the schema, which are null in their rows.
    """

    paths: tuple[str, ...]
    schema: pa.Schema
    uneven: bool = False


@dataclass(frozen=True, slots=True)
class Derived:
    """The rows of a statement over further relations, made only when they are read."""

    statement: exp.Query
    relations: Mapping[str, Relation]


Relation: TypeAlias = "pa.Table | Files | Derived"


class Engine(Protocol):
    """Runs one statement over named relations."""

    def execute(
        self,
        statement: exp.Query,
        relations: Mapping[str, Relation],
        values: Mapping[str, datetime] | None = None,
    ) -> pa.Table:
        """The statement's rows. Table names in it are keys of `relations`; there are no others.

        `values` are those of its parameters, and may have more. What reading a statement takes may
        be kept with the object, which therefore never changes once it ran.
        Raises Unavailable for a file that cannot be read.
        """
        ...
