"""`costplane settings`, and what the audit log says of changes that costs rest on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.http.sample import PRICES, write_events, write_prices


def test_settings_are_listed_and_set(run: Run) -> None:
    changed = run("settings", "set", "tag_inheritance", "False")
    assert changed.out == "tag_inheritance: true -> false\n"
    assert run("settings", "set", "allocation_tags", "team, shop").status == 0
    assert run("settings", "set", "invoice_close_days", "9").status == 0
    assert run("settings", "set", "invoice_close_days", "9").status == 0
    listed = json.loads(run("settings", "list", "--format", "json").out)
    values = {one["name"]: one["value"] for one in listed}
    assert values["tag_inheritance"] is False
    assert values["allocation_tags"] == ["team", "shop"]
    assert (values["invoice_close_days"], values["retention_days"]) == (9, 1_200)
    assert "team,shop" in run("settings", "list").out
    audited = [line for line in run("audit", "list").out.splitlines() if "SettingChanged" in line]
    assert len(audited) == 3, "what stays as it is is no change"
    assert "tag_inheritance: True -> False" in audited[-1]
    assert "local" in audited[-1]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("tag_inheritence", "true", "there is no setting 'tag_inheritence'; there are allocation_"),
        ("tag_inheritance", "yes", "'yes' is neither true nor false"),
        ("retention_days", "0", "is no whole number from 1 up"),
        ("allocation_tags", "team,Team", "named once"),
    ],
)
def test_what_a_setting_cannot_be_is_told(run: Run, name: str, value: str, message: str) -> None:
    ended = run("settings", "set", name, value)
    assert ended.status == 2
    assert message in ended.err


LOTS = """\
lots:
  - {id: one, billing_account: unassigned, kind: Credit, amount: "5", currency: USD,
     start: 2026-01-01}
"""
AGREEMENT = """\
name: contoso
billing_accounts:
  - {id: "8611537", name: Contoso, type: EnterpriseAgreement, currency: USD}
"""


def test_every_change_that_costs_rest_on_is_audited(run: Run, tmp_path: Path) -> None:
    def written(name: str, text: str) -> str:
        (tmp_path / name).write_text(text)
        return str(tmp_path / name)

    done = [
        run("prices", "import", str(write_prices(tmp_path))),
        run("ingest", str(write_events(tmp_path))),
        run("agreements", "import", written("contoso.yaml", AGREEMENT)),
        run("credits", "import", written("lots.yaml", LOTS)),
        run("prices", "import", written("new.yaml", PRICES.replace("price: 8", "price: 6"))),
        run("rerate", "--from", "2026-11-01", "--to", "2026-11-30", "--yes"),
        run("resources", "import", written("subscriptions.json", "[]")),
    ]
    assert [(ended.status, ended.err) for ended in done if ended.status] == []
    found = json.loads(run("audit", "list", "--format", "json").out)
    assert [entry["action"] for entry in reversed(found)] == [
        *("PricesImported", "AgreementImported", "LotsImported", "PricesImported"),
        *("ReratingBegun", "Rerated", "ResourcesImported"),
    ]
    assert all(entry["actor"].startswith("local") for entry in found)
    (rerated,) = [entry["target"] for entry in found if entry["action"] == "Rerated"]
    assert rerated.startswith("1: 2026-11-01 to 2026-11-30 of /, ")
