"""What users complain of where costs of AI are told, by Azure's API and by other tools: here it is
otherwise.

Bills beside metered usage, several currencies and persons are tested where they are made
(`tests/app/bills`, `conformance/`, `test_persons.py`).
"""

from __future__ import annotations

import csv
import json
import time
from decimal import Decimal
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from costplane.catalog.azure_lists import read_azure_list
from costplane.core.period import Period, parse_instant
from costplane.core.scope import parse_scope
from tests.http.azure.further_usage import LAB, NIGHT, TEAM, TIMES, at
from tests.http.azure.kept.kept_client import CONSUMPTION, COST, Server
from tests.http.azure.test_where_users_suffer import by, properties
from tests.http.sample import SUBSCRIPTION, definition

SUMS = {
    "cost": {"name": "Cost", "function": "Sum"},
    "tokens": {"name": "TokenCount", "function": "Sum"},
    "calls": {"name": "CallCount", "function": "Sum"},
}


def asked(server: Server, scope: str, *days: str, **dataset: Any) -> dict[str, Any]:
    """The answer for November, or from and to other days."""
    first, last = days or ("2026-11-01", "2026-11-20")
    body = definition(**dataset) | {"timePeriod": {"from": first, "to": last}}
    return properties(server.call("POST", f"{scope}/{COST}/query", body))


def rows(server: Server, scope: str, *names: str) -> dict[tuple[str, ...], tuple[Any, ...]]:
    """Cost, tokens and calls by the values of those dimensions."""
    told = asked(server, scope, aggregation=SUMS, grouping=by(*names))
    assert told["nextLink"] is None
    return {tuple(row[3:-1]): tuple(row[:3]) for row in told["rows"]}


def test_kinds_of_tokens_are_apart(further: Server) -> None:
    """Cached tokens were charged twice, as they are part of the input with one provider and stand
    beside it with another."""
    found = rows(further, "", "SubscriptionId", "TokenType")
    openai = {kind: told[:2] for (place, kind), told in found.items() if place == "lab"}
    assert openai["input_text"][1] is not None
    assert (openai["input_text_cached"], openai["output_text"]) == (
        (Decimal("0.0089085"), 17_817),
        (Decimal("0.000056"), 7),
    )
    assert openai["input_text"] == (Decimal("0.000172"), 86 + 70)
    assert {kind: told for (place, kind), told in found.items() if place == "p1"} == {
        "input_text": (Decimal("0.000015"), 5, 1),
        "input_text_cached": (Decimal("0.0386865"), 128_955, 1),
        "input_text_cache_write": (Decimal("0.00469875"), 1_253, 1),
        "output_text": (Decimal("0.00015"), 10, 1),
    }


def test_what_has_no_price_is_never_zero(further: Server) -> None:
    """Models that nobody knew cost 0 in silence, cancelled streams left no trace, and refused
    calls were counted with the others."""
    found = rows(further, LAB, "Model", "BillingStatus", "HttpStatus")
    assert found == {
        ("chat-model-of-2031", "Unpriced", "200"): (None, 70, 1),
        ("gpt-4.1", "Billed", "200"): (Decimal("0.0091365"), 17_910, 1),
        ("gpt-4.1", "NotBilled", "429"): (None, None, 1),
        ("gpt-4.1", "UsageMissing", "499"): (None, None, 1),
    }
    told = asked(further, LAB)["unpriced"]
    assert [(one["status"], one["reason"], one["events"]) for one in told] == [
        ("Unpriced", "NoSuchModel: chat-model-of-2031", 1),
        ("UsageMissing", "NoUsageTold", 1),
    ]


def test_one_question_has_tokens_and_money_of_all_providers(further: Server) -> None:
    """Tokens had to be asked of Azure Monitor, and what other providers cost was on no bill."""
    found = rows(further, "", "Provider")
    assert found["anthropic",] == (Decimal("0.04355025"), 130_223, 1)
    assert found["azure.ai.openai",][0] > Decimal("2.4")
    told = asked(further, "")["rows"]
    assert told[0][0] == sum(cost for cost, _, _ in found.values())


def test_meters_stand_beside_what_they_mean(further: Server) -> None:
    """Names of meters could not be read, and one unit hid all kinds of tokens."""
    names = ("Meter", "Model", "TokenType", "Provider", "BillingStatus")
    for meter, *meant, status in rows(further, "", *names):
        assert bool(meter) == (status == "Billed")
        assert all(meant) or status in ("NotBilled", "UsageMissing")
    outside = f"/{COST}/externalSubscriptions/p1"
    assert {name for (name,) in rows(further, outside, "Meter")} == {
        "claude-sonnet-4-5 Cache write",
        "claude-sonnet-4-5 Cached input",
        "claude-sonnet-4-5 Input",
        "claude-sonnet-4-5 Output",
    }


