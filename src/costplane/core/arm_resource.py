"""What a caller keeps at a scope by name: a budget, an export, a view, a rule, ...

contract.md sections 4 to 11. What it holds is a JSON document whose shape its kind knows; here
are its address, its version (`etag`) and who made and changed it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where resources of a kind are. `scope` is a scope's id; `owner` names the caller to whom
    private ones belong, and is empty for shared ones; `parent` is the name, in lower case, of the
    resource that they belong to (runs of an export), else empty."""

    kind: str
    scope: str
    owner: str = ""
    parent: str = ""


@dataclass(frozen=True, slots=True)
class ArmResource:
    """A named resource. Names are one without regard to case; `name` is as it was written first.

    `document` is JSON text, `etag` changes whenever the document is saved.
    """

    place: Place
    name: str
    document: str
    etag: str
    created_at: datetime
    created_by: str
    modified_at: datetime
    modified_by: str

    @property
    def key(self) -> str:
        """What tells it apart in its place."""
        return self.name.lower()
