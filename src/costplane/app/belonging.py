"""Which control plane and which tables a data folder belongs to.

The three hold one installation between them: the control plane has the leases and the numbers of
the folder's log, the tables what was posted. A command that is given others, or that is not told
where they are, would write beside them; so the folder keeps the ids of those that it was first
opened with.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from costplane.errors import InvalidInput
from costplane.ledger.delta import Ledger
from costplane.store.control_plane import ControlPlane

CONTROL_ID = "control-plane.id"
"""In the data folder: the id of its control plane."""

TABLES_ID = "tables.id"
"""In the data folder: the id of its tables."""

OWN = "control.sqlite"
"""In the data folder: its control plane, unless that is elsewhere."""


def open_control(data: Path, address: str | None) -> ControlPlane:
    """Opens the control plane at `address`, or the folder's own one.

    Raises InvalidInput, with nothing written, for one that the folder does not belong to.
    """
    known = _known(data / CONTROL_ID)
    if known is not None and address is None and not (data / OWN).exists():
        raise _other_control(data, f"there is no {data / OWN}")
    try:
        control = ControlPlane.open(address or data / OWN, known)
    except InvalidInput as fault:
        raise (_other_control(data, fault.message) if known else fault) from None
    if known is None and _keep(data / CONTROL_ID, control.id) != control.id:
        control.close()
        raise _other_control(data, "another process has just opened it with another one")
    return control


def check_tables(data: Path, ledger: Ledger) -> None:
    """Raises InvalidInput, with nothing written, for tables that the folder does not belong to.
    The first ones are made if missing, and are its own from then on."""
    known = _known(data / TABLES_ID) or _keep(data / TABLES_ID, ledger.id)
    found = ledger.found_id()
    if found != known:
        others = "others are" if found else "none are"
        raise InvalidInput(
            f"{data} belongs to the tables whose id is in {data / TABLES_ID}, but {others} at "
            f"{ledger.location}; give --tables the place that its servers are given",
            target="tables",
        )


def _known(file: Path) -> str | None:
    try:
        return file.read_text("ascii").strip()
    except FileNotFoundError:
        return None


def _keep(file: Path, made: str) -> str | None:
    """Keeps an id, unless one is kept already; which one is."""
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    with draft.open("w", encoding="ascii") as written:
        written.write(made + "\n")
        written.flush()
        os.fsync(written.fileno())
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return _known(file)


def _other_control(data: Path, why: str) -> InvalidInput:
    return InvalidInput(
        f"{data} belongs to the control plane whose id is in {data / CONTROL_ID}, but {why}; set "
        "COSTPLANE_CONTROL to the address with which its servers run",
        target="COSTPLANE_CONTROL",
    )
