"""Which control plane a data folder belongs to.

The two hold one installation between them: the control plane has the leases and the numbers of the
folder's log. A command that is given another one, or that is not told where it is, would write
beside it; so the folder keeps the id of the one that it was first opened with.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from costplane.errors import InvalidInput
from costplane.store.control_plane import ControlPlane

FILE = "control-plane.id"
"""In the data folder: the id of its control plane."""

OWN = "control.sqlite"
"""In the data folder: its control plane, unless that is elsewhere."""


def open_control(data: Path, address: str | None) -> ControlPlane:
    """Opens the control plane at `address`, or the folder's own one.

    Raises InvalidInput, with nothing written, for one that the folder does not belong to.
    """
    known = _known(data)
    if known is not None and address is None and not (data / OWN).exists():
        raise _refusal(data, f"there is no {data / OWN}")
    try:
        control = ControlPlane.open(address or data / OWN, known)
    except InvalidInput as fault:
        raise (_refusal(data, fault.message) if known else fault) from None
    if known is None and _keep(data, control.id) != control.id:
        control.close()
        raise _refusal(data, "another process has just opened it with another one")
    return control


def _known(data: Path) -> str | None:
    try:
        return (data / FILE).read_text("ascii").strip()
    except FileNotFoundError:
        return None


def _keep(data: Path, made: str) -> str | None:
    """Keeps the id, unless one is kept already; which one is."""
    draft = data / f"{FILE}.{secrets.token_hex(4)}"
    with draft.open("w", encoding="ascii") as file:
        file.write(made + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, data / FILE)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return _known(data)


def _refusal(data: Path, why: str) -> InvalidInput:
    return InvalidInput(
        f"{data} belongs to the control plane whose id is in {data / FILE}, but {why}; set "
        "COSTPLANE_CONTROL to the address with which its servers run",
        target="COSTPLANE_CONTROL",
    )
