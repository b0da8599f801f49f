"""Digests of events, computed on whole columns.

Content digests tell a duplicate from a conflict: they cover what an event told and nothing that
intake added, so that sending it again gives the same number.
"""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from costplane.core.tables import EVENTS

DIGEST_SIZE = 16
"""Bytes of an identity's digest: no two of 10**15 events share one by chance."""

Words = npt.NDArray[np.uint64]
_IDENTITY = frozenset({"source", "id"})
_MIX = np.uint64(0x9E3779B97F4A7C15)


def with_content_digest(events: pa.Table) -> pa.Table:
    """Adds `content_digest`: 64 bits of what each of the EVENTS told, its identity apart.

    What an event did not tell adds nothing, so its digest does not depend on its neighbours.
    """
    total = np.zeros(len(events), dtype=np.uint64)
    for name in EVENTS.names:
        if name not in _IDENTITY:
            total += _terms(name, events.column(name))
    digest = pa.array(total.view(np.int64))
    return events.append_column(pa.field("content_digest", pa.int64(), nullable=False), digest)


def digests_after(
    digests: pa.ChunkedArray, name: str, before: pa.ChunkedArray, after: pa.ChunkedArray
) -> pa.Array:
    """Content digests of the same events, told with other values in the column `name`: those that
    they would have if they had arrived so."""
    known = np.asarray(digests.to_numpy(), dtype=np.int64).view(np.uint64)
    return pa.array((known + _terms(name, after) - _terms(name, before)).view(np.int64))


def _terms(name: str, column: pa.ChunkedArray) -> Words:
    """What the values of a column add to digests."""
    if column.null_count == len(column):
        return np.zeros(len(column), dtype=np.uint64)
    words = _scatter(_column_words(column) ^ _word(f"\0{name}"))
    told = np.asarray(pc.is_valid(column).to_numpy(), dtype=np.bool_)
    return np.where(told, words, np.uint64(0))


def _column_words(column: pa.ChunkedArray) -> Words:
    if pa.types.is_integer(column.type) or pa.types.is_timestamp(column.type):
        whole = pc.fill_null(column.cast(pa.int64()), 0)
        return np.asarray(whole.to_numpy(), dtype=np.int64).astype(np.uint64)
    encoded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    words = [_word(value) for value in encoded.dictionary.to_pylist()]
    places = np.asarray(pc.fill_null(encoded.indices, 0).to_numpy(), dtype=np.int64)
    return np.array(words, dtype=np.uint64)[places]


def _scatter(values: Words) -> Words:
    """A bijective mix of 64-bit words (splitmix64's finaliser)."""
    with np.errstate(over="ignore"):
        mixed = values + _MIX
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return mixed ^ (mixed >> np.uint64(31))


def _word(text: str) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()))
