"""Named resources in a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from costplane.access.audit import AuditEntry
from costplane.core.arm_resource import ArmResource, Place
from costplane.store.control_plane import ControlPlane

THEN = datetime(2026, 11, 22, 9, 30, 0, 123456, tzinfo=UTC)
BUDGETS = Place("budgets", "/subscriptions/s1")


def resource(name: str, place: Place = BUDGETS, hours: int = 0) -> ArmResource:
    at = THEN + timedelta(hours=hours)
    return ArmResource(place, name, '{"a": 1}', f'"{name}"', at, "me", at, "me")


def added(control: ControlPlane, new: ArmResource, entry: AuditEntry | None = None) -> None:
    control.arm.change(new.place, new.name, lambda _: new, entry)


def test_a_resource_is_found_by_any_case_in_its_place_alone(control: ControlPlane) -> None:
    added(control, resource("Größe-A"))
    assert control.arm.find(BUDGETS, "größe-a") == resource("Größe-A")
    for other in (
        replace(BUDGETS, kind="exports"),
        replace(BUDGETS, scope="/subscriptions/s12"),
        replace(BUDGETS, owner="me"),
        replace(BUDGETS, parent="x"),
    ):
        assert control.arm.find(other, "Größe-A") is None
        assert control.arm.at(other) == []


def test_the_oldest_come_first(control: ControlPlane) -> None:
    for name, hours in (("b", 2), ("a", 2), ("c", 1)):
        added(control, resource(name, hours=hours))
    assert [found.name for found in control.arm.at(BUDGETS)] == ["c", "a", "b"]


def test_a_change_sees_what_is_there(control: ControlPlane) -> None:
    added(control, resource("a"))
    later = THEN + timedelta(days=1)

    def decide(found: ArmResource | None) -> ArmResource:
        assert found == resource("a")
        return replace(found, document="{}", etag='"2"', modified_at=later, modified_by="you")

    changed = control.arm.change(BUDGETS, "A", decide, None)
    assert control.arm.at(BUDGETS) == [changed]
    assert (changed.name, changed.created_at, changed.modified_at) == ("a", THEN, later)


def test_a_refused_change_leaves_everything(control: ControlPlane) -> None:
    added(control, resource("a"))

    def refuse(_: ArmResource | None) -> ArmResource:
        raise ValueError("no")

    entry = AuditEntry(THEN, "me", "ResourceSaved", "budgets a")
    with pytest.raises(ValueError, match="no"):
        control.arm.change(BUDGETS, "a", refuse, entry)
    assert control.arm.at(BUDGETS) == [resource("a")]
    assert control.access.audit(10) == []


def test_what_is_removed_takes_its_children_along(control: ControlPlane) -> None:
    runs = replace(BUDGETS, kind="runs", parent="a")
    for new in (resource("a"), resource("b"), resource("r1", runs), resource("r2", runs)):
        added(control, new)
    kept = resource("r3", replace(runs, parent="b"))
    added(control, kept)
    entry = AuditEntry(THEN, "me", "ResourceRemoved", "budgets a")
    assert control.arm.remove(BUDGETS, "A", entry, [runs])
    assert not control.arm.remove(BUDGETS, "A", entry, [runs])
    assert [found.name for found in control.arm.everywhere("budgets")] == ["b"]
    assert control.arm.everywhere("runs") == [kept]
    assert control.access.audit(10) == [entry]
