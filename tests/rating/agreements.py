"""Random agreements for rating, and a naive oracle of what they make of a price.

Plain Python over dictionaries and fractions, sharing no code with the product: it reads the rules
of docs/agreements.md and does the slow, obvious thing for one event and one price row.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from tests.rating.worlds import MODELS, START, half_even

Row = dict[str, Any]

SCOPES = (
    "/subscriptions/s/resourcegroups/g/providers/microsoft.cognitiveservices/accounts/a",
    "/subscriptions/s/resourcegroups/g",
    "/subscriptions/s",
    "/providers/microsoft.billing/billingaccounts/1",
    None,
    "/subscriptions/other",
)
CURRENCIES = ("USD", "EUR", "JPY")
CHANGE = START + timedelta(minutes=95)
"""From here on the charges have another tag `team`."""

instants = st.integers(-24, 30).map(lambda n: START + timedelta(minutes=20 * n))
percents = st.decimals(0, 100, places=3)


def _conditions(**further: Any) -> dict[str, Any]:
    return {
        "scope": st.sampled_from(SCOPES),
        "model": st.sampled_from((None, None, *MODELS, "alp*")),
        "meter": st.sampled_from((None, None, "meter 1", "METER*")),
        "type": st.sampled_from((None, None, "globalstandard", "*standard")),
        "from": instants,
        "until": st.sampled_from((None, START + timedelta(hours=3, minutes=10))),
        **further,
    }


discounts = st.fixed_dictionaries(_conditions(percent=percents)).filter(
    lambda d: d["until"] is None or d["until"] > d["from"]
)
markups = st.fixed_dictionaries(
    _conditions(
        percent=st.decimals(-50, 300, places=2),
        per_unit=st.sampled_from((None, None, (Decimal("0.7"), 1_000), (Decimal("1"), 3))),
        currency=st.sampled_from(CURRENCIES),
        team=st.sampled_from((None, "old", "new")),
    )
).filter(lambda d: d["until"] is None or d["until"] > d["from"])
rates = st.fixed_dictionaries(
    {
        "base": st.sampled_from(CURRENCIES),
        "quote": st.sampled_from(CURRENCIES),
        "day": st.integers(-3, 2).map(lambda n: (START + timedelta(days=n)).date()),
        "rate": st.decimals("0.0001", 200, places=4).filter(lambda d: d > 0),
    }
).filter(lambda r: r["base"] != r["quote"])

agreements = st.fixed_dictionaries(
    {
        "billing": st.sampled_from(CURRENCIES),
        "discounts": st.lists(discounts, max_size=4),
        "markups": st.lists(markups, max_size=3),
        "rates": st.lists(rates, max_size=6),
    }
)


def amounts(event: Row, quantity: str, count: Any, row: Row, agreement: Row) -> Row | None:
    """The five amounts of a line, rounded once each; None where no exchange rate is known."""
    scale = Fraction(row["price"]) / row["block"] * Fraction(Decimal(count))
    day, billing = event["time"].date(), agreement["billing"]
    discount = _chosen(agreement["discounts"], event, row)
    priced = scale * (1 - Fraction(discount["percent"]) / 100) if discount else scale
    into = _exchange(agreement["rates"], row["currency"], billing, day)
    if into is None:
        return None
    usd = priced * into if billing == "USD" else None
    if usd is None:
        rate = _exchange(agreement["rates"], row["currency"], "USD", day)
        usd = None if rate is None else priced * rate
    unit = "Seconds" if quantity == "audio_seconds" else "Tokens"
    fitting = [m for m in agreement["markups"] if _fits(m, unit, billing)]
    markup = _chosen(fitting, event, row)
    return {
        "ContractedCost": half_even(priced * into),
        "ListCost": half_even(scale * into),
        "PricingCurrencyEffectiveCost": half_even(priced),
        "x_BilledCostInUsd": None if usd is None else half_even(usd),
        "x_CrossChargeCost": half_even(_marked_up(priced * into, markup, count)),
    }


def _marked_up(cost: Fraction, markup: Row | None, count: Any) -> Fraction:
    if markup is None:
        return cost
    if markup["per_unit"] is None:
        return cost * (1 + Fraction(markup["percent"]) / 100)
    amount, block = markup["per_unit"]
    units: Fraction = Fraction(amount) / block * Fraction(Decimal(count))
    return cost + units


def _fits(markup: Row, unit: str, billing: str) -> bool:
    return markup["per_unit"] is None or (unit == "Tokens" and markup["currency"] == billing)


def _chosen(adjustments: list[Row], event: Row, row: Row) -> Row | None:
    """The narrowest scope, then the most conditions, then the latest start, then the last."""
    team = "old" if event["time"] < CHANGE else "new"
    best = None
    for number, adjustment in enumerate(adjustments):
        conditions = 0
        for name, value in (
            ("model", event["model"]),
            ("meter", row["meter"]),
            ("type", event["type"]),
            ("team", team),
        ):
            wanted = adjustment.get(name)
            if wanted is None:
                continue
            conditions += 1
            exact = wanted if name == "team" else wanted.lower()
            told = value if name == "team" else value.lower()
            if not _like(told, exact):
                break
        else:
            if adjustment["scope"] not in SCOPES[:5] or not _holds(adjustment, event["time"]):
                continue
            rank = SCOPES.index(adjustment["scope"])
            key = (-rank, conditions, adjustment["from"], number)
            if best is None or key > best[0]:
                best = (key, adjustment)
    return best[1] if best else None


def _like(text: str, pattern: str) -> bool:
    if pattern.startswith("*"):
        return text.endswith(pattern[1:])
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern


def _holds(adjustment: Row, time: datetime) -> bool:
    until = adjustment["until"]
    return bool(adjustment["from"] <= time and (until is None or time < until))


def _exchange(told: list[Row], base: str, quote: str, day: Any) -> Fraction | None:
    """The rate of the nearest earlier day; of a day told twice the last; either way round."""
    if base == quote:
        return Fraction(1)
    best: tuple[Any, Fraction] | None = None
    for number, rate in enumerate(told):
        if rate["day"] > day:
            continue
        if (rate["base"], rate["quote"]) == (base, quote):
            found = ((rate["day"], 1, number), Fraction(rate["rate"]))
        elif (rate["base"], rate["quote"]) == (quote, base):
            found = ((rate["day"], 0, number), 1 / Fraction(rate["rate"]))
        else:
            continue
        if best is None or found[0] > best[0]:
            best = found
    return best[1] if best else None
