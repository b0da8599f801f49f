"""What erasing persons asks of the control plane; `store/` implements it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from costplane.access.audit import AuditEntry
from costplane.core.erased_person import ErasedPerson


class ErasureStore(Protocol):
    """The erased persons. Each change is one transaction with its audit entry."""

    def all(self) -> list[ErasedPerson]:
        """Every erased person."""
        ...

    def begin(self, persons: Iterable[ErasedPerson], entry: AuditEntry) -> bool:
        """Remember persons of whom nothing is to be kept. False, with nothing written, if all of
        them are known, with as much."""
        ...

    def finish(self, entry: AuditEntry) -> None:
        """Remember that nothing names any of the persons any more."""
        ...

    def rewrite(self, event: Callable[[str], str], target: Callable[[str], str]) -> int:
        """Change the texts of quarantined events, and what audit entries of looks at persons are
        about; how many changed."""
        ...

    def rewrite_kept(self, document: Callable[[str], str]) -> int:
        """Change the documents of resources that callers keep; how many changed."""
        ...

    def shred(self) -> None:
        """Leave nothing of what was overwritten or deleted in the database's files."""
        ...
