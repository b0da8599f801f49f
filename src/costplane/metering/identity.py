"""Which events are known: an index of identities over the whole retention.

Identity is (source, id) alone (billing-rules, interfaces.md). The index keeps a 16-byte digest of
it with the segment that brought it and a digest of the content, so that a second one is told
as a duplicate, or as a conflict when its content differs. It is a cache of the table `usage`:
without it, it is built again from there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import lmdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_VALUE = np.dtype([("content", "<u8"), ("segment", "<i8")])
_LAST_SEGMENT = b"last-segment"
_NOT_CONTENT = frozenset({"source", "id"})
Digests = npt.NDArray[np.uint64]
_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Recognition:
    """What is known of a batch: `fresh` marks the rows to count, in the batch's order.

    `conflicts` are the positions of duplicates whose content differs from the first one's.
    """

    fresh: npt.NDArray[np.bool_]
    conflicts: tuple[int, ...]

    @property
    def duplicates(self) -> int:
        """Rows that were counted before, conflicts among them."""
        return int(len(self.fresh) - self.fresh.sum())


class IdentityIndex:
    """The index in one folder. One process writes; any may read."""

    def __init__(self, folder: Path, *, capacity: int = 64 * 1024**3) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._store = lmdb.open(str(folder), map_size=capacity, max_dbs=2, metasync=False)
        self._ids = self._store.open_db(b"ids")
        self._marks = self._store.open_db(b"marks")

    def close(self) -> None:
        """Releases the files."""
        self._store.close()

    def last_segment(self) -> int:
        """The newest segment whose ids are in the index; -1 for none."""
        with self._store.begin(db=self._marks) as transaction:
            found = transaction.get(_LAST_SEGMENT)
        return int(found) if found else -1

    def recognise(self, events: pa.Table, segment: int) -> Recognition:
        """Tells fresh rows of `events` from known ones; ids of `segment` itself are fresh."""
        keys = identity_digests(events)
        known = self._values(keys)
        contents = content_digests(events)
        fresh = np.ones(len(keys), dtype=bool)
        conflicts: list[int] = []
        first: dict[bytes, int] = {}
        for position, key in enumerate(keys):
            value = known.get(key)
            if value is not None and value[1] != segment:
                fresh[position] = False
                content = value[0]
            elif key in first:
                fresh[position] = False
                content = int(contents[first[key]])
            else:
                first[key] = position
                continue
            if content != int(contents[position]):
                conflicts.append(position)
        return Recognition(fresh, tuple(conflicts))

    def record(self, events: pa.Table, segment: int) -> None:
        """Adds the identities of fresh `events` that `segment` brought. Doing it again is safe."""
        values = np.empty(len(events), dtype=_VALUE)
        values["content"] = content_digests(events)
        values["segment"] = segment
        width = _VALUE.itemsize
        raw = values.tobytes()
        pairs = [
            (key, raw[position * width : (position + 1) * width])
            for position, key in enumerate(identity_digests(events))
        ]
        self._write(sorted(pairs), segment)

    def _write(self, pairs: Sequence[tuple[bytes, bytes]], segment: int) -> None:
        with self._store.begin(write=True) as transaction:
            with transaction.cursor(db=self._ids) as cursor:
                cursor.putmulti(pairs)
            last = transaction.get(_LAST_SEGMENT, db=self._marks)
            if last is None or int(last) < segment:
                transaction.put(_LAST_SEGMENT, str(segment).encode(), db=self._marks)

    def _values(self, keys: Iterable[bytes]) -> dict[bytes, tuple[int, int]]:
        with self._store.begin(db=self._ids) as transaction, transaction.cursor() as cursor:
            found = cursor.getmulti(sorted(set(keys)))
        values = np.frombuffer(b"".join(value for _, value in found), dtype=_VALUE).tolist()
        return {key: value for (key, _), value in zip(found, values, strict=True)}


def identity_digests(events: pa.Table) -> list[bytes]:
    """A 16-byte digest of each row's (source, id)."""
    sources = events.column("source").to_pylist()
    ids = events.column("id").to_pylist()
    prefixes = {s: len(s.encode()).to_bytes(4, "little") + s.encode() for s in set(sources)}
    digest = hashlib.blake2b
    return [
        digest(prefixes[source] + event_id.encode(), digest_size=16).digest()
        for source, event_id in zip(sources, ids, strict=True)
    ]


def content_digests(events: pa.Table) -> Digests:
    """A 64-bit digest of each row's facts, the identity apart; equal rows have equal digests."""
    total = np.zeros(len(events), dtype=np.uint64)
    for name in sorted(events.column_names):
        column = events.column(name)
        if name in _NOT_CONTENT or column.null_count == len(column):
            continue
        salt = np.uint64(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest()))
        total += _scatter(_column_digests(column) ^ salt)
    return total


def _column_digests(column: pa.ChunkedArray) -> Digests:
    if pa.types.is_integer(column.type) or pa.types.is_timestamp(column.type):
        whole = pc.fill_null(column.cast(pa.int64()), np.iinfo(np.int64).min)
        return np.asarray(whole.to_numpy(), dtype=np.int64).astype(np.uint64)
    encoded = column.cast(pa.string()).combine_chunks().dictionary_encode("encode")
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    words = [
        int.from_bytes(hashlib.blake2b((value or "\0null").encode(), digest_size=8).digest())
        for value in encoded.dictionary.to_pylist()
    ]
    places = np.asarray(encoded.indices.to_numpy(), dtype=np.int64)
    return np.array(words, dtype=np.uint64)[places]


def _scatter(values: Digests) -> Digests:
    """A bijective mix of 64-bit words (splitmix64's finaliser)."""
    with np.errstate(over="ignore"):
        mixed = values + _MIX
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return mixed ^ (mixed >> np.uint64(31))
