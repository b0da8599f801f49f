"""Who reads which invoice and billing account: an invoice tells what others pay there, too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from costplane.app.workspace import Workspace
from tests.app.consumption.billed_world import BILLING, EA, MCA, opened
from tests.http.azure.kept.kept_client import Server, error_of, serving_workspace

ANY = "/providers/Microsoft.Billing/billingAccounts/default"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    world = opened(tmp_path_factory.mktemp("billed"))
    yield world.workspace
    world.workspace.close()


@pytest.fixture
def server(workspace: Workspace) -> Iterator[Server]:
    with serving_workspace(workspace) as made:
        yield made


def values(answer: Any) -> list[Any]:
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["value"]]


def test_an_account_s_reader_sees_that_account_alone(server: Server) -> None:
    accounts = "/providers/Microsoft.Billing/billingAccounts"
    every = values(server.call("GET", accounts))
    assert {EA.lower(), MCA.lower()} <= set(every)
    mine = values(server.call("GET", f"{BILLING}/{EA}/invoices"))
    others = values(server.call("GET", f"{BILLING}/{MCA}/invoices"))
    server.become("ann", ("Billing Reader", f"{BILLING}/{EA}"))
    assert values(server.call("GET", accounts)) == [EA.lower()]
    assert server.call("GET", f"{ANY}/invoices/{mine[0]}").status_code == 200
    hidden = server.call("GET", f"{ANY}/invoices/{others[0]}")
    missing = server.call("GET", f"{ANY}/invoices/INV-0")
    assert error_of(hidden)[:2] == error_of(missing)[:2] == (404, "NotFound")
    assert error_of(server.call("GET", f"{BILLING}/{MCA}/invoices"))[0] == 403
    assert error_of(server.call("GET", f"{BILLING}/{MCA}"))[0] == 403


def test_a_subscription_s_reader_sees_no_invoice(server: Server) -> None:
    billed = {
        one.id: values(server.call("GET", f"{ANY}/billingSubscriptions/{one.id}/invoices"))
        for one in server.workspace.catalog.hierarchy().subscriptions
    }
    id_, invoices = next((id_, found) for id_, found in billed.items() if found)
    server.become("bob", ("Billing Reader", f"/subscriptions/{id_}"))
    place = f"{ANY}/billingSubscriptions/{id_}/invoices"
    assert values(server.call("GET", place)) == []
    assert error_of(server.call("GET", f"{place}/{invoices[0]}"))[0] == 404
    assert error_of(server.call("POST", f"{place}/{invoices[0]}/download"))[0] == 404
    server.become("eve", ("Cost Management Reader", "/"))
    assert error_of(server.call("GET", place))[0] == 403
