"""Azure's price sheets price whom they name: an enrolment, or one profile of a billing account."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from costplane.app.workspace import Workspace
from costplane.catalog.agreement import BillingProfile, InvoiceSection
from costplane.catalog.model import BillingAccount, Subscription
from tests.app.estate import Event, take
from tests.pricing.agreement_sheets import EA, MCA, csv_text, write_zip

MONTH = {"EffectiveStartDate": "11/01/2026", "EffectiveEndDate": "11/30/2026"}
ACCOUNT = MCA["billingAccountId"]


def of_profile(profile: str, price: str) -> dict[str, str]:
    """A row of the sheet of one profile, for November."""
    dates = {"effectiveStartDate": "2026-11-01", "effectiveEndDate": "2026-11-30"}
    return MCA | dates | {"billingProfileId": profile, "unitPrice": price, "currency": "USD"}


def call(subscription: str, day: int = 10) -> Event:
    resource = (
        f"/subscriptions/{subscription}/resourcegroups/rg"
        "/providers/microsoft.cognitiveservices/accounts/one"
    )
    data = {
        "resource_id": resource,
        "region": "swedencentral",
        "deployment_type": "GlobalStandard",
        "model": "gpt-5",
        "model_version": "2025-08-07",
        "quantities": {"input_text": 1_000_000},
    }
    time = f"2026-11-{day:02}T10:00:00Z"
    return {"source": "s", "id": f"{subscription}-{day}", "time": time, "data": data}


def test_each_sheet_prices_its_own_payer(tmp_path: Path) -> None:
    opened = Workspace.open(tmp_path / "data", now=lambda: datetime(2026, 11, 30, tzinfo=UTC))
    catalog = opened.catalog
    catalog.put_billing_account(
        BillingAccount("100001", "Contoso", "EnterpriseAgreement", "EUR"),
        BillingAccount(ACCOUNT, "Fabrikam", "MicrosoftCustomerAgreement", "USD"),
    )
    for profile in ("BP1", "BP2"):
        catalog.put_billing_profile(BillingProfile(ACCOUNT, profile, profile, "USD"))
        catalog.put_invoice_section(InvoiceSection(ACCOUNT, f"IS-{profile}", profile, profile))
        catalog.put_subscription(
            Subscription(
                f"s-{profile}",
                profile,
                billing_account_id=ACCOUNT,
                invoice_section_id=f"IS-{profile}",
            )
        )
    catalog.put_subscription(Subscription("s-ea", "EA", billing_account_id="100001"))
    for name, row in (
        ("ea", EA | MONTH),
        ("one", of_profile("BP1", "1.2")),
        ("two", of_profile("BP2", "1.1")),
    ):
        opened.import_prices(write_zip(tmp_path / f"{name}.zip", sheet=csv_text(row)))
    take(opened, [call("s-ea"), call("s-BP1"), call("s-BP2"), call("s-none")])
    found = {}
    for subscription in ("s-ea", "s-BP1", "s-BP2", "s-none"):
        (line,) = opened.explain_event("s", f"{subscription}-10").lines
        found[subscription] = (line.amount, line.price.currency if line.price else None)
    assert found == {
        "s-ea": (Decimal("1.125"), "EUR"),
        "s-BP1": (Decimal("1.2"), "USD"),
        "s-BP2": (Decimal("1.1"), "USD"),
        "s-none": (None, None),
    }
    opened.close()
