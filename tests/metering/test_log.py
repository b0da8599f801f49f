"""The intake log: what was appended is there, whole, in order, whichever process did it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from costplane.core.log_segment import Sealed
from costplane.errors import DamagedData
from costplane.metering.log import SegmentLog


def events(*numbers: int) -> pa.Table:
    return pa.table({"n": pa.array(numbers, pa.int64()), "text": [f"ü{n}" for n in numbers]})


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/*"))


def test_what_was_appended_is_read_by_another_process(tmp_path: Path) -> None:
    sealed = SegmentLog(tmp_path / "log", "a").append(events(1, 2, 3))
    assert sealed.log == "a"
    again = SegmentLog(tmp_path / "log", "b")
    assert again.sealed() == [sealed]
    assert again.read(sealed) == events(1, 2, 3)


def test_segments_of_all_logs_come_in_the_order_in_which_they_were_sealed(tmp_path: Path) -> None:
    logs = [SegmentLog(tmp_path, name) for name in ("b", "a")]
    sealed = [logs[n % 2].append(events(n)) for n in range(12)]
    assert logs[0].sealed() == logs[1].sealed() == sealed
    assert [logs[0].read(one)["n"].to_pylist() for one in sealed] == [[n] for n in range(12)]
    logs[1].remove(sealed[0])
    logs[0].remove(sealed[0])
    assert logs[0].sealed() == sealed[1:]


def test_a_clock_that_stands_still_gives_each_its_own_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("costplane.metering.log.time.time_ns", lambda: 5)
    log = SegmentLog(tmp_path, "a")
    assert [log.append(events(n)) for n in range(3)] == [Sealed(n, "a") for n in (5, 6, 7)]


def test_an_empty_segment_is_one(tmp_path: Path) -> None:
    log = SegmentLog(tmp_path, "a")
    assert log.read(log.append(events())).num_rows == 0


def test_a_draft_left_over_is_no_segment(tmp_path: Path) -> None:
    log = SegmentLog(tmp_path, "a")
    sealed = log.append(events(1))
    (whole,) = files(tmp_path)
    whole.with_name(f"{2:020d}.draft").write_bytes(whole.read_bytes()[:100])
    assert log.sealed() == [sealed]


@pytest.mark.parametrize("kept", [0, 1, 7, 100, -1, -9])
def test_a_truncated_segment_is_told(tmp_path: Path, kept: int) -> None:
    log = SegmentLog(tmp_path, "a")
    sealed = log.append(events(*range(1_000)))
    (path,) = files(tmp_path)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(DamagedData, match="is damaged") as told:
        log.read(sealed)
    assert str(path) in told.value.message


def test_what_was_read_stays_after_the_segment_is_gone(tmp_path: Path) -> None:
    log = SegmentLog(tmp_path, "a")
    sealed = log.append(events(*range(100)))
    read = log.read(sealed)
    log.remove(sealed)
    assert read == events(*range(100))


DYING = """
import os, sys, pyarrow as pa
from pathlib import Path
from costplane.metering.log import SegmentLog
log = SegmentLog(Path(sys.argv[1]), sys.argv[2])
sealed = log.append(pa.table({"n": [1]}))
if sys.argv[3] == "empty":
    log.remove(sealed)
    Path(sys.argv[1], sys.argv[2], "1.draft").write_bytes(b"half")
os._exit(9)
"""


def die(folder: Path, name: str, state: str) -> None:
    command = [sys.executable, "-c", DYING, str(folder), name, state]
    assert subprocess.run(command, check=False).returncode == 9


def test_a_dead_log_is_swept_once_it_is_empty(tmp_path: Path) -> None:
    die(tmp_path, "full", "full")
    die(tmp_path, "empty", "empty")
    living, idle = SegmentLog(tmp_path, "living"), SegmentLog(tmp_path, "idle")
    living.remove(living.append(events(1)))
    assert idle.sweep() == ["empty"]
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["full", "living"]
    (left,) = idle.sealed()
    idle.remove(left)
    assert living.sweep() == ["full"]
    living.append(events(2))
    assert len(idle.sealed()) == 1


def test_a_closed_log_goes_unless_it_has_segments(tmp_path: Path) -> None:
    done, left = SegmentLog(tmp_path, "done"), SegmentLog(tmp_path, "left")
    done.remove(done.append(events(1)))
    sealed = left.append(events(2))
    for log in (done, left, SegmentLog(tmp_path, "never")):
        log.close()
        log.close()
    assert [path.parent.name for path in files(tmp_path)] == ["left"]
    other = SegmentLog(tmp_path, "other")
    assert other.sweep() == []
    other.remove(sealed)
    assert other.sweep() == ["left"]
    assert list(tmp_path.iterdir()) == []
