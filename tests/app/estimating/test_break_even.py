"""Break-even against counting: every number of calls is tried."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from costplane.app.estimating.break_even import BreakEven, Offered, break_even
from costplane.pricing.throughput import UnitSizes

offers = st.builds(
    Offered,
    per_call=st.fractions(Fraction(1, 50), 3, max_denominator=60),
    unit_cost=st.fractions(Fraction(1, 10), 40, max_denominator=30),
    units_per_call=st.fractions(Fraction(1, 300), Fraction(1, 3), max_denominator=300),
    sizes=st.builds(UnitSizes, st.integers(1, 20), st.integers(1, 20)),
)


def test_one_unit_at_a_time_by_hand() -> None:
    # A call costs 2, a unit 10 and serves 10 calls: five calls cost as much as the unit.
    offered = Offered(Fraction(2), Fraction(10), Fraction(1, 10), UnitSizes(1, 1))
    assert break_even(offered) == BreakEven(6, 6)
    assert offered.provisioned(11) == 20 < offered.by_use(11)


def test_units_can_be_dearer_again_after_a_step() -> None:
    # A call costs 1.20: 9 calls 10.80, 11 calls 13.20 but two units 20, 41 calls 49.20 but five
    # units 50, 51 calls 61.20 and six units 60.
    offered = Offered(Fraction(6, 5), Fraction(10), Fraction(1, 10), UnitSizes(1, 1))
    assert break_even(offered) == BreakEven(9, 42)


def test_units_that_cost_as_much_as_what_they_serve_never_pay() -> None:
    offered = Offered(Fraction(1), Fraction(10), Fraction(1, 10), UnitSizes(1, 1))
    assert break_even(offered) is None


@settings(max_examples=50, deadline=None)
@given(offers)
def test_the_crossings_are_true(offered: Offered) -> None:
    def cheaper(calls: int) -> bool:
        return offered.provisioned(calls) < offered.by_use(calls)

    found = break_even(offered)
    if found is None:
        assert not any(cheaper(calls) for calls in range(1, 2_000))
        return
    first, last = found.cheaper_from, found.always_from
    assert cheaper(first)
    assert first == 1 or not cheaper(first - 1)
    assert cheaper(last)
    assert last == 1 or not cheaper(last - 1)
    assert first <= last
    if last < 5_000:
        assert all(not cheaper(calls) for calls in range(1, first))
        assert all(cheaper(calls) for calls in range(last, last + 2_000))
