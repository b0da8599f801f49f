"""Events that are kept apart because they cannot count as they stand (billing-rules 6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class QuarantinedEvent:
    """An event that was held back, and why.

    `source` and `id` are its identity, `code` the reason (FutureTime, TooOld), `event` its
    own JSON text, `received_at` the instant of its arrival.
    """

    source: str
    id: str
    code: str
    message: str
    event: str
    received_at: datetime
