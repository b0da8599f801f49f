"""What of the demo a folder holds: what a further run may leave out.

It stands in a small JSON file, replaced as a whole once a part is there.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import msgspec

from costplane.demo.arrivals import SEED
from costplane.errors import InvalidInput

STATE_FILE = "demo-state.json"


class State(msgspec.Struct, frozen=True):
    """What is there: for each month (YYYY-MM) the hour up to which it is loaded.

    `edition` tells data of this demo from that of another version, whose hours differ.
    """

    edition: str
    prepared: bool = False
    replayed: bool = False
    months: dict[str, datetime] = {}


def write_state(data: Path, state: State) -> None:
    """Remember what is there."""
    draft = data / f"{STATE_FILE}.draft"
    draft.write_bytes(msgspec.json.encode(state))
    draft.replace(data / STATE_FILE)


def read_state(data: Path, now: datetime) -> State:
    """What is there, for a run that ends at `now`.

    Raises InvalidInput if the folder holds another version's demo, or hours after `now`.
    """
    path = data / STATE_FILE
    if not path.exists():
        return State(edition())
    state = msgspec.json.decode(path.read_bytes(), type=State)
    if state.edition != edition():
        raise InvalidInput(
            f"{data} holds the demo of another version of Costplane; delete that folder or give "
            "another one with --data",
            target="data",
        )
    latest = max(state.months.values(), default=now)
    if latest > now:
        raise InvalidInput(
            f"{data} holds the demo up to {latest:%Y-%m-%d %H:%M}, after {now:%Y-%m-%d %H:%M}; "
            "delete that folder, give another one with --data, or a later COSTPLANE_DEMO_NOW",
            target="COSTPLANE_DEMO_NOW",
        )
    return state


def edition() -> str:
    """Digest of the data that decides the demo's calls, catalog and prices."""
    digest = hashlib.sha256(str(SEED).encode())
    for entry in sorted(files("costplane.demo").joinpath("data").iterdir(), key=lambda e: e.name):
        digest.update(entry.name.encode() + entry.read_bytes())
    return digest.hexdigest()[:16]
