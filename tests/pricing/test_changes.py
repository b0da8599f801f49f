"""What a sheet would change: each row beside the price until then."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

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
