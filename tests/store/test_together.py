"""A change and the note that tells of it: both or neither."""

from __future__ import annotations

import threading

import pytest

from costplane.access.audit import AuditEntry
from costplane.catalog.model import BillingAccount
from costplane.core.settings import RETENTION_DAYS
from costplane.store.control_plane import ControlPlane
from tests.app.stopping import Stopped, stop
from tests.store.values import ROW, START, sheet

ENTRY = AuditEntry(START, "ann", "SettingChanged", "retention_days: 1200 -> 30")
ACCOUNT = BillingAccount("a-1", "Contoso", "EnterpriseAgreement", "USD")


def accounts(control: ControlPlane) -> list[str]:
    return [account.id for account in control.catalog.hierarchy().billing_accounts]


def test_both_are_kept(control: ControlPlane) -> None:
    with control.access.together():
        control.settings.set(RETENTION_DAYS, 30)
        control.catalog.put_billing_account(ACCOUNT)
        assert control.settings.get(RETENTION_DAYS) == 30
        assert ACCOUNT.id in accounts(control), "what is written is read in the same transaction"
        control.access.record(ENTRY)
    assert control.settings.get(RETENTION_DAYS) == 30
    assert control.access.audit(5) == [ENTRY]
    assert ACCOUNT.id in accounts(control)


def write_and_stop(control: ControlPlane) -> None:
    with control.access.together():
        control.access.record(ENTRY)
        control.settings.set(RETENTION_DAYS, 30)
        control.catalog.put_billing_account(ACCOUNT)
        assert ACCOUNT.id in accounts(control)
        stop()


def test_or_neither(control: ControlPlane) -> None:
    before = accounts(control)
    with pytest.raises(Stopped):
        write_and_stop(control)
    assert control.settings.get(RETENTION_DAYS) == RETENTION_DAYS.default
    assert control.access.audit(5) == []
    assert accounts(control) == before, "nothing of it was remembered"


def test_others_see_nothing_of_it_before_it_ends(control: ControlPlane) -> None:
    seen: list[object] = []
    with control.access.together():
        control.catalog.put_billing_account(ACCOUNT)
        accounts(control)
        reader = threading.Thread(target=lambda: seen.append(ACCOUNT.id in accounts(control)))
        reader.start()
        reader.join()
    assert seen == [False]
    assert ACCOUNT.id in accounts(control)


def test_a_sheet_that_is_known_takes_nothing_else_back(control: ControlPlane) -> None:
    first = control.prices.add(sheet(ROW))
    with control.access.together():
        control.settings.set(RETENTION_DAYS, 30)
        assert control.prices.add(sheet(ROW)).already_known
        control.access.record(ENTRY)
    assert control.settings.get(RETENTION_DAYS) == 30
    assert control.prices.version() == first.version
    assert control.access.audit(5) == [ENTRY]
