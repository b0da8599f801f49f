"""Saved estimates in a database."""

from __future__ import annotations

from datetime import UTC, datetime

from costplane.core.saved_estimate import SavedEstimate
from costplane.store.control_plane import ControlPlane

THEN = datetime(2026, 11, 22, 9, 30, 0, 123456, tzinfo=UTC)


def test_versions_count_up_and_stay(control: ControlPlane, address: str) -> None:
    first = control.estimates.add("Größe", THEN, 3, '{"a": 1}')
    second = control.estimates.add("Größe", THEN, 4, "{}")
    other = control.estimates.add("other", THEN, 4, "{}")
    assert first == SavedEstimate("Größe", 1, THEN, 3, '{"a": 1}')
    assert (second.version, other.version) == (2, 1)
    again = ControlPlane.open(address)
    assert again.estimates.find("Größe") == second
    assert again.estimates.find("Größe", 1) == first
    assert again.estimates.find("Größe", 3) is None
    assert again.estimates.find("größe") is None
    assert again.estimates.all() == [first, second, other]
    again.close()
