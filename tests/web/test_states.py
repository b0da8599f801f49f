"""What the page says when there is nothing to show, or something went wrong."""

from decimal import Decimal

import pytest
from playwright.sync_api import Page, Route, expect

from tests.environment.server import RunningServer
from tests.web.reading import Screen

pytestmark = pytest.mark.requires("chromium")


def test_a_month_without_usage_offers_one_that_has_some(screen: Screen) -> None:
    screen.open("/analysis?range=2026-04")
    expect(screen.page.get_by_role("heading", name="No usage in April 2026")).to_be_visible()
    screen.page.get_by_role("button", name="Show ").click()
    screen.settle()
    assert screen.total() == Decimal("2.20")


def test_filters_that_match_nothing_can_be_removed(screen: Screen) -> None:
    screen.open("/analysis?range=2026-03&filter=Model:nothing")
    heading = screen.page.get_by_role("heading", level=2)
    expect(heading).to_have_text("Nothing in March 2026 matches the filters")
    screen.page.get_by_role("button", name="Remove", exact=True).click()
    screen.settle()
    assert screen.total() == Decimal("24.80")


def test_without_any_usage_three_ways_in(costplane_server: RunningServer, page: Page) -> None:
    Screen(page, costplane_server.url).open("/")
    expect(page.get_by_role("heading", name="No usage yet")).to_be_visible()
    expect(page.locator(".ways li")).to_have_count(3)


def test_a_failure_is_told_once_and_can_be_retried(screen: Screen) -> None:
    body = '{"error": {"code": "QueryTooLarge", "message": "The query is too large."}}'

    def refuse(route: Route) -> None:
        route.fulfill(status=400, body=body, headers={"x-ms-request-id": "r-17"})

    screen.page.route("**/query?*", refuse)
    screen.open("/analysis?range=2026-03")
    failure = screen.page.get_by_role("alert")
    expect(failure).to_have_count(1)
    expect(failure).to_contain_text("The query is too large.")
    expect(failure).to_contain_text("r-17")
    screen.page.unroute("**/query?*", refuse)
    failure.get_by_role("button", name="Retry").click()
    expect(failure).to_have_count(0)
    screen.settle()
    assert screen.total() == Decimal("24.80")


def test_an_unknown_scope_says_so(screen: Screen) -> None:
    screen.open("/analysis?scope=/subscriptions/00000000-0000-4000-8000-000000000009")
    expect(screen.page.get_by_role("alert")).to_contain_text("NotFound")


def test_while_new_numbers_load_the_old_ones_stay_dimmed(screen: Screen) -> None:
    screen.open("/analysis?range=2026-03")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    screen.page.route("**/query?*", hold)
    screen.page.get_by_role("button", name="Previous period").click()
    figures = screen.page.get_by_role("region", name="Costs", exact=True)
    expect(figures).to_have_attribute("aria-busy", "true")
    expect(figures).to_have_css("opacity", "0.6")
    assert screen.total() == Decimal("24.80")
    for route in held:
        route.continue_()
    screen.page.unroute("**/query?*", hold)
    screen.settle()
    assert screen.total() == Decimal("11.00")


def test_a_copy_is_exact(screen: Screen) -> None:
    screen.open("/analysis?range=2026-03&group=Model")
    copied = screen.page.evaluate(
        """() => {
          const row = document.querySelector('.rows tbody tr');
          getSelection().selectAllChildren(row);
          const data = new DataTransfer();
          document.dispatchEvent(new ClipboardEvent('copy', {clipboardData: data}));
          return data.getData('text/plain');
        }"""
    )
    model, cost, share, *_ = copied.split("\t")
    assert (model, cost) == ("gpt-4.1", "22")
    assert share.startswith("0.88709677")
