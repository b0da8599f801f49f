"""The estate as it is billed: an enterprise agreement, a model of the Marketplace, calls in two
months. What it costs is told by the estate's naive oracle, which shares no code with the product.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

from costplane.app.workspace import Workspace
from costplane.catalog.model import BillingAccount, Deployment, Subscription
from tests.app import estate

Event = dict[str, Any]
OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)
ACCOUNT = "ea-1"
CLAUDE = """\
name: offers
currency: USD
deployment_type: GlobalStandard
valid_from: 2026-01-01
publisher_type: Marketplace
publisher: Anthropic
offer: claude-offer
rows:
  - {model: delta, quantity: input_text, unit: 1M Tokens, price: 3.1}
  - {model: delta, quantity: output_text, unit: 1M Tokens, price: 15.7}
"""
_OFFERED = {"input_text": Fraction("3.1") / 10**6, "output_text": Fraction("15.7") / 10**6}


@dataclass
class Clock:
    """The installation's time; tests move it."""

    now: datetime = field(default=datetime(2026, 11, 3, 12, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now


def opened(folder: Path, clock: Callable[[], datetime]) -> Workspace:
    """A workspace with prices, hierarchy and a clock."""
    workspace = Workspace.open(folder / "data", now=clock)
    for name, text in (("estate", estate.SHEET), ("offers", CLAUDE)):
        sheet = folder / f"{name}.yaml"
        sheet.write_text(text)
        workspace.import_prices(sheet)
    catalog = workspace.catalog
    catalog.put_billing_account(BillingAccount(ACCOUNT, "Contoso", "EnterpriseAgreement", "USD"))
    catalog.put_subscription(Subscription("s-1", "One", billing_account_id=ACCOUNT))
    catalog.put_deployment(
        *(Deployment(r, "chat", "alpha", "v1", "GlobalStandard") for r in estate.RESOURCES)
    )
    return workspace


def calls(seed: int, count: int, start: datetime, days: int) -> list[Event]:
    """Random calls of a stretch of days, some of them to the Marketplace's model."""
    random = Random(seed)
    made = estate.calls(seed, count)
    for number, call in enumerate(made):
        time = start + timedelta(microseconds=random.randrange(days * 86_400 * 10**6))
        call["id"] = f"{seed}-{number}"
        call["time"] = time.isoformat().replace("+00:00", "Z")
        if call["data"]["deployment"] != "chat" and random.random() < 0.4:
            call["data"]["model"] = "delta"
    return made


def amounts(event: Event) -> Iterable[tuple[str, Fraction]]:
    """Publisher type and amount of each line of an event."""
    if event["data"]["model"] != "delta":
        yield from (("Azure", amount) for _, amount in estate.priced_lines(event))
        return
    if event["data"]["http_status"] == 429:
        return
    for name, amount in (event["data"].get("quantities") or {}).items():
        price = _price_of_offer(name)
        if price is not None and amount:
            yield "Marketplace", _half_even(Fraction(str(amount)) * price)


def _price_of_offer(name: str) -> Fraction | None:
    if name == "output_reasoning":
        return _OFFERED["output_text"]
    return _OFFERED["input_text"] if name == "input_text_cached" else _OFFERED.get(name)


def _half_even(amount: Fraction) -> Fraction:
    return Fraction(round(amount * 10**12), 10**12)


def by_day(events: Iterable[Event]) -> dict[tuple[datetime, str], Fraction]:
    """What each UTC day comes to, by publisher type."""
    sums: dict[tuple[datetime, str], Fraction] = defaultdict(Fraction)
    for event in estate.first_of_each(events):
        day = estate.time_of(event).replace(hour=0, minute=0, second=0, microsecond=0)
        for publisher, amount in amounts(event):
            sums[day, publisher] += amount
    return dict(sums)
