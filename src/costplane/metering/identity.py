"""Which events are known: an index of identities over the whole retention.

Identity is (source, id) alone (billing-rules, interfaces.md). The index keeps a 16-byte digest of
it with the segment that brought it and a digest of the content, so that a second one is told
as a duplicate, or as a conflict when its content differs. It is a cache of the table `usage`:
without it, it is built again from there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import lmdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from costplane.metering.digests import DIGEST_SIZE

_VALUE = np.dtype([("content", "<i8"), ("segment", "<i8")])
_LAST_SEGMENT = b"last-segment"


@dataclass(frozen=True, slots=True)
class Identities:
    """The identities of some events, in the order of their keys.

    `keys` are digests of (source, id), `positions` where each stands among the events,
    `contents` digests of the rest of each (metering/digests.py).
    """

    keys: list[bytes]
    positions: npt.NDArray[np.int64]
    contents: npt.NDArray[np.int64]

    @classmethod
    def of(cls, events: pa.Table) -> Identities:
        """The identities of rows that have `source`, `id` and `content_digest`."""
        raw = _keys(events)
        words = raw.view(">u8").reshape(-1, 2)
        order = np.lexsort((words[:, 1], words[:, 0]))
        text = raw[order].tobytes()
        keys = [text[at : at + DIGEST_SIZE] for at in range(0, len(text), DIGEST_SIZE)]
        contents = np.asarray(events["content_digest"].to_numpy(), dtype=np.int64)
        return cls(keys, order.astype(np.int64), contents[order])


@dataclass(frozen=True, slots=True)
class Recognition:
    """What is known of some events: `fresh` marks the rows to count, in the events' order.

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

    def recognise(self, identities: Identities, segment: int) -> Recognition:
        """Tells fresh events from known ones; ids that `segment` itself brought are fresh.

        Of several with one identity the first stands.
        """
        known = self._values(identities.keys)
        fresh = np.ones(len(identities.keys), dtype=np.bool_)
        conflicts: list[int] = []
        standing: tuple[bytes, int] = (b"", 0)
        for place, key in enumerate(identities.keys):
            content, brought_by = known.get(key, (0, segment))
            if brought_by != segment:
                standing = (key, content)
            elif key != standing[0]:
                standing = (key, int(identities.contents[place]))
                continue
            position = int(identities.positions[place])
            fresh[position] = False
            if int(identities.contents[place]) != standing[1]:
                conflicts.append(position)
        return Recognition(fresh, tuple(sorted(conflicts)))

    def record(self, identities: Identities, segment: int) -> None:
        """Adds the identities of fresh events that `segment` brought. Doing it again is safe."""
        values = np.empty(len(identities.keys), dtype=_VALUE)
        values["content"] = identities.contents
        values["segment"] = segment
        text, width = values.tobytes(), _VALUE.itemsize
        raw = [text[at : at + width] for at in range(0, len(text), width)]
        with self._store.begin(write=True) as transaction:
            with transaction.cursor(db=self._ids) as cursor:
                cursor.putmulti(list(zip(identities.keys, raw, strict=True)))
            last = transaction.get(_LAST_SEGMENT, db=self._marks)
            if last is None or int(last) < segment:
                transaction.put(_LAST_SEGMENT, str(segment).encode(), db=self._marks)

    def _values(self, keys: Sequence[bytes]) -> dict[bytes, tuple[int, int]]:
        with self._store.begin(db=self._ids) as transaction, transaction.cursor() as cursor:
            found = cursor.getmulti(keys)
        values = np.frombuffer(b"".join(value for _, value in found), dtype=_VALUE).tolist()
        return {key: value for (key, _), value in zip(found, values, strict=True)}


def _keys(events: pa.Table) -> npt.NDArray[np.uint8]:
    """Digests of (source, id), one row of bytes an event. The source's length stands before
    it, so that no two pairs run together to the same text."""
    sources = events["source"].to_pylist()
    prefixes = {s: f"{len(s)}:{s}" for s in set(sources)}
    digest = hashlib.blake2b
    text = b"".join(
        digest(f"{prefixes[source]}{event_id}".encode(), digest_size=DIGEST_SIZE).digest()
        for source, event_id in zip(sources, events["id"].to_pylist(), strict=True)
    )
    return np.frombuffer(text, dtype=np.uint8).reshape(-1, DIGEST_SIZE)
