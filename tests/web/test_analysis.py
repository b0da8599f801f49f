"""Cost analysis on the sample: figures, grouping, filters, ranges, charts, downloads."""

from decimal import Decimal

import pytest
from playwright.sync_api import Route, expect

from tests.web.reading import Screen, exact

pytestmark = pytest.mark.requires("chromium")

MARCH = "/analysis?range=2026-03"


def test_a_first_visit_shows_this_month_of_everything(screen: Screen) -> None:
    screen.open("/")
    expect(screen.page.get_by_role("heading", level=1)).to_contain_text("Accumulated costs")
    expect(screen.page.get_by_role("button", name="Scope: Everything")).to_be_visible()
    assert screen.page.url == f"{screen.site}/analysis"
    assert screen.total() == Decimal("2.20")


def test_figures_are_those_worked_out_by_hand(screen: Screen) -> None:
    screen.open(MARCH)
    assert screen.total() == Decimal("24.80")
    change = screen.figure("Actual cost, USD").locator(".change")
    assert exact(change) == Decimal("13.80")
    expect(change).to_contain_text("+125.5%")
    assert exact(screen.figure("Run rate, USD a day")) == Decimal("0.8")  # 24.80 / 31
    assert exact(screen.figure("Calls")) == 31
    assert exact(screen.figure("Tokens")) == 16_500_890
    blended = Decimal("24.80") / Decimal("16.500890")
    shown = exact(screen.figure("Per 1 M tokens, USD"))
    assert abs(shown - blended) < Decimal("1e-20")


def test_usage_without_a_price_is_told_and_shown(screen: Screen) -> None:
    screen.open(MARCH)
    strip = screen.page.get_by_role("region", name="Unpriced usage")
    expect(strip).to_contain_text("Unpriced: 1 call")
    expect(strip).to_contain_text("in-house-7b")
    expect(strip).to_contain_text("800 input")
    strip.get_by_role("button", name="Show them").click()
    screen.settle()
    expect(screen.figure("Actual cost, USD").locator(".figure-value")).to_contain_text("–")
    assert exact(screen.figure("Calls")) == 1


def test_grouping_by_a_dimension_fills_the_table(screen: Screen) -> None:
    screen.open(MARCH)
    screen.pick("Group by", "model")
    screen.settle()
    assert screen.query()["group"] == ["Model"]
    first, second, third = screen.rows()
    assert first[:3] == ["gpt-4.1", "22.00", "88.7%"]
    assert second[:3] == ["gpt-4.1-mini", "2.80", "11.3%"]
    assert third[0] == "in-house-7b"
    assert third[1].startswith("–")
    assert "+11.00" in first[3]
    assert "new" in second[3]


def test_a_missing_tag_has_a_name(screen: Screen) -> None:
    screen.open(MARCH)
    screen.pick("Group by", "tag team")
    screen.settle()
    assert screen.query()["group"] == ["tag:team"]
    assert [row[:2] for row in screen.rows()] == [["search", "22.00"], ["Untagged", "2.80"]]


def test_groupings_nest(screen: Screen) -> None:
    screen.open(f"{MARCH}&group=ResourceGroupName")
    screen.pick("then by", "token type")
    screen.settle()
    assert screen.query()["group"] == ["ResourceGroupName,TokenType"]
    assert [row[:3] for row in screen.rows()[:2]] == [
        ["rg-search", "Input", "12.00"],
        ["rg-search", "Output", "8.00"],
    ]


def test_filters_are_chosen_by_keyboard_and_removed(screen: Screen) -> None:
    screen.open(MARCH)
    screen.pick("Add filter", "model")
    find = screen.page.get_by_role("combobox", name="Find in Model")
    expect(screen.page.get_by_role("option").first).to_contain_text("gpt-4.1")
    find.press("ArrowDown")
    find.press("Enter")
    screen.page.get_by_role("button", name="Apply").click()
    screen.settle()
    assert screen.query()["filter"] == ["Model:gpt-4.1-mini"]
    assert screen.total() == Decimal("2.80")
    screen.page.get_by_role("button", name="Remove the filter on Model").click()
    screen.settle()
    assert screen.total() == Decimal("24.80")


def test_filters_exclude(screen: Screen) -> None:
    screen.open(f"{MARCH}&filter=!Model:gpt-4.1")
    assert screen.total() == Decimal("2.80")
    expect(screen.page.get_by_role("button", name="Model is not gpt-4.1")).to_be_visible()


def test_a_click_on_a_ranked_bar_filters_and_back_undoes_it(screen: Screen) -> None:
    screen.open(MARCH)
    screen.ranked("Model").filter(has_text="gpt-4.1-mini").click()
    screen.settle()
    assert screen.query()["filter"] == ["Model:gpt-4.1-mini"]
    assert screen.total() == Decimal("2.80")
    screen.page.go_back()
    screen.settle()
    assert screen.total() == Decimal("24.80")


