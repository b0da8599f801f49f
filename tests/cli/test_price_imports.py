"""`costplane prices import --dry-run`, `--scope`, and `costplane prices update`."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.conftest import Ended, Run
from tests.environment.price_api import Reply, page, serving
from tests.http.sample import PRICES, write_prices
from tests.pricing.agreement_sheets import EA, OUTPUT, csv_text, write_zip
from tests.pricing.test_importers_azure_retail import ROW

WEST = ROW | {"armRegionName": "westeurope"}


def stored(run: Run) -> list[tuple[str, int]]:
    sheets = json.loads(run("prices", "list", "--format", "json").out)
    return [(sheet["name"], sheet["row_count"]) for sheet in sheets]


def pairs(ended: Ended) -> dict[str, str]:
    """The lines of name and value, up to the first empty line."""
    lines = ended.out.partition("\n\n")[0].splitlines()
    return dict(line.split("  ", 1) for line in lines)


def test_a_dry_run_stores_nothing(run: Run, tmp_path: Path) -> None:
    file = str(write_prices(tmp_path))
    ended = run("prices", "import", file, "--dry-run")
    told = {name: value.strip() for name, value in pairs(ended).items()}
    assert ended.status == 0
    assert (told["state"], told["new"], told["changed"]) == ("would be imported", "3", "0")
    assert len(told["sha256"]) == 64
    assert stored(run) == []


def test_a_dry_run_shows_before_and_after(run: Run, tmp_path: Path) -> None:
    assert run("prices", "import", str(write_prices(tmp_path))).status == 0
    kept = PRICES.replace("price: 2.00", "price: 1.50").splitlines()[:-1]
    new = "  - {model: new, quantity: input_text, price: 7}"
    file = tmp_path / "newer.yaml"
    file.write_text("\n".join([*kept, new]))
    table = run("prices", "import", str(file), "--dry-run").out
    assert "missing, their prices stay:" in table
    assert re.search(r"everywhere +2 +1\.5 +-25\.00 % +USD +1M Tokens", table)
    told = json.loads(run("prices", "import", str(file), "--dry-run", "--format", "json").out)
    (change,) = told["changed_prices"]
    assert [Decimal(change[side]["price"]) for side in ("before", "after")] == [
        Decimal(2),
        Decimal("1.5"),
    ]
    assert Decimal(change["percent"]) == -25
    assert (told["changed"], told["new"], told["missing"], told["unchanged"]) == (1, 1, 1, 1)
    assert stored(run) == [("sample", 3)]


def test_a_dry_run_of_a_known_file(run: Run, tmp_path: Path) -> None:
    file = str(write_prices(tmp_path))
    run("prices", "import", file)
    assert "already known" in run("prices", "import", file, "--dry-run").out


def test_regions_of_one_price_are_one_line(run: Run, tmp_path: Path) -> None:
    rows = [ROW | {"armRegionName": f"region{n}"} for n in range(25)]
    file = tmp_path / "page.json"
    file.write_bytes(page(rows).body)
    table = run("prices", "import", str(file), "--dry-run").out
    assert re.search(r"GPT 5 Inpt Glbl 1M Tokens +25 regions +1\.25 +USD", table)


def test_a_price_that_ends(run: Run, tmp_path: Path) -> None:
    for name, end in (("open", None), ("ending", "2026-12-31T23:59:00Z")):
        file = tmp_path / name
        file.write_bytes(page([ROW | {"effectiveEndDate": end}]).body)
        ended = run("prices", "import", str(file), *(["--dry-run"] if end else []))
    assert pairs(ended)["ended"].strip() == "1"
    assert re.search(r"2025-08-01 +open +2027-01-01", ended.out)


def test_a_long_list_is_cut_and_says_so(run: Run, tmp_path: Path) -> None:
    rows = [ROW | {"retailPrice": n, "armRegionName": f"region{n}"} for n in range(25)]
    file = tmp_path / "page.json"
    file.write_bytes(page(rows).body)
    assert (
        "and 5 further (--format json lists all)"
        in run("prices", "import", str(file), "--dry-run").out
    )


def test_an_agreements_sheet_prices_its_account(run: Run, tmp_path: Path) -> None:
    file = str(write_zip(tmp_path / "sheet.zip", a=csv_text(EA), b=csv_text(OUTPUT)))
    ended = run("prices", "import", file)
    assert ended.status == 0
    assert "billingaccounts/100001" in ended.out
    given = run("prices", "import", file, "--scope", "/subscriptions/s-1", "--name", "mine")
    assert "/subscriptions/s-1" in given.out
    assert stored(run) == [("azure-price-sheet-100001", 2), ("mine", 2)]
    bad = run("prices", "import", file, "--scope", "nowhere", "--name", "other")
    assert bad.status == 1
    assert "nowhere" in bad.err


def test_a_bad_agreements_sheet_is_refused_whole(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "sheet.csv"
    file.write_text(csv_text(EA, OUTPUT | {"UnitPrice": "-1"}, OUTPUT | {"CurrencyCode": ""}))
    ended = run("prices", "import", str(file))
    assert (ended.status, ended.out) == (1, "")
    assert "line 3, price" in ended.err
    assert "line 4, currency" in ended.err
    assert stored(run) == []


@pytest.mark.parametrize("by", ["option", "environment"])
def test_update(run: Run, monkeypatch: pytest.MonkeyPatch, by: str) -> None:
    busy = Reply(b"", 429, {"Retry-After": "0"})
    with serving(page([ROW], skip=1), busy, page([WEST]), page([ROW | {"retailPrice": 2}])) as api:
        told = ("--url", api.address) if by == "option" else ()
        if by == "environment":
            monkeypatch.setenv("COSTPLANE_PRICES_URL", api.address)
        first = run("prices", "update", *told, "--currency", "USD")
        assert first.status == 0
        shown = run("prices", "update", *told, "--dry-run", "--service-name", "Foundry Models")
        assert api.questions()[-1]["$filter"][0] == "serviceName eq 'Foundry Models'"
    assert stored(run) == [("azure-retail", 2)]
    counts = pairs(shown)
    assert (counts["changed"].strip(), counts["missing"].strip()) == ("1", "1")


def test_update_with_a_damaged_page_stores_nothing(run: Run) -> None:
    with serving(page([ROW], skip=1), Reply(b'{"Items": [')) as api:
        ended = run("prices", "update", "--url", api.address)
    assert (ended.status, ended.out) == (1, "")
    assert "damaged" in ended.err
    assert stored(run) == []


def test_update_with_a_bad_row_stores_nothing(run: Run) -> None:
    with serving(page([ROW, WEST | {"unitOfMeasure": ""}])) as api:
        ended = run("prices", "update", "--url", api.address)
        assert (ended.status, ended.out) == (1, "")
        assert f"{api.address}?" in ended.err
    assert "line 2, unit: unit is missing" in ended.err
    assert stored(run) == []


def test_update_from_no_address(run: Run) -> None:
    assert run("prices", "update", "--url", "file:///etc/passwd").status == 2


def test_explain_for_another_provider(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "prices.json"
    entry = {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 2.5e-06}
    file.write_text(json.dumps({"gpt-4o": entry}))
    assert run("prices", "import", str(file), "--valid-from", "2026-01-01").status == 0
    asked = ("prices", "explain", "--model", "gpt-4o", "--quantity", "input_text")
    assert "NoSuchModel" in run(*asked, "--at", "2026-10-01").out
    direct = run(*asked, "--at", "2026-10-01", "--provider", "OpenAI").out
    assert "2.5 USD for 1M Tokens" in direct


def test_a_reservation_is_told_with_its_term(run: Run, tmp_path: Path) -> None:
    units = ROW | {
        "productName": "Azure AI Foundry Provisioned Throughput Reservation",
        "meterName": "Provisioned Managed Global Unit",
        "unitOfMeasure": "1/Hour",
        "armRegionName": "westeurope",
        "type": "Reservation",
    }

    def sheet(month: float, year: float) -> str:
        prices = {"1 Month": month, "1 Year": year}
        rows = [
            units
            | {"reservationTerm": term, "retailPrice": price, "unitPrice": price, "skuId": term}
            for term, price in prices.items()
        ]
        hours = units | {"type": "Consumption", "retailPrice": 1, "unitPrice": 1, "meterId": "h"}
        file = tmp_path / f"{month}.json"
        file.write_bytes(page([*rows, hours]).body)
        return str(file)

    table = run("prices", "import", sheet(260, 2652), "--dry-run").out
    assert re.search(r"westeurope +260 +USD +1 unit for 1 Month, the whole term ", table)
    assert re.search(r"westeurope +2652 +USD +1 unit for 1 Year, the whole term ", table)
    assert re.search(r"westeurope +1 +USD +1/Hour ", table)
    assert run("prices", "import", sheet(260, 2652)).status == 0
    changed = run("prices", "import", sheet(286, 2652), "--dry-run").out
    assert re.search(r"260 +286 +\+10\.00 % +USD +1 unit for 1 Month, the whole term ", changed)
    shown = run("prices", "show", "1").out
    assert "1 unit for 1 Year, the whole term" in shown
    assert "Hours" not in shown
