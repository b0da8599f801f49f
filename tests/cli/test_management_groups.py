"""Management groups: from the Azure CLI's lists and an agreement's file to the costs below them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Ended, Run
from tests.http.sample import EVENTS, PRICES, SUBSCRIPTION

PREFIX = "/providers/Microsoft.Management/managementGroups"
TYPE = "Microsoft.Management/managementGroups"
CHAT = {"id": f"/subscriptions/{SUBSCRIPTION}", "name": SUBSCRIPTION, "displayName": "Chat"}
LIST = [{"id": f"{PREFIX}/NW", "name": "NW", "displayName": "Northwind", "type": TYPE}]
SHOW = {
    "id": f"{PREFIX}/nw-prod",
    "name": "nw-prod",
    "type": f"/providers/{TYPE}",
    "displayName": "Production",
    "details": {"parent": {"id": f"{PREFIX}/NW", "name": "NW", "displayName": "Northwind"}},
    "children": [
        {
            "id": f"{PREFIX}/nw-ai",
            "name": "nw-ai",
            "type": TYPE,
            "displayName": "AI",
            "children": [CHAT | {"type": "/subscriptions", "children": None}],
        }
    ],
}
AGREEMENT = """\
name: northwind
billing_accounts:
  - {id: lab, name: Lab, type: External, currency: USD}
management_groups:
  - {id: nw, name: Northwind}
  - {id: nw-lab, name: Lab, parent: nw}
subscriptions:
  - {id: p1, name: Lab's own, kind: External, billing_account: lab, management_group: nw-lab}
"""


def take(run: Run, content: Any) -> Ended:
    arguments = ("resources", "import", "-", "--format", "json")
    return run(*arguments, stdin=json.dumps(content).encode())


def agree(run: Run, folder: Path, text: str) -> Ended:
    path = folder / "agreement.yaml"
    path.write_text(text)
    return run("agreements", "import", str(path))


def tree(run: Run) -> Mapping[str, tuple[str, list[str]]]:
    """Name and parents of every group and subscription, by the last part of its id."""
    nodes = json.loads(run("agreements", "show", "--format", "json").out)
    return {
        node["id"].rpartition("/")[2]: (
            node["name"],
            [above.rpartition("/")[2] for above in node["parents"]],
        )
        for node in nodes
        if node["kind"] != "ExternalBillingAccount"
    }


def test_costs_of_azure_and_of_others_stand_under_one_group(run: Run, tmp_path: Path) -> None:
    own = PRICES.replace("deployment_type: GlobalStandard", "provider: openai")
    (tmp_path / "azure.yaml").write_text(PRICES)
    (tmp_path / "openai.yaml").write_text(own.replace("sample", "openai"))
    azure = EVENTS[1]
    outside = {
        "account": {"provider": "openai", "organisation": "lab", "project": "p1"},
        "model": "gpt-4.1",
        "provider": "openai",
        "usage": {"prompt_tokens": 12000, "completion_tokens": 350},
    }
    usage = (azure, azure | {"id": "x1", "data": outside})
    (tmp_path / "usage.jsonl").write_text("".join(json.dumps(one) + "\n" for one in usage))
    assert take(run, [*LIST, SHOW]).status == 0
    assert agree(run, tmp_path, AGREEMENT).status == 0
    for sheet in ("azure.yaml", "openai.yaml"):
        assert run("prices", "import", str(tmp_path / sheet)).status == 0
    assert run("ingest", str(tmp_path / "usage.jsonl")).status == 0

    def costs(group: str) -> dict[str, float]:
        day = ("--from", "2026-11-02", "--to", "2026-11-02", "--group-by", "SubscriptionId")
        asked = run("query", "--scope", f"{PREFIX}/{group}", *day, "--format", "json")
        rows = json.loads(asked.out)["properties"]["rows"]
        return {row[1]: row[0] for row in rows}

    both = costs("NW")
    assert both == {SUBSCRIPTION: 0.0268, "p1": 0.0268}
    assert costs("nw-lab") == {"p1": both["p1"]}
    assert costs("nw-prod") == {SUBSCRIPTION: both[SUBSCRIPTION]}


def test_lists_place_groups_and_subscriptions(run: Run) -> None:
    taken = json.loads(take(run, SHOW).out)
    assert (taken["management_groups"], taken["subscriptions"]) == (2, 1)
    placed = {
        "nw": ("Northwind", []),
        "nw-prod": ("Production", ["nw"]),
        "nw-ai": ("AI", ["nw-prod"]),
        SUBSCRIPTION: ("Chat", ["nw-ai"]),
    }
    assert tree(run) == placed
    assert take(run, [*LIST, SHOW]).status == 0
    assert tree(run) == placed, "the same again changes nothing"
    named = {"id": SUBSCRIPTION, "name": "Chats", "tenantId": "t"}
    assert take(run, [named, {"id": f"{PREFIX}/nw-ai", "type": TYPE}]).status == 0
    assert tree(run)[SUBSCRIPTION] == ("Chats", ["nw-ai"])
    assert tree(run)["nw-ai"] == ("nw-ai", ["nw-prod"])
    above = {"parent": {"id": f"{PREFIX}/nw-prod"}, "displayName": "Chat"}
    assert take(run, {"id": CHAT["id"], "type": "/subscriptions", "properties": above}).status == 0
    assert tree(run)[SUBSCRIPTION] == ("Chat", ["nw-prod"])
    audit = run("audit", "list").out
    assert "2 management groups, 1 subscriptions; 0 rejected" in audit


def test_faulty_lists_are_told(run: Run) -> None:
    assert take(run, SHOW).status == 0
    below = {"details": {"parent": {"id": f"{PREFIX}/nw-ai"}}}
    ring = take(run, {"id": f"{PREFIX}/NW", "type": TYPE, "properties": below})
    assert ring.status == 2
    assert "parent: management group 'nw" in ring.err
    assert "would stand under itself" in ring.err
    assert tree(run)["nw"] == ("Northwind", [])
    faulty = SHOW | {"children": [{"id": f"{PREFIX}/x", "type": "Nothing"}]}
    rejected = json.loads(take(run, faulty).out)["rejected"]
    assert [(one["item"], one["field"]) for one in rejected] == [(1, "children[0].type")]


def test_what_a_file_does_not_tell_stays(run: Run, tmp_path: Path) -> None:
    assert agree(run, tmp_path, AGREEMENT).status == 0
    again = AGREEMENT.replace(", parent: nw", "").replace(", management_group: nw-lab", "")
    assert agree(run, tmp_path, again).status == 0
    assert tree(run)["nw-lab"] == ("Lab", ["nw"])
    assert tree(run)["p1"] == ("Lab's own", ["lab", "nw-lab"])
    assert "2 management groups" in run("audit", "list").out


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (("parent: nw}", "parent: west}"), "yaml:6: parent: 'west' is told nowhere; list it under"),
        (("group: nw-lab}", "group: z}"), "yaml:8: management_group: 'z' is told nowhere"),
        (("name: Northwind", "parent: nw-lab"), "yaml:5: parent: management group 'nw' would"),
        (("parent: nw}", "over: nw}"), "yaml:6: over: is no field; use id, name, parent"),
    ],
)
def test_faulty_agreements_are_refused(
    run: Run, tmp_path: Path, wrong: tuple[str, str], message: str
) -> None:
    refused = agree(run, tmp_path, AGREEMENT.replace(*wrong))
    assert refused.status == 2
    assert message in refused.err
    assert not tree(run)
