"""A business count: how many chats, tickets or other units of a business a day had.

It comes from outside and tells what costs are divided by (docs/unit-costs.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class BusinessCount:
    """The number of `unit` on a `day` at a scope, or of a part of it.

    `dimensions` are sorted pairs of a dimension's name, or `tag:key`, and a value: what of the
    scope is counted. All but `count` is the identity: the same again replaces it.
    """

    unit: str
    day: date
    scope: str
    dimensions: tuple[tuple[str, str], ...]
    count: Decimal
