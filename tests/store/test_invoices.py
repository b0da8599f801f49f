from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from costplane.app.ports import BillingPeriods
from costplane.billing.ports import InvoiceStore
from costplane.billing.stored_invoice import StoredInvoice, digest
from costplane.errors import DamagedData
from costplane.store.control_plane import ControlPlane

AUGUST, SEPTEMBER, OCTOBER = (datetime(2026, month, 1, tzinfo=UTC) for month in (8, 9, 10))


def invoice(number: str, key: str, month: datetime, document: str = "{}") -> StoredInvoice:
    return StoredInvoice(number, key, month, "USD", OCTOBER, document, digest(document))


def test_no_period_is_closed_before_an_invoice(control: ControlPlane) -> None:
    periods: BillingPeriods = control.invoices
    assert not periods.closed("a", AUGUST)
    assert periods.open_month("a", datetime(2026, 8, 17, 3, tzinfo=UTC)) == AUGUST


def test_an_invoice_closes_its_own_month_for_its_key_alone(
    control: ControlPlane,
) -> None:
    store: InvoiceStore = control.invoices
    store.add([invoice("n1", "a:p", SEPTEMBER)])
    periods: BillingPeriods = control.invoices
    assert periods.closed("a:p", SEPTEMBER)
    assert periods.closed("a:p", datetime(2026, 9, 17, tzinfo=UTC))
    assert not periods.closed("a:p", AUGUST), "it never came to an invoice"
    assert not periods.closed("a:p", OCTOBER)
    assert not periods.closed("a", SEPTEMBER)
    assert periods.closed_months("a:p") == {SEPTEMBER}
    assert periods.open_month("a:p", AUGUST) == AUGUST
    store.add([invoice("n2", "a:p", datetime(2026, 7, 1, tzinfo=UTC))])
    assert periods.open_month("a:p", datetime(2026, 7, 9, tzinfo=UTC)) == OCTOBER
    assert periods.open_month("a:p", datetime(2026, 11, 5, tzinfo=UTC)).month == 11


def test_what_was_closed_stays_as_it_was(control: ControlPlane) -> None:
    first = invoice("n1", "a", AUGUST, '{"amount":1}')
    control.invoices.add([first])
    control.invoices.add([invoice("n1", "a", AUGUST, '{"amount":2}')])
    assert control.invoices.all() == [first]


def test_a_changed_document_is_told(control: ControlPlane) -> None:
    control.invoices.add([invoice("n1", "a", AUGUST, '{"amount":1}')])
    with control._database.writing() as connection:
        connection.execute(text("""UPDATE invoice SET document = '{}'"""))
    with pytest.raises(DamagedData, match="n1 was changed"):
        control.invoices.all()
