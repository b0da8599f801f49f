"""Accessibility, small windows, dark mode, weight, and what the page asks of the network."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.web.reading import Screen

pytestmark = pytest.mark.requires("chromium")

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
TRANSITIONS = """Promise.allSettled(
    document.getAnimations().filter(one => one instanceof CSSTransition).map(one => one.finished)
).then(() => null)"""
"""Ends when no colour is on its way to another: half-way colours have no contrast to speak of."""
FIRST_LOAD = 400_000
"""Bytes as they come over the wire, gzipped (the page's budget)."""

VIEWS = {
    "accumulated": "/analysis?range=2026-03",
    "stacked": "/analysis?range=2026-03&group=Model&chart=column&filter=!Model:nothing",
    "table": "/analysis?range=2026-03&group=Model&chart=table",
    "smart": "/analysis?range=2026-03&view=ai",
    "empty": "/analysis?range=2026-04",
}


@pytest.mark.parametrize("address", VIEWS.values(), ids=VIEWS)
def test_axe_finds_nothing_by_day_and_by_night(screen: Screen, address: str) -> None:
    screen.open(address)
    screen.page.emulate_media(color_scheme="light")
    assert findings(screen) == []
    screen.page.emulate_media(color_scheme="dark")
    expect(screen.page.get_by_role("button", name="Switch to light")).to_be_visible()
    assert findings(screen) == []


def test_axe_finds_nothing_in_open_pills(screen: Screen) -> None:
    screen.open(VIEWS["accumulated"])
    for pill in ("Scope", "March 2026", "Metric", "Group by", "Add filter"):
        button = screen.page.get_by_role("button", name=pill)
        button.click()
        expect(button).to_have_attribute("aria-expanded", "true")
        assert findings(screen, "[popover]:popover-open") == [], pill
        screen.page.keyboard.press("Escape")
        expect(button).to_be_focused()


def findings(screen: Screen, part: str = "html") -> list[str]:
    """What axe reports of a part of the page, with the element of each finding."""
    assert AXE.is_file(), f"axe is missing: run 'npm ci' in {AXE.parents[2]}"
    if not screen.page.evaluate("'axe' in window"):
        screen.page.evaluate(AXE.read_text())
    screen.page.evaluate(TRANSITIONS)
    result = screen.page.evaluate(f"axe.run({part!r}, {{resultTypes: ['violations']}})")
    return [
        f"{found['id']}: {node['html']}"
        for found in result["violations"]
        for node in found["nodes"]
    ]


@pytest.mark.parametrize("address", VIEWS.values(), ids=VIEWS)
def test_320_pixels_are_enough(screen: Screen, address: str) -> None:
    screen.page.set_viewport_size({"width": 320, "height": 640})
    screen.open(address)
    assert screen.page.evaluate("document.documentElement.scrollWidth") == 320


def test_light_and_dark_are_kept(screen: Screen) -> None:
    screen.open(VIEWS["accumulated"])
    background = "getComputedStyle(document.querySelector('.app')).backgroundColor"
    assert screen.page.evaluate(background) == "rgb(255, 255, 255)"
    screen.page.get_by_role("button", name="Switch to dark").click()
    assert screen.page.evaluate(background) == "rgb(31, 31, 31)"
    screen.open(VIEWS["accumulated"])
    expect(screen.page.get_by_role("button", name="Switch to light")).to_be_visible()


def test_a_model_keeps_its_colour(screen: Screen) -> None:
    def colour(name: str) -> object:
        item = screen.page.locator(".legend-item", has_text=name).first
        return item.locator(".swatch").evaluate("mark => mark.style.background")

    screen.open("/analysis?range=2026-03&group=Model")
    before = colour("gpt-4.1-mini")
    screen.open("/analysis?range=2026-03&group=Model&filter=Model:gpt-4.1-mini")
    assert colour("gpt-4.1-mini") == before


def test_the_first_load_is_light_and_asks_nobody_else(site: str, chromium: Browser) -> None:
    context = chromium.new_context()
    page = context.new_page()
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    Screen(page, site).open("/")
    expect(page.get_by_role("application")).to_be_visible()
    entries = (
        "performance.getEntriesByType('resource').map(entry => [entry.name, entry.encodedBodySize])"
    )
    sizes = dict(page.evaluate(entries))
    context.close()
    files = {name: size for name, size in sizes.items() if "/assets/" in name}
    assert len(files) >= 3
    assert sum(files.values()) < FIRST_LOAD
    assert hosts == {urlsplit(site).netloc}


def test_the_keyboard_reaches_content_and_pills(screen: Screen) -> None:
    screen.open(VIEWS["accumulated"])
    screen.page.keyboard.press("Tab")
    skip = screen.page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    screen.page.keyboard.press("Enter")
    screen.page.keyboard.press("Tab")
    expect(screen.page.get_by_role("button", name="Accumulated costs")).to_be_focused()
    screen.page.keyboard.press("Enter")
    expect(screen.page.get_by_role("menuitemradio", name="Accumulated costs")).to_be_focused()
    screen.page.keyboard.press("End")
    screen.page.keyboard.press("Enter")
    screen.settle()
    assert screen.query()["view"] == ["ai"]
