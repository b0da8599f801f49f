"""Cases that other tools got wrong in public, worked by hand (the issues are named at each)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest

from costplane.app.workspace import Workspace
from tests.app.estate import Event, answer, body, costs, take

NOW = datetime(2026, 8, 20, tzinfo=UTC)
ACCOUNT = (
    "/subscriptions/s-1/resourcegroups/rg-a/providers/microsoft.cognitiveservices/accounts/one"
)
DIRECT = """\
name: direct
provider: anthropic
currency: USD
valid_from: 2026-01-01
unit: 1M Tokens
rows:
  - {model: claude-sonnet-4-5, quantity: input_text, price: 3}
  - {model: claude-sonnet-4-5, quantity: input_text_cached, price: 0.30}
  - {model: claude-sonnet-4-5, quantity: input_text_cache_write, price: 3.75}
  - {model: claude-sonnet-4-5, quantity: output_text, price: 15}
  - {provider: openai, model: gpt-5, quantity: input_text, price: 1.25}
  - {provider: openai, model: gpt-5, quantity: input_text_cached, price: 0.125}
"""


@pytest.fixture(scope="module")
def priced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace with Azure's list of 2026-08 and prices of two providers; a folder of its own."""
    folder = tmp_path_factory.mktemp("worked")
    opened = Workspace.open(folder / "data", now=lambda: NOW)
    data = files("costplane.pricing") / "data"
    with as_file(data / "azure_genai_prices_snapshot_2026-08-11.json.gz") as path:
        opened.import_prices(path)
    sheet = folder / "direct.yaml"
    sheet.write_text(DIRECT)
    opened.import_prices(sheet)
    yield opened
    opened.close()


def event(id_: str, time: str = "2026-08-03T10:00:00Z", **data: Any) -> Event:
    return {"source": "worked", "id": id_, "time": time, "data": data}


def azure(
    id_: str, model: str, quantities: dict[str, int], time: str = "2026-08-03T10:00:00Z"
) -> Event:
    told: dict[str, Any] = {
        "resource_id": ACCOUNT,
        "deployment_type": "GlobalStandard",
        "region": "swedencentral",
    }
    return event(id_, time, **told, model=model, tags={"case": id_}, quantities=quantities)


def lines_of(workspace: Workspace, id_: str) -> dict[str, tuple[int, Decimal]]:
    found = workspace.explain_event("worked", id_).lines
    return {
        line.quantity: (int(line.count), line.amount or Decimal(0)) for line in found if line.count
    }


ANTHROPIC = {
    "input_tokens": 5,
    "cache_read_input_tokens": 128_955,
    "cache_creation_input_tokens": 1_253,
    "output_tokens": 200,
}
OTEL = {
    "gen_ai.usage.input_tokens": 130_213,
    "gen_ai.usage.cache_read.input_tokens": 128_955,
    "gen_ai.usage.cache_creation.input_tokens": 1_253,
    "gen_ai.usage.output_tokens": 200,
}


@pytest.mark.parametrize("usage", [ANTHROPIC, OTEL])
def test_cached_tokens_beside_the_input_or_within_it(
    priced: Workspace, usage: dict[str, int]
) -> None:
    """github.com/langfuse/langfuse/issues/12306: 130,213 tokens were shown as 260,421.

    Anthropic counts cached tokens beside its input, OpenTelemetry within it.
    """
    id_ = f"cache-{len(usage)}-{min(usage)}"
    told: dict[str, Any] = {
        "account": {"provider": "anthropic", "project": "p"},
        "provider": "anthropic",
    }
    take(priced, [event(id_, **told, model="claude-sonnet-4-5", usage=usage)])
    found = lines_of(priced, id_)
    assert found == {
        "input_text": (5, Decimal("0.000015")),
        "input_text_cached": (128_955, Decimal("0.0386865")),
        "input_text_cache_write": (1_253, Decimal("0.00469875")),
        "output_text": (200, Decimal("0.003")),
    }
    assert sum(count for name, (count, _) in found.items() if name != "output_text") == 130_213


