"""Commitments are drawn down by what is stated to count, and by nothing else (rule 16)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.billing.burn_down import Recurrence, Use, burn_down
from costplane.billing.commitment import Commitment, Counting, EligibilityRule, Milestone
from costplane.billing.commitments_file import read_commitments
from costplane.errors import InvalidInput, UnreadableFile

START = datetime(2026, 1, 1, tzinfo=UTC)
FACTS = {"publisher_type": "Azure", "publisher": "Microsoft", "offer": "", "service": "S",
         "meter": "M"}  # fmt: skip
FILE = """\
commitments:
  - id: macc
    billing_accounts: [EA-1]
    amount: "1000"
    currency: usd
    start: 2026-01-01
    end: 2027-01-01
    milestones:
      - {date: 2026-07-01, amount: 400}
    eligibility:
      - {publisher_type: Marketplace, offer: Claude, counts: "yes", source: "contract, 4.2"}
      - {publisher_type: Azure, counts: "yes", source: "https://example.com/terms"}
"""


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def commitment(**facts: object) -> Commitment:
    told: dict[str, object] = {"id": "c", "name": "C", "program": "MACC"}
    told |= {"billing_accounts": ("a",), "amount": Decimal(100), "currency": "USD"}
    return Commitment(**told | {"start": START, "end": day(100)} | facts)  # type: ignore[arg-type]


def test_the_first_rule_that_matches_decides_and_what_none_names_is_unknown() -> None:
    rules = (
        EligibilityRule("no", "a", publisher_type="azure", meter="m"),
        EligibilityRule("yes", "b", publisher_type="Azure"),
    )
    found = commitment(eligibility=rules)
    assert found.counts(FACTS) == "no"
    assert found.counts(FACTS | {"meter": "other"}) == "yes"
    assert found.counts(FACTS | {"publisher_type": "Marketplace"}) == "unknown"


def test_draw_down_forecast_and_milestones() -> None:
    kinds: tuple[Counting, ...] = ("yes", "no", "unknown")
    uses = [Use(day(n), kind, Decimal(1)) for n in range(40) for kind in kinds]
    uses.append(Use(day(120), "yes", Decimal(1000)))
    found = burn_down(
        commitment(milestones=(Milestone(day(20), Decimal(15)), Milestone(day(60), Decimal(70)))),
        uses,
        day(40) + timedelta(hours=7),
    )
    assert found.counted == found.excluded == found.unknown == 40
    assert found.percent == Decimal("40.00")
    assert found.run_rate == 1
    assert found.forecast == 100
    assert found.shortfall == 0
    first, second = found.milestones
    assert first.reached == day(14)
    assert [first.expected, first.shortfall] == [Decimal(20), Decimal(0)]
    assert second.reached is None
    assert [second.expected, second.shortfall] == [Decimal(60), Decimal(10)]
    assert found.formula.endswith("60 days x the mean usage of the 30 days before it")


def test_only_what_recurs_is_expected_again() -> None:
    uses = [Use(day(n), "yes", Decimal(1)) for n in range(40)]
    uses.append(Use(day(12), "yes", Decimal(15), "recurring"))
    uses.append(Use(day(20), "yes", Decimal(5000), "once"))
    uses.append(Use(day(21), "yes", Decimal(-200), "once"))
    uses.append(Use(day(22), "no", Decimal(7), "once"))
    found = burn_down(commitment(amount=Decimal(9000)), uses, day(40))
    assert found.counted == 40 + 15 + 4800
    assert found.run_rate == Decimal("1.5")
    assert found.once == 4800
    assert found.forecast == found.counted + 90
    assert found.formula == (
        "what counted before 2026-02-10 + 60 days x (the mean usage of the 30 days before it + "
        "1/30 of the 15 that recurs monthly); 4800 in these days was once and is not repeated"
    )


def test_a_monthly_payment_in_a_short_past_is_one_a_month() -> None:
    uses = [Use(day(n), "yes", Decimal(2)) for n in range(3)]
    uses.append(Use(day(1), "yes", Decimal(30), "recurring"))
    assert burn_down(commitment(), uses, day(3)).run_rate == 2 + 1


def test_without_a_whole_day_nothing_is_forecast() -> None:
    found = burn_down(commitment(), [Use(START, "yes", Decimal(3))], START + timedelta(hours=5))
    assert found.counted == 3
    assert found.forecast is found.shortfall is None


def test_after_the_term_the_shortfall_is_what_is_missing() -> None:
    found = burn_down(commitment(), [Use(day(99), "yes", Decimal(30))], day(300))
    assert [found.forecast, found.shortfall] == [Decimal(30), Decimal(70)]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(-5, 110),
            st.sampled_from(("yes", "no", "unknown")),
            st.decimals(min_value=-50, max_value=90, places=12),
            st.sampled_from(("usage", "recurring", "once")),
        ),
        max_size=30,
    ),
    st.integers(1, 120),
)
def test_it_is_the_sum_of_plain_loops(
    rows: list[tuple[int, Counting, Decimal, Recurrence]], today: int
) -> None:
    uses = [Use(day(n), c, a, again) for n, c, a, again in rows]
    found = burn_down(commitment(), uses, day(today))
    counted = sum(Fraction(a) for n, c, a, _ in rows if c == "yes" and 0 <= n < min(100, today))
    assert Fraction(found.counted) == counted
    last = min(today, 100)
    length = min(30, last)
    a_day = Fraction(0)
    for n, c, a, again in rows:
        if c == "yes" and last - length <= n < last and again != "once":
            a_day += Fraction(a) / (length if again == "usage" else 30)
    expected = counted + a_day * (100 - last)
    assert found.forecast is not None
    assert abs(Fraction(found.forecast) - expected) <= Fraction(100, 2 * 10**12)


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(FILE)
    (found,) = read_commitments(path)
    assert found.billing_accounts == ("ea-1",)
    assert (found.currency, found.amount) == ("USD", Decimal(1000))
    assert found.milestones == (Milestone(datetime(2026, 7, 1, tzinfo=UTC), Decimal(400)),)
    assert found.eligibility[0].offer == "Claude"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('amount: "1000"', "amount: plenty", r"c\.yaml:2: amount: is 'plenty'"),
        ("end: 2027-01-01", "end: 2026-01-01", r"c\.yaml:2: end is 2026-01-01, not after"),
        ("{date: 2026-07-01", "{date: 2029-07-01", r"c\.yaml:2: milestones have dates of the term"),
        ('counts: "yes", source: "con', 'counts: maybe, source: "con', r"c\.yaml:11: counts is"),
        (', source: "contract, 4.2"', "", r"c\.yaml:11: source: is missing"),
        ("currency: usd", "colour: red", r"c\.yaml:2: colour: is no field"),
    ],
)
def test_faults_are_named_with_their_place(
    tmp_path: Path, before: str, after: str, told: str
) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(FILE.replace(before, after))
    with pytest.raises(InvalidInput, match=told):
        read_commitments(path)


def test_a_file_without_commitments_is_told(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("- 7\n")
    with pytest.raises(UnreadableFile, match="no list of rows under 'commitments'"):
        read_commitments(path)
