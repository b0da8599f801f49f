"""The Delta tables: append once, restate what bills restate, read a consistent version of all.

A commit carries `txn(app, version)` (Delta protocol, "Transaction Identifiers"), so that the same
posting committed again is told and left out; delta-rs accepts a lower number from a fresh handle,
therefore the comparison is made here (architecture.md, "Exactly once").
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
from deltalake import (
    CommitProperties,
    DeltaTable,
    PostCommitHookProperties,
    Transaction,
    WriterProperties,
    write_deltalake,
)
from deltalake.exceptions import DeltaError
from sqlglot import exp

from costplane.core.relation import Files
from costplane.core.tables import TABLES
from costplane.errors import InvalidInput, NotFound
from costplane.ledger.columns import complete, was_completed
from costplane.ledger.replacement import Replacement, forget_former, replace_texts

_LOG_KEPT = "interval 7 days"
_CONFIGURATION = {
    "delta.checkpointInterval": "50",
    "delta.logRetentionDuration": _LOG_KEPT,
    "delta.deletedFileRetentionDuration": "interval 1 days",
}
_SKIPPING = {
    "usage": "time",
    "evidence": "time",
    "charges": "ChargePeriodStart",
    "allocated": "ChargePeriodStart",
    "billed": "ChargePeriodStart",
    "uncharged": "ChargePeriodStart",
}
_WRITER = WriterProperties(compression="ZSTD", compression_level=1, max_row_group_size=122_880)
_PART = 32_768
_LOOKED_THROUGH = 60 * 1_000_000_000
"""Nanoseconds after which a log is looked through whatever its next file."""
_HOOKS = PostCommitHookProperties(create_checkpoint=True, cleanup_expired_logs=True)
_UNSAFE = frozenset("%*?[]^|\\")
"""Characters in a folder's path that delta-rs reads as an escape or refuses, or DuckDB as a
pattern."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One version of every table, with the files that hold it."""

    versions: Mapping[str, int]
    files: Mapping[str, Files]

    def relation(self, table: str) -> Files:
        """The files of `table` in this snapshot."""
        return self.files[table]