def test_input_that_includes_what_was_cached(priced: Workspace) -> None:
    """github.com/langfuse/langfuse/issues/10592: 17,903 tokens were shown as 35,720."""
    usage = {
        "input_tokens": 17_903,
        "input_tokens_details": {"cached_tokens": 17_817},
        "output_tokens": 0,
    }
    told: dict[str, Any] = {"account": {"provider": "openai", "project": "p"}, "provider": "openai"}
    take(priced, [event("included", **told, model="gpt-5", usage=usage)])
    assert lines_of(priced, "included") == {
        "input_text": (86, Decimal("0.0001075")),
        "input_text_cached": (17_817, Decimal("0.002227125")),
    }


@pytest.mark.parametrize(
    ("quantities", "cost"),
    [
        # 272,000 x 5 + 1,000 x 30 for a million
        ({"input_text": 272_000, "output_text": 1_000}, "1.39"),
        # One token more, and all of it is long: 272,001 x 10 + 1,000 x 45
        ({"input_text": 272_001, "output_text": 1_000}, "2.76501"),
        # Cached tokens are part of the prompt: 200,000 x 10 + 72,001 x 1 + 1,000 x 45
        (
            {"input_text": 200_000, "input_text_cached": 72_001, "output_text": 1_000},
            "2.117001",
        ),
        # The answer is not: 272,000 x 5 + 90,000 x 30
        ({"input_text": 272_000, "output_text": 90_000}, "4.06"),
    ],
)
def test_a_long_prompt_is_long_for_the_whole_request(
    priced: Workspace, quantities: dict[str, int], cost: str
) -> None:
    """Azure's list for GPT-5.5: input 5, above 272,000 prompt tokens 10; output 30, then 45."""
    id_ = "-".join(map(str, quantities.values()))
    take(priced, [azure(f"long-{id_}", "gpt-5.5", quantities)])
    amounts = [amount for _, amount in lines_of(priced, f"long-{id_}").values()]
    assert sum(amounts) == Decimal(cost)


def test_the_meter_decides_and_not_the_announcement(priced: Workspace) -> None:
    """github.com/BerriAI/litellm/issues/36192: 1 to 6 August 2026, 48.30 million tokens of
    `5.6 terra ShortCo Inp Std Gl` at 2.50 and 2.45 million of its output at 15; an announcement
    had 2.00. The bill was 0.25 % above: the list price is what the meter says."""
    calls = [
        azure(
            f"terra-{n}",
            "gpt-5.6-terra",
            {"input_text": 241_500, "output_text": 12_250},
            f"2026-08-{1 + n % 6:02}T12:00:00Z",
        )
        for n in range(200)
    ]
    take(priced, calls)
    asked = body("Model", "TokenType", period={"from": "2026-08-01", "to": "2026-08-06"})
    found = costs(answer(priced, asked))
    assert {key: cost for key, cost in found.items() if "gpt-5.6-terra" in key} == {
        ("gpt-5.6-terra", "input_text"): Decimal("120.75"),
        ("gpt-5.6-terra", "output_text"): Decimal("36.75"),
    }
    billed = Decimal("48.30") * Decimal("2.5062")
    assert (billed / Decimal("120.75") - 1).quantize(Decimal("0.0001")) == Decimal("0.0025")


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/St_Johns"])
def test_days_add_up_to_their_range(priced: Workspace, zone: str) -> None:
    """github.com/BerriAI/litellm/issues/29568: five days cost 701.39, the same days one by one
    1,070.94. A call each 47 minutes, so that days begin at every minute of an hour."""
    start = datetime(2026, 7, 6, tzinfo=UTC)
    calls = [
        azure(
            f"day-{n}",
            "gpt-5.5",
            {"input_text": 1_000 + n},
            f"{start + timedelta(minutes=47 * n):%Y-%m-%dT%H:%M:%SZ}",
        )
        for n in range(215)
    ]
    take(priced, calls)

    def cost(first: date, last: date) -> Decimal:
        period = {"from": first.isoformat(), "to": last.isoformat()}
        return sum(costs(answer(priced, body(period=period, zone=zone))).values(), Decimal(0))

    days = [date(2026, 7, 7) + timedelta(days=n) for n in range(5)]
    assert sum(cost(day, day) for day in days) == cost(days[0], days[-1]) > 0
    asked = {"from": days[0].isoformat(), "to": days[-1].isoformat()}
    daily = costs(answer(priced, body(period=asked, zone=zone, granularity="Daily")))
    assert list(daily.values()) == [cost(day, day) for day in days]


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Pacific/Auckland"])
def test_every_view_of_some_days_shows_the_same_sum(priced: Workspace, zone: str) -> None:
    """github.com/BerriAI/litellm/issues/27780: 8.78 was shown, 0.99 stood in the table, about 1.10
    on the bill. 99 calls of 2,000 tokens at 5 for a million are 0.99, in a total, by day, by tag
    and by model; days of another zone do not count a call twice."""
    start = datetime(2026, 6, 10, 18, tzinfo=UTC)
    calls = [
        azure(
            f"view-{n}",
            "gpt-5.5",
            {"input_text": 2_000},
            f"{start + timedelta(minutes=31 * n):%Y-%m-%dT%H:%M:%SZ}",
        )
        for n in range(99)
    ]
    take(priced, calls)
    asked: dict[str, Any] = {"period": {"from": "2026-06-10", "to": "2026-06-14"}, "zone": zone}
    views = [
        body(**asked),
        body(**asked, granularity="Daily"),
        body("Model", **asked, granularity="Daily"),
        body("Model", "TokenType", **asked),
        body("tag:case", **asked),
    ]
    for view in views:
        shown = costs(answer(priced, view)).values()
        assert sum(shown) == Decimal("0.99")
    assert (Decimal("1.10") / Decimal("0.99") - 1).quantize(Decimal("0.01")) == Decimal("0.11")


