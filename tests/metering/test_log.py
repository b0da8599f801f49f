"""The intake log: what was appended is there, whole, in order."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from costplane.errors import DamagedData
from costplane.metering.log import SegmentLog


def events(*numbers: int) -> pa.Table:
    return pa.table({"n": pa.array(numbers, pa.int64()), "text": [f"ü{n}" for n in numbers]})


def test_what_was_appended_is_read_by_another_process(tmp_path: Path) -> None:
    SegmentLog(tmp_path / "log").append(7, events(1, 2, 3))
    again = SegmentLog(tmp_path / "log")
    assert again.pending() == [7]
    assert again.read(7) == events(1, 2, 3)


def test_pending_segments_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    log = SegmentLog(tmp_path)
    for segment in (10, 9, 100, 2**62, 1):
        log.append(segment, events(segment))
    assert log.pending() == [1, 9, 10, 100, 2**62]
    log.remove(9)
    log.remove(9)
    assert log.pending() == [1, 10, 100, 2**62]


def test_an_empty_segment_is_one(tmp_path: Path) -> None:
    log = SegmentLog(tmp_path)
    log.append(1, events())
    assert log.read(1).num_rows == 0


def test_a_draft_left_over_is_no_segment(tmp_path: Path) -> None:
    log = SegmentLog(tmp_path)
    log.append(1, events(1))
    (whole,) = tmp_path.iterdir()
    whole.with_name(f"{2:020d}.draft").write_bytes(whole.read_bytes()[:100])
    assert log.pending() == [1]
    log.append(2, events(2))
    assert log.pending() == [1, 2]
    assert log.read(2) == events(2)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("kept", [0, 1, 7, 100, -1, -9])
def test_a_truncated_segment_is_told(tmp_path: Path, kept: int) -> None:
    log = SegmentLog(tmp_path)
    log.append(1, events(*range(1_000)))
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(DamagedData, match="is damaged") as told:
        log.read(1)
    assert str(path) in told.value.message


def test_what_was_read_stays_after_the_segment_is_gone(tmp_path: Path) -> None:
    log = SegmentLog(tmp_path)
    log.append(1, events(*range(100)))
    read = log.read(1)
    log.remove(1)
    assert read == events(*range(100))