class Ledger:
    """The tables under one location. Threads may share it; one writer at a time appends."""

    def __init__(self, location: str) -> None:
        """Raises InvalidInput for a local path that the storage libraries cannot take."""
        self._location = location.rstrip("/")
        _check(self._location)
        self._lock = threading.Lock()
        self._tables: dict[str, DeltaTable] = {}
        self._latest: Snapshot | None = None
        self._looked: dict[str, int] = {}

    def snapshot(self, versions: Mapping[str, int] | None = None) -> Snapshot:
        """The newest version of every table, or the given ones.

        `charges` and `uncharged` are read before `usage`, which is written first: whatever is
        charged has its usage in the snapshot. Raises NotFound for a version that is not there.
        """
        if versions is not None:
            return _snapshot_of({t: self._at(t, version) for t, version in versions.items()})
        with self._lock:
            for table in reversed(TABLES):
                self._update(table)
            found = {name: self._tables[name].version() for name in TABLES}
            if self._latest is None or self._latest.versions != found:
                self._latest = _snapshot_of(self._tables)
            return self._latest

    def committed(self, table: str, app: str) -> int:
        """The highest version that `app` committed to `table`; -1 if none."""
        with self._lock:
            handle = self._open(table)
            handle.update_incremental()
            version = handle.transaction_version(app)
        return -1 if version is None else version

    def append(self, table: str, rows: pa.Table, *, app: str, version: int) -> bool:
        """Commits `rows` with `txn(app, version)`. False, with nothing written, if that version
        of `app` or a later one is already there. No rows commit nothing but the number."""
        if self.committed(table, app) >= version:
            return False
        properties = CommitProperties(app_transactions=[Transaction(app, version)])
        with self._lock:
            write_deltalake(
                self._open(table),
                _stream(rows, TABLES[table]),
                mode="append",
                commit_properties=properties,
                post_commithook_properties=_HOOKS,
                writer_properties=_WRITER,
                target_file_size=256 * 1024 * 1024,
            )
        return True

    def restate(
        self,
        table: str,
        rows: pa.RecordBatchReader,
        replaced: exp.Condition,
        *,
        app: str,
        version: int,
    ) -> None:
        """Commits `rows` in place of those for which `replaced` holds, with `txn(app, version)`:
        both or neither. All of `rows` must be such. What raises while they are read, raises here
        as DeltaError, and nothing is committed."""
        with self._lock:
            handle = self._open(table)
            handle.update_incremental()
            write_deltalake(
                handle,
                rows,
                mode="overwrite",
                predicate=replaced.sql(),
                commit_properties=CommitProperties(app_transactions=[Transaction(app, version)]),
                post_commithook_properties=_HOOKS,
                writer_properties=_WRITER,
                target_file_size=256 * 1024 * 1024,
            )

    def compact(self, table: str) -> None:
        """Merges small files of `table` and removes those that no reader needs any more."""
        with self._lock:
            handle = self._open(table)
            handle.update_incremental()
            handle.optimize.compact(
                target_size=256 * 1024 * 1024,
                writer_properties=_WRITER,
                min_commit_interval=timedelta(minutes=1),
            )
            handle.vacuum(dry_run=False)

    def replace(self, table: str, replacements: Sequence[Replacement], number: str) -> int:
        """Replaces texts in all rows of `table`, and adds to their column `number`; how many rows
        changed. One commit; no row comes or goes."""
        with self._lock:
            handle = self._open(table)
            handle.update_incremental()
            return replace_texts(handle, replacements, number, _WRITER, None)

    def forget_former(self, table: str) -> None:
        """Deletes what `table` held and holds no more, and every version before now. Pages of
        answers that were begun before cannot be turned any further."""
        with self._lock:
            handle = self._open(table)
            handle.update_incremental()
            forget_former(handle, _LOG_KEPT)

    def _update(self, table: str) -> None:
        """Reads commits that came since. A local table has none where its last one's file is
        there and the next one's is missing; now and then its log is looked through all the same,
        since old ones are deleted."""
        handle = self._open(table)
        log, version = Path(self._uri(table), "_delta_log"), handle.version()
        last, following = (log / f"{number:020}.json" for number in (version, version + 1))
        now = time.monotonic_ns()
        before = self._looked.get(table)
        is_due = before is None or now - before > _LOOKED_THROUGH
        if "://" in self._location or is_due or following.exists() or not last.exists():
            handle.update_incremental()
            self._looked[table] = now

    def _at(self, table: str, version: int) -> DeltaTable:
        try:
            return DeltaTable(self._uri(table), version=version)
        except DeltaError:
            raise NotFound(
                f"version {version} of the table {table} is not kept any more; ask anew",
                target=table,
            ) from None

    def _uri(self, table: str) -> str:
        return f"{self._location}/{table}"

    def _open(self, table: str) -> DeltaTable:
        if table not in self._tables:
            stats = _SKIPPING.get(table)
            columns = {"delta.dataSkippingStatsColumns": stats} if stats else {}
            handle = DeltaTable.create(
                self._uri(table),
                TABLES[table],
                mode="ignore",
                name=table,
                configuration=_CONFIGURATION | columns,
            )
            complete(handle, TABLES[table])
            self._tables[table] = handle
        return self._tables[table]


def _stream(rows: pa.Table, schema: pa.Schema) -> pa.RecordBatchReader:
    """`rows` in the table's types, a part at a time: encoded words become text only then."""
    parts = (
        batch
        for part in rows.to_batches(max_chunksize=_PART)
        for batch in pa.Table.from_batches([part]).select(schema.names).cast(schema).to_batches()
    )
    return pa.RecordBatchReader.from_batches(schema, parts)


def _snapshot_of(tables: Mapping[str, DeltaTable]) -> Snapshot:
    files = {
        name: Files(
            tuple(sorted(_path(uri) for uri in handle.file_uris())),
            TABLES[name],
            uneven=was_completed(handle, TABLES[name]),
        )
        for name, handle in tables.items()
    }
    return Snapshot({name: handle.version() for name, handle in tables.items()}, files)


def _path(uri: str) -> str:
    """A local file's path: delta-rs gives it percent-encoded. Other addresses stay."""
    return uri if "://" in uri else unquote(uri)


def _check(location: str) -> None:
    if "://" in location:
        return
    found = sorted(_UNSAFE.intersection(str(Path(location).absolute())))
    if found:
        raise InvalidInput(
            f"tables cannot be kept in {location!r}: its path has {' '.join(found)} in it; "
            "choose another folder",
            target="tables",
        )
