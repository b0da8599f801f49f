"""Which texts name erased persons, and what stands in their place.

Nothing but a keyed hash of a name is kept, so that texts are recognised and the name is not. What
takes its place follows from the hash: the sums of a person stay together, under a pseudonym that
nobody can lead back to who it was without the key, which lies sealed.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping

import pyarrow as pa

from costplane.core.erased_person import ErasedPerson, PersonKind

PREFIX = "erased-"
"""Begins what stands in the place of a name."""

COLUMNS: dict[str, PersonKind] = {"user": "User", "session": "Session"}
"""The columns of events that hold names, and whose they are."""


class ErasedNames:
    """Recognises the names of erased persons; `key` is the installation's own."""

    def __init__(self, key: bytes, persons: Iterable[ErasedPerson]) -> None:
        self._key = key
        self._known = {(person.kind, person.digest): person for person in persons}
        known = self._known.values()
        self._whole = frozenset(pseudonym(p.digest) for p in known if p.with_sessions)

    def digest(self, kind: PersonKind, name: str) -> str:
        """The keyed hash of a name. Users are one without regard to case and blanks around."""
        text = f"{kind}\0{_folded(name) if kind == 'User' else name}"
        raw = text.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(raw, key=self._key, digest_size=32).hexdigest()

    def instead(self, kind: PersonKind, name: str) -> str | None:
        """What stands in the place of a name; None if nobody of that name was erased."""
        digest = self.digest(kind, name)
        return pseudonym(digest) if (kind, digest) in self._known else None

    def of_all(self, kind: PersonKind, names: Iterable[str]) -> dict[str, str]:
        """What stands in the place of those names that name erased persons."""
        found = ((name, self.instead(kind, name)) for name in names)
        return {name: other for name, other in found if other is not None}

    def always(self, kind: PersonKind, name: str) -> str:
        """What stands in the place of a name, whoever it is; of what stands so already, itself."""
        return name if name.startswith(PREFIX) else pseudonym(self.digest(kind, name))

    def with_sessions(self, user: str) -> bool:
        """Whether a user was erased with its sessions; `user` may be what stands for it."""
        person = self._known.get(("User", self.digest("User", user)))
        stands = person is not None and person.with_sessions
        return stands or user in self._whole


def pseudonym(digest: str) -> str:
    """What stands in the place of a name with this keyed hash."""
    return f"{PREFIX}{digest[:16]}"


def replaced(column: pa.ChunkedArray, texts: Mapping[str, str]) -> pa.ChunkedArray:
    """`column` with what `texts` has in the place of its values; the others stay."""
    if not texts:
        return column
    encoded = column.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    words = pa.array([texts.get(w, w) for w in encoded.dictionary.to_pylist()], pa.string())
    return pa.chunked_array([words.take(encoded.indices)], pa.string())


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().casefold()
