"""The load of the demo: prices, hierarchy, the replayed traces, then month by month backwards, then
what pays for them, and the invoices of the months that are over.

It is one pass of the product's own import, intake and rating. A stopped load goes on where it
was: intake takes each call once, and what is complete is not drawn again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib.resources import as_file, files
from itertools import chain

import msgspec

from costplane.app.status import Loading
from costplane.app.workspace import Workspace
from costplane.core.period import Period, hour_start, month_start
from costplane.demo.billing import bill
from costplane.demo.catalog import put_hierarchy
from costplane.demo.provisioned import (
    provisioned_hours,
    put_contact_centre,
    put_provisioned,
)
from costplane.demo.sheets import sheet_files
from costplane.demo.state import State, read_state, write_state
from costplane.demo.trace_group import ENDED, trace_batches
from costplane.demo.traffic import hours
from costplane.metering.batch import EventBatch

MONTHS = 13
"""Whole months of history before the current one."""

OnProgress = Callable[[Loading], None]


def history(now: datetime) -> list[Period]:
    """The months to load, the newest first, up to the hour of `now`."""
    end = hour_start(now)
    months = []
    for _ in range(MONTHS + 1):
        start = month_start(end - timedelta(microseconds=1))
        months.append(Period(start, end))
        end = start
    return months


def load(workspace: Workspace, on_progress: OnProgress) -> None:
    """Load what the demo has by the workspace's clock and its folder lacks.

    Progress counts months. Raises InvalidInput if the folder holds the demo of another version,
    or of a later time.
    """
    state = read_state(workspace.data, workspace.now())
    months = history(workspace.now())
    on_progress(Loading(True, 0, len(months), "prices"))
    state = _beginning(workspace, state)
    write_state(workspace.data, state)
    for loaded, month in enumerate(months):
        on_progress(Loading(True, loaded, len(months), f"{month.start:%Y-%m}"))
        state = _month(workspace, state, month)
        write_state(workspace.data, state)
    put_provisioned(workspace)
    bill(workspace, months[-1].start)
    on_progress(Loading(False, len(months), len(months), ""))


def prepare(workspace: Workspace) -> None:
    """Import the price sheets and the agreements, and put the hierarchy."""
    with sheet_files() as sheets:
        for name, path in sheets:
            workspace.import_prices(path, name=name)
    with as_file(files("costplane.demo").joinpath("data", "agreement.yaml")) as agreement:
        workspace.agreements.take(agreement, workspace.now())
    put_hierarchy(workspace.catalog)
    put_contact_centre(workspace.catalog)


def replay(workspace: Workspace) -> None:
    """Take the calls of the replayed traces."""
    workspace.ingest(trace_batches())


def _beginning(workspace: Workspace, state: State) -> State:
    """The state once prices and hierarchy are there, and the replayed traces if they are past."""
    if not state.prepared:
        prepare(workspace)
    past = workspace.now() >= ENDED
    if past and not state.replayed:
        replay(workspace)
    return msgspec.structs.replace(state, prepared=True, replayed=past)


def _month(workspace: Workspace, state: State, month: Period) -> State:
    """The state once the hours of `month` are loaded that were missing."""
    name = f"{month.start:%Y-%m}"
    start = state.months.get(name, month.start)
    if start < month.end:
        drawn = chain(hours(start, month.end), provisioned_hours(start, month.end))
        workspace.ingest(EventBatch(events) for events in drawn)
    return msgspec.structs.replace(state, months=state.months | {name: month.end})
