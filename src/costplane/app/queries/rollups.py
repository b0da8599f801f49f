"""Sums of the ledger by days and months, kept beside it for questions over long ranges.

A Parquet file of a Delta table never changes, so sums of a set of files hold for every version
that has all of them: an answer reads the sums of the files that have some, and the rows of
the others. It is exact however far the sums are behind; they need no version, no lock and no
order, and may be deleted at any time: what is asked meanwhile is read from the rows. No file is
ever written twice, so that a reader has the sums it opened, or none.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from secrets import token_hex

import pyarrow as pa
import pyarrow.parquet as pq

from costplane.app.queries.rollup_rows import TIME, Level, Table, columns, schema, summed
from costplane.core.relation import Engine, Files, Relation

TABLES_ROLLED_UP: tuple[Table, ...] = ("charges", "uncharged")

AT_ONCE = 128 * 1024 * 1024
"""Bytes of files that are summed at once: what bounds the memory."""

SMALL = AT_ONCE // 2
"""Sums of less are made anew with what came since, so that there are never many of them."""

LEFT_AFTER = 24 * 3600
"""Seconds without a change after which sums of other columns, or without a list, are left over:
no process of another version makes them any more."""

_UNKNOWN_SIZE = AT_ONCE // 16
_LEVELS: tuple[Level, ...] = ("day", "month")


@dataclass(frozen=True, slots=True)
class Rollup:
    """Sums of the files `sources`, which have so many bytes."""

    place: Path
    sources: frozenset[str]
    size: int

    def file(self, level: Level) -> str:
        """The file of a level's sums."""
        return str(self.place.with_suffix(f".{level}.parquet"))


@dataclass(frozen=True, slots=True)
class Covered:
    """The files of a table: those of which there are sums, and the rest."""

    rollups: tuple[Rollup, ...]
    rest: Files

    def sums(self, table: Table, level: Level) -> Files:
        """The sums of a level as one relation."""
        return Files(tuple(rollup.file(level) for rollup in self.rollups), schema(table))


