"""Numbers of log segments, on each database."""

import pytest
from sqlalchemy.exc import IntegrityError

from costplane.core.log_segment import LogSegment, Posted, Sealed
from costplane.store.control_plane import ControlPlane

FIRST, SECOND = Sealed(2**62, "host-1-a"), Sealed(2**62, "host-2-b")


def test_from_its_number_to_its_end(control: ControlPlane) -> None:
    segments = control.log_segments
    assert segments.number(SECOND, 7) == LogSegment(7, SECOND)
    segments.number(FIRST, 2**40)
    assert segments.find(Sealed(1, "host-1-a")) is None
    posted = Posted(accepted=3, duplicates=1, unpriced=2)
    segments.post(7, posted)
    assert segments.find(SECOND) == LogSegment(7, SECOND, posted)
    assert not segments.are_settled([7])
    segments.settle()
    assert segments.are_settled([7])
    assert not segments.are_settled([7, 2**40])
    assert segments.list() == [LogSegment(7, SECOND, posted, True), LogSegment(2**40, FIRST)]
    segments.forget([7, 8])
    assert segments.list() == [LogSegment(2**40, FIRST)]


def test_a_number_and_a_segment_are_given_once(control: ControlPlane) -> None:
    segments = control.log_segments
    segments.number(FIRST, 1)
    for sealed, number in ((SECOND, 1), (FIRST, 2)):
        with pytest.raises(IntegrityError):
            segments.number(sealed, number)
    assert segments.list() == [LogSegment(1, FIRST)]
