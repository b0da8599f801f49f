"""Settlings post to two tables: whenever one is stopped, answers show both sides of it or none."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from costplane.app.settling import is_whole
from costplane.app.workspace import Workspace
from costplane.ledger.delta import Ledger
from tests.app.capacity.capacity_world import World, hourly, units
from tests.app.estate import select
from tests.app.stopping import Stopped, stop_after

HOURS, UNITS, PRICE = 6, 40, Decimal("1.1")
UNPRICED = (Decimal(0), HOURS)
PRICED = (HOURS * UNITS * PRICE, 0)


def shown(workspace: Workspace) -> tuple[Decimal, int]:
    """What answers show of capacity: its cost, and the hours that have no price."""
    snapshot = workspace._readable.snapshot()
    statement = select(
        "SELECT (SELECT COALESCE(SUM(BilledCost), 0) FROM charges) AS cost, "
        "(SELECT COALESCE(SUM(ConsumedQuantity), 0) FROM uncharged) AS unpriced"
    )
    tables = {table: snapshot.relation(table) for table in ("charges", "uncharged")}
    (row,) = workspace.engine.execute(statement, tables).to_pylist()
    return row["cost"], row["unpriced"] / UNITS


@pytest.mark.parametrize("stops", [(1,), (1, 1), (1, 2)])
def test_what_is_priced_at_last_is_never_told_as_unpriced_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stops: tuple[int, ...]
) -> None:
    """`stops`: the process is stopped after so many commits; then the next one begins."""
    world = World(tmp_path)
    world.workspace.catalog.put_deployment(units(0, UNITS))
    world.workspace.settle()
    assert shown(world.workspace) == UNPRICED
    world.prices(hourly(float(PRICE)))
    for commits in stops:
        with monkeypatch.context() as patched:
            stop_after(patched, commits, (Ledger, "append"))
            with pytest.raises(Stopped):
                world.workspace.settle()
        assert not is_whole(world.workspace.ledger)
        assert shown(world.workspace) == UNPRICED
        world.workspace.close()
        world.workspace = Workspace.open(world.folder / "data", now=lambda: world.now)
        assert shown(world.workspace) == UNPRICED
    world.workspace.ingest([])
    assert is_whole(world.workspace.ledger)
    assert shown(world.workspace) == PRICED
    assert world.workspace.settle() == 0
    world.workspace.close()
