"""Scopes in the forms that older clients write."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from costplane.catalog.agreement import Department, EnrollmentAccount
from costplane.catalog.model import BillingAccount
from costplane.http.azure.protocol.addresses import full_address
from tests.http.azure.kept.kept_client import COST, Server, error_of, serving

ACCOUNTS = "providers/microsoft.billing/billingaccounts"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("addresses")) as server:
        catalog = server.workspace.catalog
        catalog.put_billing_account(
            BillingAccount("1", "One", "EnterpriseAgreement", "USD"),
            BillingAccount("2", "Two", "EnterpriseAgreement", "USD"),
        )
        catalog.put_department(Department("1", "d1", "D"), Department("2", "both", "D"))
        catalog.put_department(Department("1", "both", "D"))
        catalog.put_enrollment_account(EnrollmentAccount("2", "e1", "E"))
        yield server


@pytest.mark.parametrize(
    ("told", "full"),
    [
        ("providers/Microsoft.Billing/departments/D1", f"{ACCOUNTS}/1/departments/d1"),
        (
            "providers/Microsoft.Billing/enrollmentAccounts/e1",
            f"{ACCOUNTS}/2/enrollmentaccounts/e1",
        ),
        ("providers/Microsoft.Billing/departments/none", f"{ACCOUNTS}/-/departments/none"),
        ("providers/Microsoft.Billing/departments/both", f"{ACCOUNTS}/-/departments/both"),
        ("providers/Microsoft.CostManagement/billingAccounts/1", f"{ACCOUNTS}/1"),
        ("subscriptions/S1", "subscriptions/S1"),
        ("", ""),
    ],
)
def test_the_full_form(server: Server, told: str, full: str) -> None:
    assert full_address(told, server.workspace.catalog) == full


def test_whether_a_department_exists_is_not_told(server: Server) -> None:
    server.become("ann", ("Cost Management Reader", f"/{ACCOUNTS}/2"))
    refusals = set()
    for name in ("d1", "none"):
        path = f"/providers/Microsoft.Billing/departments/{name}/{COST}/views"
        answer = server.call("GET", path)
        assert error_of(answer) == (403, "RBACAccessDenied", "")
        refusals.add(answer.text.replace(name, "#"))
    assert len(refusals) == 1
    path = f"/providers/Microsoft.Billing/enrollmentAccounts/e1/{COST}/views"
    assert server.call("GET", path).status_code == 200
    server.become("owner", ("Owner", "/"))
