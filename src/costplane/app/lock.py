"""One writer at a time on a data folder."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def writer_lock(folder: Path) -> Iterator[None]:
    """Waits until no other process writes to `folder`, then keeps others waiting.

    The kernel frees the lock when its process ends, however it ends.
    """
    with (folder / "writer.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