def test_a_quantity_without_a_price_is_told_beside_those_that_have_one(priced: Workspace) -> None:
    """github.com/langfuse/codex-observability-plugin/issues/22: what had no price in the sheet
    counted as 0 in silence."""
    told: dict[str, Any] = {"account": {"provider": "openai", "project": "p"}, "provider": "openai"}
    quantities = {"input_text": 1_000, "input_text_cached": 1_000, "output_text": 500}
    take(priced, [event("bucket", **told, model="gpt-5", quantities=quantities)])
    explained = priced.explain_event("worked", "bucket")
    found = {line.quantity: (line.status, line.amount) for line in explained.lines}
    assert found == {
        "input_text": ("Billed", Decimal("0.00125")),
        "input_text_cached": ("Billed", Decimal("0.000125")),
        "output_text": ("Unpriced", None),
    }
    assert explained.without_price == 1
    assert [total.amount for total in explained.totals] == [Decimal("0.001375")]


def test_a_bill_in_euros_by_the_million(priced: Workspace, tmp_path: Path) -> None:
    """models.dev, pull request 4541: a bill had 87.820032 million cached tokens of
    `5.6 luna ShortCo Cd Inp Std Gl` for 1.5432 EUR, which is 0.017572 for a million."""
    sheet = tmp_path / "euros.yaml"
    sheet.write_text(
        "name: euros\nkind: customer\nscope: /subscriptions/s-2\ncurrency: EUR\n"
        "valid_from: 2026-01-01\nrows:\n"
        "  - {model: gpt-5.6-luna, deployment_type: GlobalStandard, quantity: input_text_cached,"
        " unit: 1M Tokens, price: 0.0175723}\n"
    )
    priced.import_prices(sheet)
    call = azure("euros", "gpt-5.6-luna", {"input_text_cached": 87_820_032})
    call["data"]["resource_id"] = ACCOUNT.replace("s-1", "s-2")
    take(priced, [call])
    (line,) = priced.explain_event("worked", "euros").lines
    assert (line.amount, line.currency) == (Decimal("1.543199948314"), "EUR")
    assert round(line.amount or 0, 4) == Decimal("1.5432")
