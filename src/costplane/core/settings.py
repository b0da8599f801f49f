"""The registry of settings: name, default, meaning and what a value may be.

Menus, documentation and validation derive from `SETTINGS`; nothing else lists settings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from costplane.core.tags import DEFAULT_ALLOCATION_TAGS
from costplane.errors import InvalidInput

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """One setting. `check` gives the value of plain data (as JSON holds it) or raises
    ValueError with the fix."""

    name: str
    default: T
    meaning: str
    check: Callable[[object], T]

    def value(self, data: object) -> T:
        """`data` as a value of this setting. Raises InvalidInput, naming the setting."""
        try:
            return self.check(data)
        except ValueError as error:
            raise InvalidInput(f"setting {self.name}: {error}", target=self.name) from None


def _switch(data: object) -> bool:
    if not isinstance(data, bool):
        raise ValueError(f"{data!r} is neither true nor false")
    return data


def _count_from(least: int) -> Callable[[object], int]:
    def check(data: object) -> int:
        if isinstance(data, bool) or not isinstance(data, int) or data < least:
            raise ValueError(f"{data!r} is no whole number from {least} up")
        return data

    return check


def _tag_keys(data: object) -> tuple[str, ...]:
    if not isinstance(data, list | tuple) or not all(isinstance(k, str) for k in data):
        raise ValueError(f"{data!r} is no list of tag keys")
    keys = tuple(str(key).strip() for key in data)
    if not all(keys) or len({key.lower() for key in keys}) != len(keys):
        raise ValueError("every tag key is named once, without regard to case, and not blank")
    return keys


ALLOCATION_TAGS: Setting[tuple[str, ...]] = Setting(
    "allocation_tags",
    DEFAULT_ALLOCATION_TAGS,
    "Keys of event tags that charges carry (billing-rules 24)",
    _tag_keys,
)
TAG_INHERITANCE: Setting[bool] = Setting(
    "tag_inheritance",
    True,
    "Whether tags of the resource group and the subscription count for a resource's charges",
    _switch,
)
RETENTION_DAYS: Setting[int] = Setting(
    "retention_days",
    1_200,
    "Days for which usage is kept; older events go to the quarantine (billing-rules 6)",
    _count_from(1),
)
FUTURE_TOLERANCE_MINUTES: Setting[int] = Setting(
    "future_tolerance_minutes",
    5,
    "Minutes by which an event's time may be ahead of now (billing-rules 6)",
    _count_from(0),
)

MATCH_WINDOW_MINUTES: Setting[int] = Setting(
    "match_window_minutes",
    60,
    "Minutes between two sources' events about one call, at most (billing-rules 2)",
    _count_from(0),
)

INVOICE_CLOSE_DAYS: Setting[int] = Setting(
    "invoice_close_days",
    5,
    "Days after the end of a billing period at which it closes by itself (billing-rules 23)",
    _count_from(0),
)
INVOICE_DUE_DAYS: Setting[int] = Setting(
    "invoice_due_days",
    30,
    "Days from the date of an invoice to its due date",
    _count_from(0),
)

BILL_SETTLING_DAYS: Setting[int] = Setting(
    "bill_settling_days",
    2,
    "Last days of a bill of an open month for which metered usage still answers (billing-rules 25)",
    _count_from(0),
)

SETTINGS: dict[str, Setting[Any]] = {
    setting.name: setting
    for setting in (
        ALLOCATION_TAGS,
        TAG_INHERITANCE,
        RETENTION_DAYS,
        FUTURE_TOLERANCE_MINUTES,
        MATCH_WINDOW_MINUTES,
        INVOICE_CLOSE_DAYS,
        INVOICE_DUE_DAYS,
        BILL_SETTLING_DAYS,
    )
}