def test_a_click_on_a_segment_of_the_chart_filters(screen: Screen) -> None:
    screen.open(f"{MARCH}&group=Model&chart=column&accumulated=false")
    chart = screen.page.get_by_role("application")
    box = chart.bounding_box()
    assert box is not None
    # The first of 31 columns, near its foot: the dearest model is the lowest of the stack.
    screen.page.mouse.click(box["x"] + box["width"] * 0.055, box["y"] + box["height"] - 45)
    screen.settle()
    assert screen.query()["filter"] == ["Model:gpt-4.1"]


def test_hovering_names_the_rows_of_a_point(screen: Screen) -> None:
    screen.open(f"{MARCH}&group=Model&chart=column&accumulated=false")
    screen.page.get_by_role("application").focus()
    screen.page.keyboard.press("Home")
    tip = screen.page.locator(".tip")
    expect(tip).to_contain_text("Sun, Mar 1, 2026")
    cells = tip.locator("td:not(.tip-mark)").all_inner_texts()
    assert cells[:6] == ["gpt-4.1", "2.20", "88.7%", "gpt-4.1-mini", "0.28", "11.3%"]
    assert cells[6:8] == ["Total", "2.48"]


def test_accumulated_costs_end_with_the_total(screen: Screen) -> None:
    screen.open(f"{MARCH}&chart=table")
    points = screen.page.get_by_role("table", name="Points in time").locator("tbody tr")
    assert points.nth(0).locator("td").all_inner_texts() == ["2.48"]
    assert points.nth(9).locator("td").all_inner_texts() == ["24.80"]
    assert points.nth(30).locator("td").all_inner_texts() == ["24.80"]


def test_periods_step_by_arrow_and_key(screen: Screen) -> None:
    screen.open(MARCH)
    screen.page.get_by_role("button", name="Previous period").click()
    screen.settle()
    assert screen.query()["range"] == ["2026-02"]
    assert screen.total() == Decimal("11.00")
    screen.page.keyboard.press("]")
    screen.settle()
    assert screen.total() == Decimal("24.80")


def test_a_range_of_days_includes_its_last(screen: Screen) -> None:
    screen.open(MARCH)
    screen.page.get_by_role("button", name="March 2026").click()
    screen.page.get_by_label("From").fill("2026-03-02")
    screen.page.get_by_label("To, inclusive").fill("2026-03-04")
    screen.page.get_by_role("button", name="Apply").click()
    screen.settle()
    assert screen.query()["range"] == ["2026-03-02..2026-03-04"]
    assert screen.total() == Decimal("7.44")


def test_views_and_charts_are_in_the_address(screen: Screen) -> None:
    screen.open(MARCH)
    screen.page.get_by_role("button", name="Accumulated costs").click()
    screen.page.get_by_role("menuitemradio", name="Cost by service").click()
    screen.choose("Chart", "Line")
    screen.choose("Granularity", "Daily")
    assert screen.query() == {"view": ["service"], "granularity": ["Daily"], "chart": ["line"]}
    screen.page.get_by_role("button", name="Reset view").click()
    screen.settle()
    assert screen.query() == {"view": ["service"]}


def test_a_scope_narrows_and_is_kept_for_the_next_visit(screen: Screen) -> None:
    screen.open("/analysis?range=2026-03")
    screen.pick("Scope", "rg-agents")
    screen.settle()
    assert screen.total() == Decimal("2.80")
    screen.open("/")
    assert screen.query()["scope"][0].endswith("rg-agents")


def test_the_table_sorts_by_a_column(screen: Screen) -> None:
    screen.open(f"{MARCH}&group=Model")
    screen.page.get_by_role("button", name="Calls").click()
    assert [row[0] for row in screen.rows()] == ["gpt-4.1-mini", "gpt-4.1", "in-house-7b"]


def test_the_download_is_exact(screen: Screen) -> None:
    screen.open("/analysis?range=2026-03-05..2026-03-05&group=Model")
    with screen.page.expect_download() as started:
        screen.page.get_by_role("button", name="CSV").click()
    assert started.value.suggested_filename == "costs-accumulated-2026-03-05-to-2026-03-05.csv"
    lines = started.value.path().read_text("utf-8-sig").splitlines()
    assert lines[0] == "Date,Model,Cost,Currency,TokenCount,CallCount"
    assert sorted(lines[1:]) == [
        "2026-03-05,gpt-4.1,2.2,USD,1100000,1",
        "2026-03-05,gpt-4.1-mini,0.28,USD,550000,2",
        "2026-03-05,in-house-7b,,USD,890,1",
    ]


def test_only_the_newest_answer_is_drawn(screen: Screen) -> None:
    """The answer for February is held back until the one for March has long been drawn."""
    screen.open("/analysis")
    held: list[Route] = []

    def hold(route: Route) -> None:
        if '"2026-02-01"' in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    screen.page.route("**/query?*", hold)
    visit = "q => { history.pushState(null, '', q); dispatchEvent(new Event('popstate')) }"
    screen.page.evaluate(visit, "/analysis?range=2026-02&filter=Model:gpt-4.1")
    screen.page.evaluate(visit, "/analysis?range=2026-03-01..2026-03-03")
    expect(screen.figure("Actual cost, USD").locator(".figure-value")).to_have_text("7.44")
    assert held
    for route in held:
        route.continue_()
    screen.page.wait_for_timeout(300)
    assert screen.total() == Decimal("7.44")
