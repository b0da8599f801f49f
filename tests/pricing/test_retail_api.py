"""The public price API, at a server of this machine: pages, failures, damage."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from costplane.errors import InvalidInput, InvalidPriceSheet, TooLarge, Unavailable, UnreadableFile
from costplane.pricing.importers import SheetReading, answers
from costplane.pricing.importers.retail_api import RetailPrices
from tests.environment.price_api import PriceApi, Reply, page, serving
from tests.pricing.test_importers_azure_retail import ROW

NOW = datetime(2026, 11, 1, tzinfo=UTC)
WEST = ROW | {"armRegionName": "westeurope"}
EAST = ROW | {"armRegionName": "eastus", "retailPrice": 1.375}
BUSY = Reply(b"slow down", 429, {"Retry-After": "7"})


def read(api: PriceApi, waited: list[int] | None = None, **settings: object) -> SheetReading:
    waits = [] if waited is None else waited
    prices = RetailPrices(api.address, wait=waits.append, **settings)  # type: ignore[arg-type]
    return prices.read(NOW)


def test_pages_are_followed_at_the_address_that_was_told() -> None:
    with serving(page([ROW], skip=1), page([WEST, EAST], skip=3), page([])) as api:
        reading = read(api)
    prices = [str(row.price) for row in reading.sheet.rows]
    assert prices == ["1.25", "1.25", "1.375"]
    assert (reading.sheet.name, reading.repeated) == ("azure-retail", 0)
    first, second, third = api.questions()
    assert first["currencyCode"] == ["'USD'"]
    assert first["$filter"] == [
        "serviceName eq 'Foundry Models' or serviceName eq 'Cognitive Services'"
    ]
    assert (second["$skip"], third["$skip"]) == (["1"], ["3"])
    assert api.asked[1].startswith("/api/retail/prices?")


def test_the_source_is_the_question_and_the_digest_that_of_its_answers() -> None:
    with serving(page([ROW]), page([ROW]), page([WEST])) as api:
        one, same, other = (read(api).sheet for _ in range(3))
    assert one.source_file.startswith(api.address + "?currencyCode=")
    assert one.sha256 == same.sha256 != other.sha256


def test_currency_services_and_parameters_of_the_address() -> None:
    with serving(page([ROW | {"currencyCode": "EUR"}])) as api:
        api.address += "?api-version=2023-01-01-preview"
        sheet = read(api, currency="eur", service_names=["Bob's Models"]).sheet
    assert sheet.currency == "EUR"
    assert api.questions() == [
        {
            "api-version": ["2023-01-01-preview"],
            "currencyCode": ["'EUR'"],
            "$filter": ["serviceName eq 'Bob''s Models'"],
        }
    ]


@pytest.mark.parametrize(
    ("failures", "waits"),
    [
        ([BUSY], [7]),
        ([Reply(b"", 429, {"Retry-After": "9999"})], [60]),
        ([Reply(b"", 503), Reply(b"", 500), Reply(b"", 502, {"Retry-After": "soon"})], [1, 2, 4]),
    ],
)
def test_a_busy_api_is_asked_again(failures: list[Reply], waits: list[int]) -> None:
    waited: list[int] = []
    with serving(page([ROW], skip=1), *failures, page([WEST])) as api:
        assert len(read(api, waited).sheet.rows) == 2
    assert waited == waits


def test_an_api_that_stays_busy() -> None:
    waited: list[int] = []
    with serving(page([ROW], skip=1), BUSY) as api, pytest.raises(Unavailable, match="answers 429"):
        read(api, waited)
    assert waited == [7] * 3


def test_an_answer_that_no_further_try_mends() -> None:
    waited: list[int] = []
    with serving(Reply(b"", 404)) as api, pytest.raises(Unavailable, match="answers 404"):
        read(api, waited)
    assert waited == []


def test_nobody_answers() -> None:
    waited: list[int] = []
    nobody = RetailPrices("http://127.0.1:9/prices", wait=waited.append)
    with pytest.raises(Unavailable, match="does not answer"):
        nobody.read(NOW)
    assert waited == [1, 2, 4]


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (Reply(page([WEST]).body[:-20]), "it is no JSON"),
        (Reply(b"<html>sign in</html>"), "it is no JSON"),
        (Reply(json.dumps({"error": {"code": "BadRequest"}}).encode()), "it has no Items"),
        (page([WEST], Count=2), "it says 2 rows and has 1"),
        (page([WEST], NextPageLink="https://prices.azure.com/"), "leads to no further rows"),
    ],
)
def test_one_damaged_page_and_nothing_is_taken(damage: Reply, told: str) -> None:
    with serving(page([ROW], skip=1), damage) as api, pytest.raises(UnreadableFile, match=told):
        read(api)


def test_pages_without_end() -> None:
    with serving(page([ROW], skip=1)) as api, pytest.raises(UnreadableFile, match="have no end"):
        read(api)


def test_a_page_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "_LIMIT", 100)
    with serving(page([ROW])) as api, pytest.raises(TooLarge):
        read(api)


def test_no_rows_are_told() -> None:
    """What the API answers to an unknown service, or to a currency within the filter."""
    with serving(page([])) as api, pytest.raises(UnreadableFile, match="the sheet has no rows"):
        read(api)


def test_one_bad_row_and_nothing_is_taken() -> None:
    bad = page([WEST | {"retailPrice": -1}, EAST])
    with (
        serving(page([ROW], skip=1), bad) as api,
        pytest.raises(InvalidPriceSheet, match="nothing of it is taken:\n  line 2, price: "),
    ):
        read(api)


@pytest.mark.parametrize("address", ["ftp://host/prices", "file:///etc/passwd", "prices", ""])
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(InvalidInput, match="no address of the API"):
        RetailPrices(address).read(NOW)
