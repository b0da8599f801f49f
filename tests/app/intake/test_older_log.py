"""Segments that an older version left, in the folder of the logs itself, are completed under the
numbers that they are named by."""

from __future__ import annotations

from pathlib import Path

import pytest

from costplane.app.workspace import Workspace
from costplane.ledger.delta import SEGMENT
from tests.app import estate
from tests.app.estate import NOW, answer, body, costs, model_of, priced
from tests.app.intake.killed_intake import Countdown, watch
from tests.app.stopping import Stopped, stop


@pytest.mark.parametrize("step", ["logged", "usage", "charges"])
def test_what_an_older_version_left_is_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    events = estate.calls(seed=5, count=40)
    workspace = estate.opened(tmp_path)
    estate.take(workspace, events[:20])
    with monkeypatch.context() as patched:
        watch(Countdown(step, 1, stop), patched.setattr)
        with pytest.raises(Stopped):
            estate.take(workspace, events[20:])
    leave_as_before(workspace, begun=step != "logged")
    workspace.close()
    workspace = Workspace.open(tmp_path / "data", now=lambda: NOW)
    workspace.settle()
    assert costs(answer(workspace, body("Model"))) == priced(events, lambda e, _: (model_of(e),))
    assert list((workspace.data / "log").iterdir()) == []
    assert workspace._control.log_segments.list() == []
    again = estate.take(workspace, events)
    assert (again.accepted, again.duplicates) == (0, len(events))
    workspace.close()


def leave_as_before(workspace: Workspace, *, begun: bool) -> None:
    """Puts the one segment where the older version had it, which kept no numbers elsewhere."""
    number = workspace.ledger.committed("usage", SEGMENT) + (not begun)
    (segment,) = (workspace.data / "log").glob("*/*.arrow")
    segment.rename(workspace.data / "log" / f"{number:020d}.arrow")
    segments = workspace._control.log_segments
    segments.forget([one.number for one in segments.list()])
