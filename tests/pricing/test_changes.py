"""What a sheet would change: each row beside the price until then."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.pricing.changes import PriceChange, sheet_changes
from costplane.pricing.price import PriceRow
from tests.pricing.offers import day, offer


def row(meter: str, price: object, month: int = 1, region: str | None = None) -> PriceRow:
    made = offer(price, meter=meter, valid_from=day(month), region=region).row
    return replace(made, source_line=month)


def test_new_changed_missing_and_unchanged() -> None:
    stored = [row("kept", 1), row("dearer", 1), row("gone", 1), row("west", 1, region="westeurope")]
    given = [row("kept", 1, 2), row("dearer", 2, 2), row("west", 1, region="eastus")]
    found = sheet_changes(stored, given)
    assert found.new == (given[2],)
    assert found.changed == (PriceChange(stored[1], given[1]),)
    assert found.missing == (stored[2], stored[3])
    assert found.unchanged == 1


def test_each_row_stands_beside_the_price_until_its_start() -> None:
    stored = [row("a", 1, 1), row("a", 3, 3), row("a", 4, 3)]
    found = sheet_changes(stored, [row("a", 9, 2), row("a", 4, 5), row("a", 6, 7)])
    assert [(str(c.before.price), str(c.after.price)) for c in found.changed] == [
        ("1", "9"),
        ("4", "6"),
    ]
    assert found.unchanged == 1


def test_a_correction_stands_beside_what_it_corrects() -> None:
    stored = [row("a", 1, 1), row("a", 4, 3)]
    (change,) = sheet_changes(stored, [row("a", 5, 3)]).changed
    assert change == PriceChange(stored[1], row("a", 5, 3))
    assert change.percent == Decimal(25)


def test_a_price_of_before_all_others_is_new() -> None:
    found = sheet_changes([row("a", 3, 3)], [row("a", 1, 1)])
    assert (found.new, found.changed, found.missing) == ((row("a", 1, 1),), (), ())


@pytest.mark.parametrize(
    ("before", "after", "percent"),
    [
        ("3", "4", "33.33"),
        ("4", "3", "-25"),
        ("0.00000003", "0.00000002", "-33.33"),
        ("5", "0", "-100"),
    ],
)
def test_the_change_in_percent(before: str, after: str, percent: str) -> None:
    change = PriceChange(row("a", before), row("a", after, 2))
    assert change.percent == Decimal(percent)


def test_what_has_no_percentage() -> None:
    dollars = row("a", 2)
    for other in (replace(dollars, currency="EUR"), replace(dollars, unit="Pages"), row("a", 0)):
        assert PriceChange(other, dollars).percent is None


def test_an_end_that_is_told_later() -> None:
    open_, ending = row("a", 2), replace(row("a", 2), valid_to=day(9))
    assert sheet_changes([open_], [ending]).ended == (PriceChange(open_, ending),)
    assert sheet_changes([ending], [open_]).ended == (PriceChange(ending, open_),)
    assert sheet_changes([ending], [ending]).unchanged == 1
    # The next month's sheet: the price goes on.
    assert sheet_changes([ending], [replace(open_, valid_from=day(9))]).unchanged == 1


def test_another_block_of_the_same_price_is_no_change() -> None:
    one = row("a", 2)
    small = replace(one, price=Decimal("0.002"), block_size=Decimal(1000), unit_of_measure="1K")
    assert sheet_changes([one], [small]).changed == ()
    assert sheet_changes([one], [replace(one, currency="EUR")]).changed != ()


def test_tiers_terms_and_kinds_are_apart() -> None:
    one = row("a", 2)
    tier, term = replace(one, tier_minimum=Decimal(9)), replace(one, kind="reservation", term="1 Y")
    assert sheet_changes([one], [one, tier, term]).new == (tier, term)


STARTS = st.integers(1, 6)
PRICES = st.integers(0, 3)
HISTORY = st.lists(st.tuples(st.sampled_from("ab"), STARTS, PRICES), max_size=8)
"""Meters with the month from which they have a price, in the order of imports."""


def naive(rows: list[tuple[str, int, int]]) -> dict[str, dict[int, int]]:
    """Prices by meter and start; of equal starts the last stands."""
    found: dict[str, dict[int, int]] = {}
    for meter, start, price in rows:
        found.setdefault(meter, {})[start] = price
    return found


@given(stored=HISTORY, given_rows=HISTORY)
@settings(max_examples=50)
def test_a_preview_tells_what_the_import_does(
    stored: list[tuple[str, int, int]], given_rows: list[tuple[str, int, int]]
) -> None:
    """Each price that differs from the one of just before, or from the one that it replaces."""
    told = sheet_changes(
        [row(m, p, s) for m, s, p in stored], [row(m, p, s) for m, s, p in given_rows]
    )
    before, after = naive(stored), naive([*stored, *given_rows])
    changed, new = set(), set()
    for meter, months in naive(given_rows).items():
        for month, price in months.items():
            earlier = [p for s, p in sorted(after[meter].items()) if s < month]
            until = before.get(meter, {}).get(month, earlier[-1] if earlier else None)
            if until is None:
                new.add((meter, month, price))
            elif until != price:
                changed.add((meter, month, until, price))
    assert {(r.meter_name, r.valid_from.month, int(r.price)) for r in told.new} == new
    assert {
        (c.after.meter_name, c.after.valid_from.month, int(c.before.price), int(c.after.price))
        for c in told.changed
    } == changed
    assert {r.meter_name for r in told.missing} == set(before) - set(naive(given_rows))
    counted = len(told.new) + len(told.changed) + len(told.ended) + told.unchanged
    assert counted == sum(map(len, naive(given_rows).values()))