@pytest.mark.parametrize(
    "zone", ["UTC", "Asia/Kathmandu", "Pacific/Kiritimati", "America/St_Johns", "Etc/GMT+12"]
)
def test_days_are_those_of_the_asker_and_sum_to_the_range(further: Server, zone: str) -> None:
    """Days of UTC were read as days of a zone, so that five days cost less than their sum."""
    told: dict[str, Any] = {"configuration": {"timeZone": zone}}
    days = asked(further, NIGHT, granularity="Daily", **told)["rows"]
    (whole,) = asked(further, NIGHT, **told)["rows"]
    assert whole[0] == sum(row[0] for row in days) == Decimal("0.022222")
    for cost, day, _ in days:
        text = f"{str(day)[:4]}-{str(day)[4:6]}-{str(day)[6:]}"
        assert asked(further, NIGHT, text, text, **told)["rows"][0][0] == cost
    local = [parse_instant(time).astimezone(ZoneInfo(zone)) for time in TIMES]
    assert [day for _, day, _ in days] == sorted({int(f"{one:%Y%m%d}") for one in local})


def test_an_event_counts_once_and_none_is_lost_in_silence(further: Server) -> None:
    """The same call was counted twice, and calls without an id vanished."""
    before = rows(further, NIGHT, "Model")
    first = at(NIGHT, "z0", TIMES[0], quantities={"input_text": 1})
    first["data"]["tags"] = {"team": TEAM}
    nameless = {name: value for name, value in at(NIGHT, "x").items() if name != "id"}
    told = further.client.post("/v1/events", json=[first, nameless, at(NIGHT, "")]).json()
    assert (told["accepted"], told["duplicates"], told["conflicts"]) == (0, 1, 0)
    assert [(one["index"], one["target"]) for one in told["rejected"]] == [(1, "id"), (2, "id")]
    assert rows(further, NIGHT, "Model") == before


def test_tags_are_json(further: Server) -> None:
    """Text of tags had no braces, and commas and quotes in it broke its readers."""
    listed = further.call("GET", f"{NIGHT}/{CONSUMPTION}/usageDetails").json()["value"]
    assert [item["tags"] for item in listed] == [{"team": TEAM}] * 3
    lines = report(further, NIGHT)
    assert [json.loads(line["tags"]) for line in lines] == [{"team": TEAM}] * 3
    details = [json.loads(line["additionalInfo"]) for line in lines]
    assert {one["TokenType"] for one in details} == {"input_text"}
    told = asked(further, NIGHT, grouping=[{"type": "TagKey", "name": "team"}])["rows"]
    assert [row[:3] for row in told] == [[Decimal("0.022222"), "team", TEAM]]
    assert sum(Decimal(line["costInBillingCurrency"]) for line in lines) == told[0][0]


def report(server: Server, scope: str) -> list[dict[str, str]]:
    """The lines of a report of cost details."""
    days = {"metric": "ActualCost", "timePeriod": {"start": "2026-11-01", "end": "2026-11-20"}}
    made = waited_for(server, f"{scope}/{COST}/generateCostDetailsReport", days)
    (blob,) = made["manifest"]["blobs"]
    return list(csv.DictReader(StringIO(server.client.get(blob["blobLink"]).text)))


def waited_for(server: Server, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """What is made in the background of a call."""
    place = server.call("POST", path, body).headers["location"]
    for _ in range(200):
        answer = server.client.get(place)
        if answer.status_code == 200:
            break
        time.sleep(0.02)
    made: dict[str, Any] = answer.json()
    return made


def test_invoices_are_the_ledger_to_the_last_digit(further: Server) -> None:
    """Billed costs differed from the invoice, and nobody could say by what."""
    account = "/providers/Microsoft.Billing/billingAccounts/unassigned"
    days = "periodStartDate=2026-11-01&periodEndDate=2026-11-30"
    (listed,) = further.call("GET", f"{account}/invoices?{days}").json()["value"]
    made = waited_for(further, f"{account}/invoices/{listed['name']}/download")
    told = json.loads(further.client.get(made["url"]).text, parse_float=Decimal)
    ((cost, *_),) = asked(further, "", grouping=by("InvoiceId"))["rows"]
    assert told["ledger_total"] == cost
    lines = [line for section in told["sections"] for line in section["lines"]]
    assert sum(line["amount"] for line in lines) == told["subtotal"] == cost + told["rounding"]
    assert listed["properties"]["billedAmount"]["value"] == float(told["subtotal"])
    assert [one["status"] for one in told["unpriced"]].count("UsageMissing") == 1


def test_past_costs_can_be_tagged(further: Server) -> None:
    """Tags of former months could not be mended, so that they were of no use for cost."""
    workspace, scope = further.workspace, f"/subscriptions/{SUBSCRIPTION}"
    center = [{"type": "TagKey", "name": "cost-center"}]
    (before,) = asked(further, scope, grouping=center)["rows"]
    account = f"{scope}/resourceGroups/rg-search/providers/Microsoft.CognitiveServices/accounts/ai"
    listed = {"id": account, "name": "ai", "type": "Microsoft.CognitiveServices/accounts"}
    tagged = [listed | {"location": "swedencentral", "tags": {"cost-center": "4711"}}]
    november = Period(parse_instant("2026-11-01"), parse_instant("2026-12-01"))
    lists = [read_azure_list(json.dumps(tagged).encode())]
    workspace.import_resources(lists, at=november.start)
    preview = workspace.preview_rerating(parse_scope(scope), november)
    workspace.rerate(preview, "ann", "mend tags")
    found = {row[2]: row[0] for row in asked(further, scope, grouping=center)["rows"]}
    assert (before[0], before[2]) == (found["4711"], "")
    assert sum(cost or 0 for cost in found.values()) == before[0]
