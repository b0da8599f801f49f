"""Keys whose posting is due, on each database."""

from costplane.store.control_plane import ControlPlane


def test_marked_once_and_forgotten_when_settled(control: ControlPlane) -> None:
    keys = control.posting_keys
    keys.mark("tiers", ["b", "a"])
    keys.mark("tiers", ["a", "é"])
    keys.mark("capacity", ["a"])
    keys.mark("tiers", [])
    assert keys.due("tiers") == ["a", "b", "é"]
    keys.settled("tiers", ["a", "unknown"])
    assert keys.due("tiers") == ["b", "é"]
    assert keys.due("capacity") == ["a"]
