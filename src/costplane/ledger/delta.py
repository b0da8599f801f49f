"""The Delta tables: append once, restate what bills restate, read a consistent version of all.

A commit carries `txn(app, version)` (Delta protocol, "Transaction Identifiers"), so that the same
posting committed again is told and left out; delta-rs accepts a lower number from a fresh handle,
therefore the comparison is made here (architecture.md, "Exactly once").

It carries `txn("writer", fence)` too, the fencing number of the writer's lease. Of two commits at
once with one app the log takes one, so that none is made without having seen the other's number.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
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
from deltalake.exceptions import CommitFailedError, DeltaError
from sqlglot import exp

from costplane.core.lease import COMPACTOR, WRITER
from costplane.core.relation import Files
from costplane.core.tables import TABLES
from costplane.errors import InvalidInput, LeaseLost, NotFound, Unavailable
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
SEGMENT = "segment"
"""The app of a segment's commits, whose numbers are those of segments."""
SETTLING = "settling"
"""The app of a settling's commits."""

_TOGETHER = {SEGMENT: ("usage", "charges", "uncharged"), SETTLING: ("charges", "uncharged")}
"""The tables of which an app commits to one after another what belongs together."""

_ATTEMPTS = 20
_HOOKS = PostCommitHookProperties(create_checkpoint=True, cleanup_expired_logs=True)
_UNSAFE = frozenset("%*?[]^|\\")
"""Characters in a folder's path that delta-rs reads as an escape or refuses, or DuckDB as a
pattern."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One version of every table, with the files that hold it. `commits`: for each app whose rows
    of several tables belong together, the last number that each of these tables has."""

    versions: Mapping[str, int]
    files: Mapping[str, Files]
    commits: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def relation(self, table: str) -> Files:
        """The files of `table` in this snapshot."""
        return self.files[table]


