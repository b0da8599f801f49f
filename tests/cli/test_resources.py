"""`costplane resources` and `costplane reservations`: lists of the Azure CLI, and history."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cli.conftest import Run

SUBSCRIPTION = "aaaa0000-0000-4000-8000-000000000001"
ACCOUNT = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-Chat/providers/"
    "Microsoft.CognitiveServices/accounts/aoai-one"
)
ORDER, RESERVATION = "aaaa0000-0000-4000-8000-0000000000c1", "aaaa0000-0000-4000-8000-0000000000c2"
ACCOUNTS = [{"id": SUBSCRIPTION, "name": "Chat", "tenantId": "t", "state": "Enabled"}]


def deployment(name: str, capacity: int, **facts: Any) -> dict[str, Any]:
    return {
        "id": f"{ACCOUNT}/deployments/{name}",
        "name": name,
        "type": "Microsoft.CognitiveServices/accounts/deployments",
        "sku": {"name": "GlobalProvisionedManaged", "capacity": capacity},
        "properties": {"model": {"format": "OpenAI", "name": "gpt-4o", "version": "2024-11-20"}},
        **facts,
    }


def take(run: Run, content: Any, *options: str) -> dict[str, Any]:
    arguments = ("resources", "import", "-", "--format", "json", *options)
    done = run(*arguments, stdin=json.dumps(content).encode())
    assert done.status in (0, 3), done.err
    told: dict[str, Any] = json.loads(done.out)
    return told


def history(run: Run) -> list[tuple[Any, ...]]:
    entries = json.loads(run("resources", "list", "--format", "json").out)
    return [
        (e["name"], e["capacity"], e["valid_from"][:10], (e["valid_to"] or "")[:10])
        for e in entries
    ]


def test_imports_at_dates_make_history(run: Run) -> None:
    first = take(run, [deployment("chat", 100), deployment("draft", 50)], "--at", "2026-01-10")
    assert (first["deployments"], first["added"], first["changed"]) == (2, 2, 0)
    take(run, [deployment("chat", 100)], "--at", "2026-02-01")
    again = take(run, [deployment("chat", 150)], "--at", "2026-03-01")
    assert (again["added"], again["changed"], again["ended"]) == (0, 1, 0)
    gone = take(run, [deployment("chat", 150)], "--at", "2026-04-01", "--complete")
    assert gone["ended"] == 1
    assert history(run) == [
        ("chat", 100, "2026-01-10", "2026-03-01"),
        ("chat", 150, "2026-03-01", ""),
        ("draft", 50, "2026-01-10", "2026-04-01"),
    ]
    back = take(run, [deployment("draft", 50)], "--at", "2026-05-01")
    assert back["added"] == 1
    assert history(run)[3] == ("draft", 50, "2026-05-01", "")


def test_without_a_date_azures_own_counts(run: Run) -> None:
    changed = {"createdAt": "2026-01-02T03:04:05Z", "lastModifiedAt": "2026-02-03T04:05:06Z"}
    take(run, [deployment("chat", 100, systemData=changed)])
    assert history(run) == [("chat", 100, "2026-02-03", "")]


def test_an_empty_listing_ends_the_deployments_of_its_account(run: Run) -> None:
    take(run, [deployment("chat", 100)], "--at", "2026-01-10")
    assert take(run, [], "--complete", "--at", "2026-02-01")["ended"] == 0
    gone = take(run, [], "--complete", "--account", ACCOUNT, "--at", "2026-02-01")
    assert gone["ended"] == 1
    assert history(run) == [("chat", 100, "2026-01-10", "2026-02-01")]


def test_subscriptions_groups_and_resources_of_mixed_files(run: Run, tmp_path: Path) -> None:
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-Chat"
    lists = {
        "accounts": ACCOUNTS,
        "groups": {
            "value": [
                {
                    "id": group,
                    "name": "rg-Chat",
                    "type": "Microsoft.Resources/resourceGroups",
                    "location": "westeurope",
                    "tags": {"team": "chat"},
                }
            ]
        },
        "resources": [
            {
                "id": ACCOUNT,
                "name": "aoai-one",
                "type": "Microsoft.CognitiveServices/accounts",
                "kind": "OpenAI",
                "location": "westeurope",
                "sku": {"name": "S0"},
                "tags": None,
            }
        ],
    }
    files = []
    for name, content in lists.items():
        (tmp_path / name).write_text(json.dumps(content))
        files.append(str(tmp_path / name))
    done = run("resources", "import", *files, "--at", "2026-01-01")
    assert done.status == 0, done.err
    counts = {line.split(maxsplit=1)[1]: line.split()[0] for line in done.out.splitlines()}
    assert counts["subscriptions"] == counts["resource groups"] == counts["resources"] == "1"
    scopes = run("query", "--scope", group, "--timeframe", "MonthToDate")
    assert scopes.status == 0


def test_faults_are_told_by_item_and_the_rest_is_taken(run: Run) -> None:
    faulty = [
        deployment("chat", 100),
        deployment("half", 100) | {"sku": {"name": "GlobalProvisionedManaged", "capacity": 1.5}},
        deployment("bare", 100) | {"properties": {}},
        {"name": "nothing"},
        7,
    ]
    done = run("resources", "import", "-", stdin=json.dumps(faulty).encode())
    assert done.status == 3
    assert [line.split(": ")[1] for line in done.err.splitlines()] == [
        "item 2",
        "item 3",
        "item 4",
        "item 5",
    ]
    assert "sku.capacity is '1.5'; it is a whole number" in done.err
    assert "properties.model is missing" in done.err
    assert [name for name, *_ in history(run)] == ["chat"]


def test_what_is_no_list_is_refused(run: Run) -> None:
    for content in (b"", b"{broken", b"3", b"[NaN]", b"[" * 100_000, b"\xff\xfe"):
        done = run("resources", "import", "-", stdin=content)
        assert done.status == 1, (content[:20], done.err)
        assert "costplane: " in done.err
    assert run("resources", "import", "nowhere.json").status == 2
    assert run("resources", "import", "-", "--at", "soon", stdin=b"[]").status == 2


def listed_reservation(**facts: Any) -> dict[str, Any]:
    properties = {
        "appliedScopeType": "Single",
        "appliedScopes": [f"/subscriptions/{SUBSCRIPTION}"],
        "quantity": 50,
        "displayName": "ptu-one",
        "effectiveDateTime": "2026-01-15T08:30:00+00:00",
        "term": "P1Y",
        "billingPlan": "Monthly",
        "billingScopeId": f"/subscriptions/{SUBSCRIPTION}",
    }
    return {
        "id": f"/providers/microsoft.capacity/reservationOrders/{ORDER}/reservations/{RESERVATION}",
        "type": "Microsoft.Capacity/reservationOrders/reservations",
        "location": "westeurope",
        "sku": {"name": "OpenAI_Provisioned_Managed_Global"},
        "properties": properties | facts,
    }


def test_reservations_of_the_azure_cli(run: Run) -> None:
    take(run, ACCOUNTS)
    machines = listed_reservation() | {"sku": {"name": "Standard_D2s_v3"}}
    order = {
        "id": f"/providers/microsoft.capacity/reservationOrders/{ORDER}",
        "type": "Microsoft.Capacity/reservationOrders",
        "properties": {"displayName": "order", "term": "P1Y", "billingPlan": "Monthly"},
    }
    listed = [order, machines, listed_reservation(term=None, billingPlan=None)]
    done = run("reservations", "import", "-", stdin=json.dumps(listed).encode())
    assert done.status == 0, done.err
    (found,) = json.loads(run("reservations", "list", "--format", "json").out)
    told = {key: found[key] for key in ("id", "order_id", "deployment_scope", "units", "term")}
    assert told == {
        "id": RESERVATION,
        "order_id": ORDER,
        "deployment_scope": "Global",
        "units": 50,
        "term": "P1Y",
    }
    assert found["billing_plan"] == "Monthly"
    assert found["applied_scope"] == f"/subscriptions/{SUBSCRIPTION}"
    assert found["valid_to"].startswith("2027-01-15T08:30:00")


def test_a_reservation_that_nobody_pays_for_is_told(run: Run) -> None:
    done = run("resources", "import", "-", stdin=json.dumps([listed_reservation()]).encode())
    assert done.status == 3
    assert "billing account" in done.err


def test_reservations_of_an_own_file(run: Run, tmp_path: Path) -> None:
    sheet = tmp_path / "reservations.yaml"
    sheet.write_text(
        f"reservations:\n  - id: {RESERVATION}\n    order: {ORDER}\n"
        "    deployment_type: DataZoneProvisionedManaged\n    region: swedencentral\n"
        "    units: 25\n    term: P1M\n    from: 2026-01-31\n    billing_account: 100001\n"
        "    price: 6500.10\n    currency: EUR\n"
    )
    assert run("reservations", "import", str(sheet)).status == 0
    (found,) = json.loads(run("reservations", "list", "--format", "json").out)
    assert found["valid_to"].startswith("2026-02-28T00:00:00")
    assert (found["deployment_scope"], found["applied_scope"]) == ("DataZone", None)
    assert '"price":6500.10' in run("reservations", "list", "--format", "json").out.replace(" ", "")
    assert "ptu" not in run("reservations", "list").out
    sheet.write_text(sheet.read_text().replace("units: 25", "units: many"))
    broken = run("reservations", "import", str(sheet))
    assert (broken.status, "reservation 1: units is 'many'" in broken.err) == (1, True)
    sheet.write_text("reservations: [{id: x, units: 3}]")
    assert "lacks the field 'billing_account'" in run("reservations", "import", str(sheet)).err


UNITS = """\
name: units
currency: USD
valid_from: 2026-01-01
rows:
  - {model: provisioned, deployment_type: GlobalProvisionedManaged, quantity: hours, unit: 1 Hour,
     price: 1}
