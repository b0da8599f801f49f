"""Reading and driving the page as a person does: by what things are called."""

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, expect


@dataclass(frozen=True, slots=True)
class Screen:
    """The page of a server."""

    page: Page
    site: str

    def open(self, address: str) -> None:
        """Go to an address and wait for its numbers."""
        self.page.goto(self.site + address)
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is loading."""
        shown = self.page.locator(".figures, .empty, .failure").first
        expect(shown).to_be_visible()
        expect(self.page.locator(".skeleton, [aria-busy=true]")).to_have_count(0)

    def pick(self, label: str, text: str) -> None:
        """Open the list of a pill, type, and take the first that is found."""
        self.page.get_by_role("button", name=label).click()
        find = self.page.get_by_role("combobox", name="Find in")
        expect(find).to_be_focused()
        find.fill(text)
        find.press("Enter")

    def choose(self, label: str, option: str) -> None:
        """Choose from the menu of a pill."""
        self.page.get_by_role("button", name=label).click()
        self.page.get_by_role("menuitemradio", name=option).click()
        self.settle()

    def query(self) -> dict[str, list[str]]:
        """What the address bar says."""
        return parse_qs(urlsplit(self.page.url).query)

    def figure(self, name: str) -> Locator:
        """A figure above the chart, by what stands over it."""
        return self.page.locator(".figure", has=self.page.get_by_text(name, exact=True))

    def total(self) -> Decimal:
        """The exact actual cost."""
        return exact(self.figure("Actual cost, USD"))

    def rows(self) -> list[list[str]]:
        """The table of rows as text, without its head."""
        lines = self.page.get_by_role("table", name="All rows").locator("tbody tr")
        return [line.locator("td").all_inner_texts() for line in lines.all()]

    def ranked(self, column: str) -> Locator:
        """The rows of a ranked list."""
        return self.page.get_by_role("region", name=f"By {column}").get_by_role("button")


def exact(inside: Locator) -> Decimal:
    """The exact decimal behind the first number in an element."""
    return Decimal(inside.locator("data").first.get_attribute("value") or "missing")
