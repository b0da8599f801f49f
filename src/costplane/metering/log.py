"""The intake log: what was accepted is on disk before anybody is told so.

A segment is one Arrow IPC file, written under another name, synced, then renamed, then its
folder synced. Segments are numbered upward and removed when all tables hold them.
"""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa

from costplane.errors import DamagedData

_SUFFIX = ".arrow"


class SegmentLog:
    """The segments in one folder. One process appends at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def pending(self) -> list[int]:
        """The numbers of the segments that are still here, ascending."""
        return sorted(int(path.stem) for path in self._folder.glob(f"*{_SUFFIX}"))

    def append(self, segment: int, events: pa.Table) -> None:
        """Writes a segment; when this returns, it survives a power cut."""
        target = self._path(segment)
        draft = target.with_suffix(".draft")
        with draft.open("wb") as file:
            with pa.ipc.new_file(file, events.schema) as writer:
                writer.write_table(events)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(target)
        self._sync_folder()

    def read(self, segment: int) -> pa.Table:
        """The events of a segment. Raises DamagedData if its file is not whole."""
        path = self._path(segment)
        try:
            with pa.memory_map(str(path)) as source:
                return pa.ipc.open_file(source).read_all()
        except pa.ArrowInvalid as error:
            raise DamagedData(
                f"{path} is damaged ({error}); put it back from a copy, or move it away and send "
                "its events again",
                target=path.name,
            ) from error

    def remove(self, segment: int) -> None:
        """Forgets a segment that every table holds."""
        self._path(segment).unlink(missing_ok=True)

    def _path(self, segment: int) -> Path:
        return self._folder / f"{segment:020d}{_SUFFIX}"

    def _sync_folder(self) -> None:
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
