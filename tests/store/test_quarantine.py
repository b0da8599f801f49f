from dataclasses import replace
from datetime import timedelta

from costplane.core.quarantine import QuarantinedEvent
from costplane.store.control_plane import ControlPlane
from tests.store.values import START

EVENT = QuarantinedEvent(
    "gateway/eu-1", "b7c1", "FutureTime", "time is ahead", '{"id": "b7c1"}', START
)


def test_events_are_held_with_their_reason(control: ControlPlane) -> None:
    old = replace(EVENT, id="2", code="TooOld", received_at=START - timedelta(microseconds=1))
    control.quarantine.add([])
    control.quarantine.add([EVENT, old])
    assert control.quarantine.list() == [EVENT, old]
    assert control.quarantine.list(limit=1) == [EVENT]
    assert control.quarantine.count() == {"FutureTime": 1, "TooOld": 1}


def test_of_one_identity_the_first_stands(control: ControlPlane) -> None:
    again = replace(EVENT, message="again")
    control.quarantine.add([EVENT, again])
    control.quarantine.add([again])
    assert control.quarantine.list() == [EVENT]


def test_source_and_id_are_told_apart(control: ControlPlane) -> None:
    events = [replace(EVENT, source=s, id=i) for s, i in [("a", "bc"), ("ab", "c"), ("", "abc")]]
    control.quarantine.add(events)
    assert control.quarantine.count() == {"FutureTime": 3}


def test_any_text_is_held(control: ControlPlane) -> None:
    odd = replace(EVENT, source="a\0b", id="x" * 100_000, message="\ud800", event="☂" * 100_000)
    control.quarantine.add([odd, replace(odd, source="a\0c")])
    held = {event.source: event for event in control.quarantine.list()}
    assert held["a\ufffdb"] == replace(odd, source="a\ufffdb", message="?")
    assert len(held) == 2
