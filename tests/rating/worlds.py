"""Random worlds for rating: events, price rows, a catalog; and a naive oracle for them.

The oracle is plain Python over dictionaries and fractions. It shares no code with the product:
it reads the same rules (billing-rules 3, 8, 9, 11, 13) and does the slow, obvious thing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

START = datetime(2026, 10, 15, 9, tzinfo=UTC)
MODELS = ("alpha", "beta", "gamma")
VERSIONS = (None, "2025-01-01", "2026-01-01")
TYPES = {"GlobalStandard": "Global", "DataZoneStandard": "DataZone", "Standard": "Regional"}
COUNTS = ("input_text", "input_text_cached", "output_text", "output_reasoning", "audio_seconds")
STAND_INS = {"input_text_cached": "input_text", "output_reasoning": "output_text"}
THRESHOLD = 1_000

prices = st.decimals(min_value=0, max_value=200, places=6)
instants = st.integers(0, 5 * 3600 * 10**6).map(lambda us: START + timedelta(microseconds=us))

price_rows = st.fixed_dictionaries(
    {
        "model": st.sampled_from(MODELS[:2]),
        "version": st.sampled_from(VERSIONS),
        "scope": st.sampled_from(tuple(TYPES.values())),
        "quantity": st.sampled_from(COUNTS),
        "band": st.sampled_from((None, None, "long")),
        "block": st.sampled_from((1, 100, 1_000, 1_000_000, 3)),
        "price": prices,
        "from": st.one_of(st.just(START - timedelta(days=9)), instants),
        "until": st.one_of(st.none(), st.just(START + timedelta(hours=9))),
    }
)

events = st.fixed_dictionaries(
    {
        "time": instants,
        "model": st.sampled_from(MODELS),
        "version": st.sampled_from(VERSIONS[1:]),
        "type": st.sampled_from(tuple(TYPES)),
        "deployment": st.sampled_from(("d1", "d2")),
        "status": st.sampled_from(("Billed", "Billed", "Billed", "NotBilled", "UsageMissing")),
        "counts": st.dictionaries(
            st.sampled_from(COUNTS[:4]), st.integers(1, 2_000), min_size=1, max_size=4
        ),
        "seconds": st.one_of(st.none(), st.decimals("0.000001", 900, places=6)),
    }
)


def oracle(found: list[dict[str, Any]], rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What rating must say: costs by (hour, deployment, model, quantity), and events that have
    a line without price by (model), in plain loops."""
    costs: dict[tuple[Any, ...], Fraction] = defaultdict(Fraction)
    unpriced: Counter[str] = Counter()
    uncharged: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for event in found:
        counts = dict(event["counts"])
        if event["seconds"] is not None:
            counts["audio_seconds"] = event["seconds"]
        if event["status"] == "UsageMissing":
            continue
        missing = False
        for quantity, count in counts.items():
            row = price_of(event, quantity, rows) if event["status"] == "Billed" else None
            if row is None:
                uncharged[(event["model"], quantity)] += Fraction(Decimal(count))
                missing = missing or event["status"] == "Billed"
                continue
            hour = event["time"].replace(minute=0, second=0, microsecond=0)
            amount = Fraction(Decimal(count)) / row["block"] * Fraction(row["price"])
            key = (hour, event["deployment"], event["model"], quantity)
            costs[key] += half_even(amount)
        unpriced[event["model"]] += missing
    return {"costs": dict(costs), "unpriced": +unpriced, "uncharged": dict(uncharged)}


def price_of(
    event: dict[str, Any], quantity: str, rows: list[dict[str, Any]]
) -> dict[str, Any] | None:
    prompt = sum(n for name, n in event["counts"].items() if name.startswith("input"))
    same_model = [r for r in rows if r["model"] == event["model"]]
    served = [r for r in same_model if r["scope"] == TYPES[event["type"]]]
    for name in (quantity, STAND_INS.get(quantity)):
        if name is None:
            return None
        own = [r for r in served if r["quantity"] == name and r["version"] == event["version"]]
        anyone = [r for r in served if r["quantity"] == name and r["version"] is None]
        of_version = own or anyone
        # A band that has not begun yet, or has ended, chooses nothing.
        then = [r for r in of_version if holds(r, event["time"])] or of_version
        long = [r for r in then if r["band"] == "long"] if prompt > THRESHOLD else []
        rows_of_name = long or [r for r in then if r["band"] is None]
        if rows_of_name:
            return latest(rows_of_name, event["time"])
        if name == "input_text_cached" and any(r["quantity"] == name for r in same_model):
            return None
    return None


def holds(row: dict[str, Any], at: datetime) -> bool:
    return bool(row["from"] <= at and (row["until"] is None or at < row["until"]))


def latest(rows: list[dict[str, Any]], at: datetime) -> dict[str, Any] | None:
    valid = [r for r in rows if holds(r, at)]
    if not valid:
        return None
    start = max(r["from"] for r in valid)
    last = [r for r in valid if r["from"] == start]
    return last[0] if len({(r["price"], r["block"]) for r in last}) == 1 else None


def half_even(amount: Fraction) -> Fraction:
    """Twelve places, ties to the even digit."""
    scaled = amount * 10**12
    down = scaled.numerator // scaled.denominator
    over = scaled - down
    if over > Fraction(1, 2) or (over == Fraction(1, 2) and down % 2 == 1):
        down += 1
    return Fraction(down, 10**12)
