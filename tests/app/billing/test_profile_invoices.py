"""A Microsoft Customer Agreement is invoiced by billing profile, each in its own periods."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from costplane.catalog.agreement import BillingProfile, InvoiceSection
from costplane.catalog.model import BillingAccount, Subscription
from costplane.errors import NotFound
from costplane.store.invoices import StoredInvoices
from tests.app import estate
from tests.app.billing import billed_estate as billed
from tests.app.billing.billed_estate import NOVEMBER, OCTOBER, Clock
from tests.app.stopping import Stopped, stop_after

ACCOUNT = "mca:1_2019-05-31"
KEY = f"{ACCOUNT}:bp-1"
IN_OCTOBER = billed.calls(31, 30, OCTOBER, 31)
LOTS = """\
lots:
  - {id: granted, billing_account: "MCA:1_2019-05-31", billing_profile: BP-1, kind: Credit,
     amount: "1000", currency: USD, start: 2026-10-01}
"""


def test_profiles_close_and_pay_by_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = billed.opened(tmp_path, Clock())
    catalog = workspace.catalog
    catalog.put_billing_account(
        BillingAccount(ACCOUNT, "Contoso", "MicrosoftCustomerAgreement", "USD")
    )
    catalog.put_billing_profile(BillingProfile(ACCOUNT, "bp-1", "Research", "USD"))
    catalog.put_invoice_section(InvoiceSection(ACCOUNT, "is-1", "Search", "bp-1"))
    catalog.put_subscription(
        Subscription("s-1", "One", billing_account_id=ACCOUNT, invoice_section_id="is-1")
    )
    lots = tmp_path / "lots.yaml"
    lots.write_text(LOTS)
    workspace.import_lots(lots)
    estate.take(workspace, IN_OCTOBER[:20])
    (invoice,) = workspace.invoicing.invoices(workspace.now())
    assert invoice.billing_key == KEY
    assert invoice.bill_to == "Contoso, Research"
    assert {line.invoice_section for line in invoice.lines} == {"Search"}
    assert invoice.unpriced
    (azure, marketplace) = invoice.sections
    assert invoice.due == marketplace.subtotal
    assert invoice.payments[0].ledger_amount == sum(x.ledger_amount for x in azure.lines)
    with monkeypatch.context() as patched:
        stop_after(patched, 1, (StoredInvoices, "add"))
        with pytest.raises(Stopped):
            workspace.close_invoices(KEY, OCTOBER, "local ann")
    assert [i.state for i in workspace.invoicing.invoices(workspace.now())] == ["estimated"]
    (closed,) = workspace.close_invoices(KEY, OCTOBER, "local ann")
    workspace.close_invoices(KEY, OCTOBER, "local bob")
    (entry,) = [e for e in workspace.accounts.store.audit(9) if e.action == "InvoiceClosed"]
    assert (entry.actor, entry.target) == ("local ann", f"{closed.number}: {KEY} 2026-10, USD")
    now = workspace.now()
    assert workspace.prepayment.balances(ACCOUNT, OCTOBER, now) == workspace.prepayment.balances(
        KEY, OCTOBER, now
    ), "an account that bills by one profile means that"
    assert workspace.prepayment.events(ACCOUNT, now) == workspace.prepayment.events(KEY, now)
    estate.take(workspace, IN_OCTOBER[20:])
    first, second = workspace.invoicing.invoices(workspace.now(), KEY)
    assert first == closed
    assert second.period_start == NOVEMBER
    assert {line.corrects for line in second.lines} == {"2026-10"}
    late = sum(billed.by_day(IN_OCTOBER[20:]).values())
    assert Fraction(second.ledger_total) == late
    paid = [d for d in workspace.prepayment.drawn(KEY) if d.day >= NOVEMBER]
    assert [d.day for d in paid] == [datetime(2026, 11, 1, tzinfo=UTC)]
    lots.write_text(LOTS.replace("BP-1", "BP-2"))
    workspace.import_lots(lots)
    with pytest.raises(NotFound, match="bills by profile; add --profile with one of bp-1, bp-2"):
        workspace.prepayment.balances(ACCOUNT, OCTOBER, now)
    workspace.close()
