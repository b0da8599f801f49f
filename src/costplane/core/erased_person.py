"""An erased person as it is remembered: by a keyed hash alone (billing-rules 30)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

PersonKind = Literal["User", "Session"]


@dataclass(frozen=True, slots=True)
class ErasedPerson:
    """A user, or a session of one, whose name is kept nowhere.

    `digest` is a keyed hash of the name; `with_sessions` says of a user whether sessions that it
    begins later are replaced too. Until it is `finished`, its name may still stand somewhere, and
    what erases goes on.
    """

    kind: PersonKind
    digest: str
    with_sessions: bool
    erased_at: datetime
    finished: bool = False