"""
RESERVED = f"""\
reservations:
  - {{id: {RESERVATION}, order: {ORDER}, deployment_type: GlobalProvisionedManaged,
     region: westeurope, units: 30, term: P1M, from: 2026-10-01, billing_account: unassigned,
     price: 744, currency: USD}}
"""


def test_a_report_says_that_reservations_need_the_region(run: Run, tmp_path: Path) -> None:
    sheet = tmp_path / "units.yaml"
    sheet.write_text(UNITS)
    assert run("prices", "import", str(sheet)).status == 0
    take(run, [deployment("chat", 50)], "--at", "2026-10-01")
    asked = ("provisioned", "--from", "2026-10-01", "--to", "2026-10-01")
    told = dict(line.split(maxsplit=1) for line in run(*asked).out.splitlines())
    assert told["region"].startswith("not known, so that no reservation covers it: import")
    assert told["billed"] == "1200 USD"
    assert run("reservations", "import", "-", stdin=RESERVED.encode()).status == 0
    told = dict(line.split(maxsplit=1) for line in run(*asked).out.splitlines())
    assert told["reserved"] == "0 unit-hours, 1200 not"
    place = {"id": ACCOUNT, "name": "aoai-one", "type": "Microsoft.CognitiveServices/accounts"}
    take(run, [{**place, "location": "westeurope"}], "--at", "2026-10-01")
    told = dict(line.split(maxsplit=1) for line in run(*asked).out.splitlines())
    assert told["region"] == "westeurope"
    assert told["reserved"] == "720 unit-hours, 480 not"
    assert told["billed"] == "480 USD"
    assert told["effective"] == "504 USD"  # 744 for 744 hours, and 480
