"""Names in what looks at persons were about, however they are written (billing-rules 30)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from costplane.app.erasing.names import ErasedNames
from costplane.app.erasing.other_texts import look_without
from costplane.core.erased_person import ErasedPerson, PersonKind
from costplane.core.exact_json import json_text

NAMES = (
    "jane.roe",
    'Roe, "Jane" \\ at /; Session x',
    "\x00\x1f\x7f '--\N{RIGHT-TO-LEFT OVERRIDE}\N{GRINNING FACE}",
    "Ä" * 1_024,
)


class Counting(ErasedNames):
    """Tells how many names were hashed."""

    hashed = 0

    def digest(self, kind: PersonKind, name: str) -> str:
        self.hashed += 1
        return super().digest(kind, name)


def erased(name: str) -> Counting:
    digest = ErasedNames(b"key", ()).digest("User", name)
    return Counting(
        b"key", [ErasedPerson("User", digest, False, datetime(2026, 11, 2, tzinfo=UTC))]
    )


def quoted(*texts: str) -> str:
    return ", ".join(json_text(text).decode() for text in texts)


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_found_among_others(name: str) -> None:
    names = erased(name)
    other = names.instead("User", name)
    assert other is not None
    around = [text for text in NAMES if text != name]
    look = f"User {quoted(name.upper(), *around)}; Session {quoted(*around)} at /"
    told = f"User {quoted(other, *around)}; Session {quoted(*around)} at /"
    assert look_without(look, names) == told
    assert look_without(told, names) == told


def test_a_long_text_takes_one_look_at_each_value() -> None:
    """One value that is all separators, and many values."""
    names = erased("jane.roe")
    values = [", ; at User " * 20_000, *("bob" for _ in range(5_000))]
    assert look_without(f"User {quoted(*values)} at /", names).startswith('User ", ;')
    assert names.hashed == 2 * len(values)


@pytest.mark.parametrize("text", ["", "User at /", '"', '"\\', 'User a", "b" "\\x" at /"\n"'])
def test_other_texts_stay(text: str) -> None:
    assert look_without(text, erased("jane.roe")) == text