class Ledger:
    """The tables under one location. Threads may share it; one writer at a time appends."""

    def __init__(self, location: str) -> None:
        """Raises InvalidInput for a local path that the storage libraries cannot take."""
        self.location = location.rstrip("/")
        _check(self.location)
        self._lock = threading.Lock()
        self._tables: dict[str, DeltaTable] = {}
        self._latest: Snapshot | None = None
        self._looked: dict[str, int] = {}
        self._fence = 0

    @cached_property
    def id(self) -> str:
        """What tells these tables from any others, whatever address they are reached by."""
        with self._lock:
            return str(self._open("usage").metadata().id)

    def found_id(self) -> str | None:
        """The id of the tables, if they are there; none are made."""
        return self.id if DeltaTable.is_deltatable(self._uri("usage")) else None

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

    def before(self, table: str, version: int, app: str, number: int) -> int:
        """The newest version of `table`, up to the given one, that has of `app` nothing after
        `number`. Raises NotFound if none is kept."""
        while _highest(self._at(table, version), app) > number:
            version -= 1
        return version

    def committed(self, table: str, app: str) -> int:
        """The highest version that `app` committed to `table`; -1 if none."""
        with self._lock:
            return _highest(self._newest(table), app)

    def append(self, table: str, rows: pa.Table, *, app: str, version: int) -> bool:
        """Commits `rows` with `txn(app, version)`. False, with nothing written, if that version
        of `app` or a later one is already there. No rows commit nothing but the number.

        Raises LeaseLost, with nothing written, where a later writer has been.
        """
        numbers = {WRITER: self._fence, app: version}
        with self._lock:
            for _ in range(_ATTEMPTS):
                handle = self._writable(table)
                if _highest(handle, app) >= version:
                    return False
                with suppress(CommitFailedError):  # another came first: the next turn sees whose
                    _commit(handle, _stream(rows, TABLES[table]), numbers)
                    return True
        raise Unavailable(f"the table {table} is changed by too many at once; try again")

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
        as DeltaError, and nothing is committed. Raises LeaseLost as `append` does."""
        numbers = {WRITER: self._fence, app: version}
        with self._lock:
            _commit(self._writable(table), rows, numbers, replaced.sql())

    @contextmanager
    def fenced(self, fence: int) -> Iterator[None]:
        """Until the block ends, commits carry this number and are refused where a greater one was
        seen. Outside, they are refused wherever any was."""
        self._fence = fence
        try:
            yield
        finally:
            self._fence = 0

    def seal(self) -> None:
        """Shows the present number to every table: no former writer commits from now on.

        Raises LeaseLost where a later one has been.
        """
        for table in TABLES:
            self.append(table, TABLES[table].empty_table(), app=WRITER, version=self._fence)

    def compact(self, table: str, fence: int = 0) -> None:
        """Merges small files of `table`, and removes those that were merged more than a day ago,
        and those that stopped processes wrote before then and never committed.

        Appends go on meanwhile. `fence` is that of the compactor's lease: raises LeaseLost where
        a later one has been.
        """
        handle = DeltaTable(self._uri(table))
        if _highest(handle, COMPACTOR) > fence:
            raise LeaseLost(f"another process compacts the table {table} now")
        try:
            handle.optimize.compact(
                target_size=256 * 1024 * 1024,
                writer_properties=_WRITER,
                commit_properties=CommitProperties(
                    app_transactions=[Transaction(COMPACTOR, fence)]
                ),
            )
        except CommitFailedError as error:
            raise LeaseLost(f"another process changed the files of {table}: {error}") from None
        handle.vacuum(dry_run=False, full=True)

    def replace(self, table: str, replacements: Sequence[Replacement], number: str) -> int:
        """Replaces texts in all rows of `table`, and adds to their column `number`; how many rows
        changed. One commit; no row comes or goes. Raises LeaseLost as `append` does."""
        commit = CommitProperties(app_transactions=[Transaction(WRITER, self._fence)])
        with self._lock:
            handle = self._writable(table)
            try:
                return replace_texts(handle, replacements, number, _WRITER, commit)
            except CommitFailedError as error:
                raise LeaseLost(f"another process changed the table {table}: {error}") from None

    def forget_former(self, table: str) -> None:
        """Deletes what `table` held and holds no more, and every version before now. Pages of
        answers that were begun before cannot be turned any further. Raises LeaseLost as `append`
        does."""
        with self._lock:
            forget_former(self._writable(table), _LOG_KEPT)

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
        if "://" in self.location or is_due or following.exists() or not last.exists():
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

    def _newest(self, table: str) -> DeltaTable:
        """The handle of a table, as of now. The lock is held until it has been used."""
        handle = self._open(table)
        handle.update_incremental()
        return handle

    def _writable(self, table: str) -> DeltaTable:
        """The newest handle of a table, to commit with. Raises LeaseLost where a later writer has
        been."""
        handle = self._newest(table)
        if _highest(handle, WRITER) > self._fence:
            raise LeaseLost(f"another process writes to the table {table} now")
        return handle

    def _uri(self, table: str) -> str:
        return f"{self.location}/{table}"

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


def _highest(handle: DeltaTable, app: str) -> int:
    version = handle.transaction_version(app)
    return -1 if version is None else version


def _commit(
    handle: DeltaTable,
    rows: pa.RecordBatchReader,
    numbers: Mapping[str, int],
    replaced: str | None = None,
) -> None:
    """Adds rows, in place of those for which the predicate `replaced` holds, with the numbers of
    apps. Raises CommitFailedError where another commit with one of these apps came first."""
    transactions = [Transaction(app, number) for app, number in numbers.items()]
    shared: dict[str, Any] = {
        "commit_properties": CommitProperties(app_transactions=transactions),
        "post_commithook_properties": _HOOKS,
        "writer_properties": _WRITER,
        "target_file_size": 256 * 1024 * 1024,
    }
    if replaced is None:
        write_deltalake(handle, rows, mode="append", **shared)
    else:
        write_deltalake(handle, rows, mode="overwrite", predicate=replaced, **shared)


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
    versions = {name: handle.version() for name, handle in tables.items()}
    commits = {
        app: {name: _highest(tables[name], app) for name in together if name in tables}
        for app, together in _TOGETHER.items()
    }
    return Snapshot(versions, files, commits)


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
