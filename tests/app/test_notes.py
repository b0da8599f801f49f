"""Imports and their notes in the audit log: a stop between the two leaves neither."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from costplane.app.workspace import Workspace
from costplane.core.business_count import BusinessCount
from costplane.core.settings import RETENTION_DAYS
from costplane.store.access import StoredAccess
from tests.app.estate import NOW
from tests.app.stopping import Stopped, stop

LOTS = """\
lots:
  - {id: granted, billing_account: "8611537", kind: Credit, amount: "1000", currency: USD,
     start: 2026-10-01}
"""
DAY = date(2026, 11, 2)


def test_neither_a_change_nor_its_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace.open(tmp_path / "data", now=lambda: NOW)
    lots = tmp_path / "lots.yaml"
    lots.write_text(LOTS)
    count = BusinessCount("chats", DAY, "/", (), Decimal(5))
    changes: list[Callable[[], object]] = [
        lambda: workspace.import_lots(lots, "ann"),
        lambda: workspace.change_setting(RETENTION_DAYS, 30, "ann"),
        lambda: workspace.counts.put([count], "ann"),
        lambda: workspace.import_resources([], who="ann"),
    ]
    monkeypatch.setattr(StoredAccess, "record", lambda *_: stop())
    for change in changes:
        with pytest.raises(Stopped):
            change()
    assert workspace.prepayment.store.lots() == []
    assert workspace.settings.get(RETENTION_DAYS) == RETENTION_DAYS.default
    assert workspace.counts.store.between(DAY, DAY) == []
    monkeypatch.undo()
    for change in changes:
        change()
    assert len(workspace.prepayment.store.lots()) == 1
    assert len(workspace.accounts.store.audit(9)) == len(changes)
    workspace.close()