class Rollups:
    """Makes and finds rollups in a folder. Threads and processes may share it."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        self._engine = engine
        self._folder = folder / _digest("|".join(map(",".join, map(columns, TABLES_ROLLED_UP))))
        self._read: dict[str, Rollup] = {}
        self._found: dict[Table, tuple[tuple[object, ...], Covered]] = {}
        self._unused: frozenset[Path] = frozenset()

    def covered(self, table: Table, files: Files) -> Covered:
        """Which of the files of `table` have sums."""
        names = tuple(self._names(table))
        key, known = self._found.get(table, ((), Covered((), files)))
        if key == (names, files.paths, files.uneven):
            return known
        found = _cover(files, self._listed(names))
        self._found[table] = (names, files.paths, files.uneven), found
        return found

    def refresh(self, table: Table, files: Files) -> None:
        """Makes the sums that are missing, and deletes those of files that are no longer there,
        unless a query may still read them: those go the next time."""
        before = self.covered(table, files).rollups
        large = [rollup for rollup in before if rollup.size >= SMALL]
        known = frozenset[str]().union(*(rollup.sources for rollup in large))
        there = {rollup.sources for rollup in before}
        for paths, size in _batches([path for path in files.paths if path not in known]):
            if frozenset(paths) not in there:
                self._make(table, Files(paths, files.schema, files.uneven), size)

    def tidy(self, newest: Iterable[tuple[Table, Files]]) -> None:
        """Deletes what was unused at the last call already, and what is left over."""
        used = {r.place for table, files in newest for r in self.covered(table, files).rollups}
        there = {
            self._folder / Path(n).stem for table in TABLES_ROLLED_UP for n in self._names(table)
        }
        for place in self._unused - used:
            self._delete(place)
        self._unused = frozenset(there - used - self._unused)
        for path in _left_over(self._folder):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    def _names(self, table: Table) -> list[str]:
        return sorted(path.name for path in self._folder.glob(f"{table}-*.json"))

    def _listed(self, names: Iterable[str]) -> list[Rollup]:
        """The rollups of these lists; one that was deleted meanwhile is none."""
        found = []
        for name in names:
            try:
                found.append(self._rollup(name))
            except FileNotFoundError:
                continue
        return found

    def _rollup(self, name: str) -> Rollup:
        if name not in self._read:
            place = self._folder / name
            told = json.loads(place.read_text("utf-8"))
            self._read[name] = Rollup(
                place.with_suffix(""), frozenset(told["sources"]), told["size"]
            )
        return self._read[name]

    def _make(self, table: Table, files: Files, size: int) -> None:
        """Sums of some files under a name of their own; the list of these is written last, and
        is whole once it is there."""
        self._folder.mkdir(parents=True, exist_ok=True)
        place = self._folder / f"{table}-{_digest('|'.join(files.paths))}-{token_hex(8)}"
        rollup = Rollup(place, frozenset(files.paths), size)
        rows: Relation = files
        for level in _LEVELS:
            found = self._engine.execute(summed(table, level), {table: rows})
            rows = _as_table(found, table)
            pq.write_table(rows, rollup.file(level), compression="zstd", row_group_size=122_880)
        told = {"sources": sorted(files.paths), "size": size}
        partial = place.with_suffix(".partial")
        partial.write_text(json.dumps(told), "utf-8")
        partial.replace(place.with_suffix(".json"))
        self._keep_one(table, rollup.sources)

    def _keep_one(self, table: Table, sources: frozenset[str]) -> None:
        """Of sums that several processes made of the same files the first by name stay: whoever
        comes last sees all of them."""
        same = [r.place for r in self._listed(self._names(table)) if r.sources == sources]
        for place in sorted(same)[1:]:
            self._delete(place)

    def _delete(self, place: Path) -> None:
        """Takes the list away first, so that nobody begins to read."""
        self._read.pop(f"{place.name}.json", None)
        for suffix in (".json", *(f".{level}.parquet" for level in _LEVELS)):
            place.with_suffix(suffix).unlink(missing_ok=True)


def _left_over(folder: Path) -> list[Path]:
    """Folders beside `folder` of sums of other columns, and its own files without a list that a
    process left when it was stopped."""
    others = [path for path in folder.parent.glob("*/") if path.name != folder.name]
    stems = {path.stem for path in folder.glob("*.json")}
    files = [path for path in folder.glob("*") if path.name.partition(".")[0] not in stems]
    newest = time.time() - LEFT_AFTER
    return [path for path in (*others, *files) if _changed(path) < newest]


def _changed(path: Path) -> float:
    """When a file was written, or a folder had a file come or go, in seconds; never, if it is
    not there any more."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _cover(files: Files, rollups: Sequence[Rollup]) -> Covered:
    """The files by rollups that hold nothing else and do not overlap, the largest first."""
    there, taken = frozenset(files.paths), set[str]()
    chosen = []
    for rollup in sorted(rollups, key=lambda r: (-len(r.sources), r.place)):
        if rollup.sources <= there and not rollup.sources & taken:
            chosen.append(rollup)
            taken |= rollup.sources
    rest = tuple(path for path in files.paths if path not in taken)
    return Covered(tuple(chosen), Files(rest, files.schema, files.uneven))


def _batches(paths: Sequence[str]) -> Iterator[tuple[tuple[str, ...], int]]:
    """The paths in their order, so many at once as may be summed at once, with their bytes."""
    batch: list[str] = []
    size = 0
    for path in paths:
        its = _UNKNOWN_SIZE if "://" in path else Path(path).stat().st_size
        if batch and size + its > AT_ONCE:
            yield tuple(batch), size
            batch, size = [], 0
        batch.append(path)
        size += its
    if batch:
        yield tuple(batch), size


def _as_table(rows: pa.Table, table: Table) -> pa.Table:
    """Sums in the types of their table; times are named as there."""
    wanted = schema(table)
    instants = rows["start"].cast(pa.timestamp("us")).cast(wanted.field(TIME).type)
    named = rows.drop_columns(["start"]).add_column(0, TIME, instants)
    return named.select(wanted.names).cast(wanted)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:24]
