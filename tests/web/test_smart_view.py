"""AI smart view on the sample: resources, their deployments and token types."""

from decimal import Decimal

import pytest
from playwright.sync_api import Locator, expect

from tests.web.reading import Screen, exact

pytestmark = pytest.mark.requires("chromium")

MARCH = "/analysis?view=ai&range=2026-03"


def line(screen: Screen, name: str) -> Locator:
    """A line of the tree by its first words."""
    grid = screen.page.get_by_role("treegrid", name="Resources and deployments")
    return grid.locator("tbody tr").filter(has=screen.page.get_by_text(name, exact=True))


def cells(found: Locator) -> list[str | None]:
    """The exact first number of each cell but the name's; None where it is unknown."""
    numbers = [cell.locator("data").first for cell in found.locator("td").all()[1:]]
    return [number.get_attribute("value") if number.count() else None for number in numbers]


def test_a_deployment_shows_its_ratios(screen: Screen) -> None:
    screen.open(MARCH)
    found = line(screen, "chat")
    expect(found).to_contain_text("gpt-4.1 · 2025-04-14 · Global Standard")
    tokens, cost, million, share, change, hits, calls, request = cells(found)
    assert [tokens, cost, million, change] == ["11000000", "22", "2", "11"]
    assert str(share).startswith("0.887096")  # 22.00 / 24.80
    assert [hits, calls, request] == ["0.4", "10", "2.2"]


def test_a_resource_adds_up_what_is_priced(screen: Screen) -> None:
    screen.open(MARCH)
    tokens, cost, *_ = cells(line(screen, "aoai-agents"))
    assert [tokens, cost] == ["5500890", "2.8"]
    unpriced = line(screen, "own")
    assert cells(unpriced)[1] is None
    expect(unpriced.locator("td").nth(2)).to_contain_text("No priced usage")


def test_token_types_open_by_keyboard(screen: Screen) -> None:
    screen.open(MARCH)
    line(screen, "chat").focus()
    expect(line(screen, "chat")).to_have_attribute("aria-expanded", "false")
    screen.page.keyboard.press("ArrowRight")
    expect(line(screen, "chat")).to_have_attribute("aria-expanded", "true")
    assert exact(line(screen, "Cached input").locator("td").nth(2)) == 2  # 10 x 0.20
    screen.page.keyboard.press("ArrowDown")
    expect(line(screen, "Input")).to_be_focused()
    screen.page.keyboard.press("ArrowLeft")
    expect(line(screen, "chat")).to_be_focused()
    screen.page.keyboard.press("ArrowLeft")
    expect(line(screen, "Cached input")).to_have_count(0)


def test_enter_filters_by_the_line(screen: Screen) -> None:
    screen.open(MARCH)
    line(screen, "mini").focus()
    screen.page.keyboard.press("Enter")
    screen.settle()
    assert screen.query()["filter"] == ["Deployment:mini"]
    assert screen.total() == Decimal("2.80")
