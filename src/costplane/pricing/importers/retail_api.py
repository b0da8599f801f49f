"""The public Azure Retail Prices API: every page of a question, or nothing.

Microsoft Learn, "Azure Retail Prices REST API overview": GET with $filter and currencyCode, no
login, pages of up to 1,000 rows that NextPageLink leads through. The currency is a parameter:
within $filter it silently gives no rows.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from costplane.errors import InvalidInput, UnreadableFile
from costplane.pricing.importers import azure_retail
from costplane.pricing.importers.answers import fetched
from costplane.pricing.importers.reading import SheetReading, Source, read_drafts

DEFAULT_ADDRESS = "https://prices.azure.com/api/retail/prices"
SERVICE_NAMES = ("Foundry Models", "Cognitive Services")
"""What Azure calls its AI models' service, now and until 2025."""

_PAGES = 10_000


@dataclass(frozen=True, slots=True)
class RetailPrices:
    """The API at an address. `wait` passes seconds between tries."""

    address: str = DEFAULT_ADDRESS
    currency: str = "USD"
    service_names: Sequence[str] = SERVICE_NAMES
    wait: Callable[[int], None] = time.sleep

    def read(self, imported_at: datetime) -> SheetReading:
        """The list of today as a sheet, whole or not at all, as a file's (reading.py).

        Raises Unavailable if the API does not answer, UnreadableFile if one page is damaged.
        """
        pages: list[Any] = []
        digest = hashlib.sha256()
        address: str | None = self._first()
        asked: set[str] = set()
        while address:
            if address in asked or len(pages) == _PAGES:
                raise UnreadableFile(f"{address}: the pages have no end", target=address)
            asked.add(address)
            content = fetched(address, self.wait)
            digest.update(content)
            pages.append(_page(content, address))
            address = self._next(pages[-1])
        drafted = azure_retail.read_pages([page | {azure_retail.NEXT_PAGE: None} for page in pages])
        place = self._first()
        return read_drafts(drafted, Source(place, place, digest.hexdigest(), imported_at))

    def _first(self) -> str:
        parts = urlsplit(self.address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InvalidInput(
                f"'{self.address}' is no address of the API; write https://host/path", target="url"
            )
        names = " or ".join(f"serviceName eq '{_literal(name)}'" for name in self.service_names)
        asked = (
            *([parts.query] if parts.query else []),
            f"currencyCode={quote(chr(39) + _literal(self.currency.upper()) + chr(39))}",
            *([f"$filter={quote(names)}"] if names else []),
        )
        return urlunsplit((parts.scheme, parts.netloc, parts.path, "&".join(asked), ""))

    def _next(self, page: dict[str, Any]) -> str | None:
        """The next page at this address: a copy of the API leads to Microsoft's in its links."""
        link = page.get(azure_retail.NEXT_PAGE)
        if not link:
            return None
        parts, following = urlsplit(self.address), urlsplit(str(link))
        if not following.query:
            raise UnreadableFile(f"{link}: a page leads to no further rows", target=str(link))
        return urlunsplit((parts.scheme, parts.netloc, parts.path, following.query, ""))


def _page(content: bytes, address: str) -> dict[str, Any]:
    try:
        page = json.loads(content, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise _damaged(address, "it is no JSON") from error
    if not (isinstance(page, dict) and isinstance(page.get("Items"), list)):
        raise _damaged(address, "it has no Items")
    count = page.get("Count")
    if count is not None and count != len(page["Items"]):
        raise _damaged(address, f"it says {count} rows and has {len(page['Items'])}")
    return page


def _literal(text: str) -> str:
    """Text within quotes of a filter."""
    return text.replace("'", "''")


def _damaged(address: str, what: str) -> UnreadableFile:
    return UnreadableFile(
        f"{address}: the answer page is damaged: {what}; nothing of the list is taken",
        target=address,
    )
