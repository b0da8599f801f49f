"""The intake log: what was accepted is on disk before anybody is told so.

Each process appends to a folder of its own, so that none waits for another. A segment is one
Arrow IPC file, written under another name, synced, then renamed, then its folder synced. It is
named by the time at which it was sealed, and removed when all tables hold it. Older versions of
Costplane kept segments in the folder of the logs itself, named by their numbers in the ledger.

Whether a process lives is told by a lock on the file beside its folder, which the kernel frees
when it ends, however it ends. What a dead one sealed is there for the writer, as everybody's is.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from pathlib import Path
from threading import Lock
from typing import BinaryIO

import pyarrow as pa

from costplane.core.log_segment import Sealed
from costplane.errors import DamagedData

FLAT = ""
"""The log of older versions: a segment's place in it is its number in the ledger."""

_SUFFIX = ".arrow"
_ALIVE = ".alive"


class SegmentLog:
    """The logs below one folder: the own one, named `own`, to append to, and all to read from.

    Threads may share it. No two processes have the same name.
    """

    def __init__(self, folder: Path, own: str) -> None:
        self._folder = folder
        self._own = own
        self._alive: BinaryIO | None = None
        self._lock = Lock()
        self._last = 0

    def append(self, events: pa.Table) -> Sealed:
        """Writes a segment; when this returns, it survives a power cut."""
        with self._lock:
            self._begin()
            self._last = max(time.time_ns(), self._last + 1)
            sealed = Sealed(self._last, self._own)
        target = self._path(sealed)
        draft = target.with_suffix(".draft")
        with draft.open("wb") as file:
            with pa.ipc.new_file(file, events.schema) as writer:
                writer.write_table(events)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(target)
        _sync(target.parent)
        return sealed

    def sealed(self) -> list[Sealed]:
        """The segments of all logs that are still here, in the order in which they were sealed."""
        flat = (Sealed(int(path.stem), FLAT) for path in _segments(self._folder))
        found = self._folder.glob(f"*/*{_SUFFIX}")
        return sorted([*flat, *(Sealed(int(path.stem), path.parent.name) for path in found)])

    def read(self, sealed: Sealed) -> pa.Table:
        """The events of a segment. Raises DamagedData if its file is not whole."""
        path = self._path(sealed)
        try:
            with pa.memory_map(str(path)) as source:
                return pa.ipc.open_file(source).read_all()
        except pa.ArrowInvalid as error:
            raise DamagedData(
                f"{path} is damaged ({error}); put it back from a copy, or move it away and send "
                "its events again",
                target=path.name,
            ) from error

    def remove(self, sealed: Sealed) -> None:
        """Forgets a segment that every table holds."""
        self._path(sealed).unlink(missing_ok=True)

    def sweep(self) -> list[str]:
        """Removes the logs of dead processes that have no segments any more; their names."""
        names = [path.name for path in self._folder.glob("*/") if not _segments(path)]
        return [name for name in names if name != self._own and self._swept(name)]

    def close(self) -> None:
        """The process appends no more. Its log goes, once it has no segments."""
        if self._alive is None:
            return
        self._alive.close()
        self._alive = None
        if not _segments(self._folder / self._own):
            self._swept(self._own)

    def _begin(self) -> None:
        """Makes the own log, after the sign of life by which others know not to sweep it."""
        if self._alive is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._alive = self._sign(self._own).open("wb")
            fcntl.flock(self._alive, fcntl.LOCK_EX)
            (self._folder / self._own).mkdir(exist_ok=True)
            _sync(self._folder)

    def _swept(self, name: str) -> bool:
        with self._sign(name).open("ab") as alive:
            try:
                fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            shutil.rmtree(self._folder / name, ignore_errors=True)
            self._sign(name).unlink(missing_ok=True)
        return True

    def _sign(self, name: str) -> Path:
        return self._folder / f"{name}{_ALIVE}"

    def _path(self, sealed: Sealed) -> Path:
        return self._folder / sealed.log / f"{sealed.place:020d}{_SUFFIX}"


def _segments(folder: Path) -> list[Path]:
    return list(folder.glob(f"*{_SUFFIX}"))


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
