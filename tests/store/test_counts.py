"""Business counts are kept by identity."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from costplane.core.business_count import BusinessCount
from costplane.store.control_plane import ControlPlane

NOW = datetime(2026, 11, 20, tzinfo=UTC)
TEAM = (("Model", "gpt-4.1"), ("tag:team", "Grün"))


def test_the_same_again_replaces(control: ControlPlane) -> None:
    store = control.counts
    one = BusinessCount("chats", date(2026, 11, 2), "/", TEAM, Decimal("12.5"))
    other = BusinessCount("chats", date(2026, 11, 2), "/", (), Decimal(10**18))
    store.put([one, other], NOW)
    again = BusinessCount(one.unit, one.day, one.scope, TEAM, Decimal(3))
    store.put([again], NOW)
    assert store.between(date(2026, 11, 2), date(2026, 11, 2)) == [again, other]
    assert store.between(date(2026, 11, 3), date.max) == []
    assert store.between(date.min, date.max, "tickets") == []
    assert store.remove("chats", "/", date.min, date(2026, 11, 1)) == 0
    assert store.remove("chats", "/", date.min, date.max) == 2
