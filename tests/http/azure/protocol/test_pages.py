"""Pages of lists: whole, in order, tied to their question."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from costplane.app.workspace import Workspace
from costplane.core.scope import parse_scope
from costplane.errors import InvalidQuery
from costplane.http.azure.protocol.operation import Call
from costplane.http.azure.protocol.pages import paged, paging
from costplane.http.azure.protocol.routes import query_options
from costplane.http.heavy import HeavyWork
from costplane.http.identity import Anonymous, AnonymousOwner
from costplane.http.services import Services

ADDRESS = "https://costs.contoso.com/subscriptions/s1/providers/Microsoft.Consumption/lots"


@pytest.fixture(scope="module")
def services(workspace: Workspace) -> Services:
    return Services(workspace, AnonymousOwner(), HeavyWork())


def call(services: Services, url: str) -> Call:
    parts = urlsplit(url)
    request = Request(
        {
            "type": "http",
            "method": "GET",
            "scheme": parts.scheme,
            "server": (parts.hostname, 443),
            "path": parts.path,
            "query_string": parts.query.encode(),
            "headers": [(b"host", parts.netloc.encode())],
        }
    )
    options = query_options(request)
    scope = parse_scope("subscriptions/s1")
    return Call(request, services, Anonymous(), scope, "subscriptions/s1", {}, options)


def follow(services: Services, items: list[dict[str, object]], url: str) -> list[list[Any]]:
    pages = []
    link: str | None = url
    while link:
        page = json.loads(bytes(paged(call(services, link), items).body))
        pages.append([item["id"] for item in page["value"]])
        link = page["nextLink"]
        assert len(pages) <= len(items) + 1
    return pages


@settings(max_examples=40)
@given(count=st.integers(0, 12), size=st.integers(1, 13))
def test_pages_are_the_whole(services: Services, count: int, size: int) -> None:
    items: list[dict[str, object]] = [{"id": f"/x/{number}"} for number in range(count)]
    pages = follow(services, items, f"{ADDRESS}?api-version=2024-08-01&$top={size}&$filter=a")
    assert [name for page in pages for name in page] == [item["id"] for item in items]
    assert all(len(page) == size for page in pages[:-1])


def test_a_page_goes_on_after_its_last_item(services: Services) -> None:
    items: list[dict[str, object]] = [{"id": name} for name in "bdf"]
    first = json.loads(bytes(paged(call(services, f"{ADDRESS}?$top=2"), items).body))
    items.insert(0, {"id": "a"})
    second = json.loads(bytes(paged(call(services, first["nextLink"]), items).body))
    assert [item["id"] for item in second["value"]] == ["f"]


def test_the_link_keeps_what_was_asked(services: Services) -> None:
    items: list[dict[str, object]] = [{"id": "a"}, {"id": "b"}]
    url = f"{ADDRESS}?api-version=2024-08-01&$filter=x%20eq%20'1'&$top=1"
    link = json.loads(bytes(paged(call(services, url), items).body))["nextLink"]
    asked = dict(parse_qsl(urlsplit(link).query))
    assert asked.pop("$skiptoken")
    assert asked == {"api-version": "2024-08-01", "$filter": "x eq '1'", "$top": "1"}


def test_versions_and_instant_stay(services: Services) -> None:
    first = paging(call(services, ADDRESS))
    assert (first.offset, first.versions) == (0, None)
    second = paging(call(services, first.link(versions={"charges": 7})))
    third = paging(call(services, second.link()))
    assert (third.offset, third.versions) == (2_000, {"charges": 7})
    assert third.now == first.now


def test_a_token_of_another_question(services: Services) -> None:
    link = paging(call(services, f"{ADDRESS}?$filter=a")).link()
    with pytest.raises(InvalidQuery, match="another question"):
        paging(call(services, link.replace("filter=a", "filter=b")))
    with pytest.raises(InvalidQuery, match="another question"):
        paging(call(services, link.replace("/s1/", "/s2/")))


@pytest.mark.parametrize(
    "held",
    [
        [-1, "", "2026-11-01T00:00:00Z", {}, "q"],
        [0, "", "2026-11-01T00:00:00Z", {"../../etc": 1}, "q"],
        [0, "", "2026-11-01T00:00:00Z", {"charges": -1}, "q"],
        [0, "", "2026-11-01T00:00:00", {}, "q"],
        [10**30, "", "2026-11-01T00:00:00Z", {}, "q"],
        [0],
        {},
    ],
)
def test_a_forged_token(services: Services, held: object) -> None:
    token = base64.urlsafe_b64encode(json.dumps(held).encode()).decode().rstrip("=")
    with pytest.raises(InvalidQuery, match="damaged"):
        paging(call(services, f"{ADDRESS}?$skiptoken={token}"))


@pytest.mark.parametrize("token", ["x", "AQAAAA==", "%00", "a" * 5_000, "é"])
def test_a_damaged_token(services: Services, token: str) -> None:
    with pytest.raises(InvalidQuery, match="damaged"):
        paging(call(services, f"{ADDRESS}?$skiptoken={token}"))
