"""A saved estimate as the control plane keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SavedEstimate:
    """One version of an estimate under its name; versions count up from 1 and never change.

    `price_version` is the newest price sheet that it knew, `document` the estimate as JSON
    (app/estimating/saving.py).
    """

    name: str
    version: int
    saved_at: datetime
    price_version: int
    document: str
