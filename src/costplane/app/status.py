"""What an installation can say of itself: how far its data reaches, what is being loaded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from sqlglot import exp

from costplane import __version__
from costplane.analysis.lines import in_scopes
from costplane.analysis.plan import Scopes
from costplane.app.readable_ledger import Snapshots
from costplane.core.relation import Engine
from costplane.core.sql import select

PROGRESS_FILE = "demo-progress.json"
_CURRENCY = "USD"


@dataclass(frozen=True, slots=True)
class Loading:
    """History that is being loaded: `loaded` of `total` parts; `what` is the present one."""

    active: bool
    loaded: int
    total: int
    what: str


@dataclass(frozen=True, slots=True)
class Status:
    """What runs. `oldest` and `newest` are the times of the first and last event."""

    version: str
    now: datetime
    currency: str
    demo: bool
    loading: Loading | None
    newest: datetime | None
    oldest: datetime | None


def write_loading(data: Path, loading: Loading) -> None:
    """Tells everybody who reads this folder's status how far loading is."""
    draft = data / f"{PROGRESS_FILE}.draft"
    draft.write_bytes(msgspec.json.encode(loading))
    draft.replace(data / PROGRESS_FILE)


def read_loading(data: Path) -> Loading | None:
    """How far loading is; None if this folder never had anything to load."""
    try:
        return msgspec.json.decode((data / PROGRESS_FILE).read_bytes(), type=Loading)
    except FileNotFoundError:
        return None


def _bounds(scopes: Scopes) -> exp.Query:
    text = "SELECT MIN(epoch_us(time)) AS oldest, MAX(epoch_us(time)) AS newest FROM usage"
    statement = select(text)
    return statement.where(*in_scopes(scopes, "event"))


def read_status(
    data: Path, ledger: Snapshots, engine: Engine, now: datetime, scopes: Scopes
) -> Status:
    """The status of the installation in `data`, as far as `scopes` show it."""
    loading = read_loading(data)
    rows = engine.execute(
        _bounds(scopes), {"usage": ledger.snapshot().relation("usage")}
    ).to_pylist()
    return Status(
        version=__version__,
        now=now,
        currency=_CURRENCY,
        demo=loading is not None,
        loading=loading if loading and loading.active else None,
        newest=_instant(rows[0]["newest"]),
        oldest=_instant(rows[0]["oldest"]),
    )


def _instant(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else datetime.fromtimestamp(microseconds / 1e6, UTC)
