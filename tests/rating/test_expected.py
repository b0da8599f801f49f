"""Expecting rates decides what is computed when, and no amount: beside the naive oracles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from costplane.core.period import Period
from costplane.core.relation import Derived, Engine, Files, Relation
from costplane.core.sql import query
from costplane.core.tables import USAGE
from costplane.pricing.book import Offer, PriceBook
from costplane.rating import rate_usage
from costplane.rating.extent import Extent, extent
from costplane.rating.rate_tiers import RatedUsage, TierRater
from costplane.rating.rate_usage import Rater
from costplane.rating.tiers import keys_of, places
from tests.pricing.offers import offer
from tests.rating import test_agreements_oracle as on_terms
from tests.rating.test_kinds_oracle import ENGINE, START, OneHolder, usage_of

MONTH = datetime(2026, 10, 1, tzinfo=UTC)
BEFORE = datetime(2026, 1, 1, tzinfo=UTC)


@settings(max_examples=15, deadline=None)
@given(on_terms.worlds_of, st.integers(1, 4))
def test_rates_expected_of_few_events_change_no_amount(world: Any, first: int) -> None:
    """Bands, cuts inside an hour, rates that change and series that begin later among them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rate_usage, "FIRST_EVENTS", first)
        on_terms.check(world)


@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(
    counts=st.lists(st.integers(1, 90_000), min_size=2, max_size=30),
    tiering=st.sampled_from(("graduated", "volume")),
    border=st.integers(1, 400_000),
    first=st.integers(1, 20),
)
def test_tiers_do_not_depend_on_what_was_expected(
    counts: list[int], tiering: Any, border: int, first: int
) -> None:
    events = [
        {"id": f"{n:02}", "time": START.replace(hour=n % 24), "told": {"input_text": count}}
        for n, count in enumerate(counts)
    ]
    rows = list(_of_tiers(events, tiering, border, first))
    assert sorted(rows) == sorted(_of_tiers(events, tiering, border, 10**9))
    assert sum(row[1] for row in rows) == sum(counts)


def _of_tiers(
    events: list[dict[str, Any]], tiering: Any, border: int, first: int
) -> Iterator[tuple[Any, ...]]:
    """Hour, quantity and amounts of each charge of the month."""
    price = {"quantity": "input_text", "block": 1_000_000, "valid_from": BEFORE}
    tiers = [
        _tier(offer(amount, line=minimum, **price), Decimal(minimum) / 10**6, tiering)
        for minimum, amount in ((0, "0.1234575"), (border, "0.03333335"))
    ]
    usage, series = usage_of(events)
    rater = Rater(ENGINE, PriceBook(tiers, 1), OneHolder())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rate_usage, "FIRST_EVENTS", first)
        survey = rater.survey(usage, series, rater.grain())
        assert survey.rates[0].tiers
        assert (survey.expected is None) == (first >= len(events))
        usages = [RatedUsage(rater, survey)]
        of_month = TierRater(ENGINE, MONTH, places(series))
        counted = of_month.counts(usages, keys_of(survey.rates))
        charges = of_month.charges(usages, counted, date(2026, 10, 16))
    for row in charges.to_pylist():
        names = ("ChargePeriodStart", "ConsumedQuantity", "x_TierMinimum", "BilledCost", "ListCost")
        yield tuple(row[name] for name in names)


def _tier(whole: Offer, minimum: Decimal, tiering: Any) -> Offer:
    return replace(whole, row=replace(whole.row, tier_minimum=minimum, tiering=tiering))


def test_expected_lines_are_rounded_while_usage_is_surveyed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Pricing them reads the sums alone."""
    events = [{"id": str(n), "time": START, "told": {"input_text": n}} for n in range(9)]
    usage, series = usage_of(events)
    book = PriceBook([offer("0.1234575", quantity="input_text", valid_from=BEFORE)], 1)
    monkeypatch.setattr(rate_usage, "FIRST_EVENTS", 3)
    rater = Rater(ENGINE, book, OneHolder())
    survey = rater.survey(usage, series, rater.grain())
    assert survey.expected is not None
    without = {name: table for name, table in survey.relations.items() if name != "usage"}
    narrowed = replace(survey, relations=without)
    rows = rater.priced(narrowed, survey.rates, date(2026, 10, 16)).charges
    assert rows["x_Events"].to_pylist() == [9]


def test_rates_expected_of_files_change_no_amount(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several files, read by their footers, come to what the same usage in memory does."""
    events = [
        {"id": f"{n:02}", "time": START.replace(hour=n % 5), "told": {"input_text": 7 * n + 1}}
        for n in range(40)
    ]
    usage, series = usage_of(events)
    for number in range(4):
        pq.write_table(usage.slice(10 * number, 10), tmp_path / f"{number}.parquet")
    files = Files(tuple(str(path) for path in sorted(tmp_path.iterdir())), usage.schema)
    book = PriceBook([offer("0.1234575", quantity="input_text", valid_from=BEFORE)], 1)
    rater = Rater(ENGINE, book, OneHolder())
    whole = rater.rate(usage, series, rater.grain(), date(2026, 10, 16)).charges
    monkeypatch.setattr(rate_usage, "FIRST_EVENTS", 3)
    assert rater.survey(files, series, rater.grain()).expected is not None
    found = rater.rate(files, series, rater.grain(), date(2026, 10, 16)).charges
    assert len(found) == 5
    by_hour = [("ChargePeriodStart", "ascending")]
    assert found.sort_by(by_hour).equals(whole.sort_by(by_hour))


def test_footers_are_read_of_files_on_this_machine_alone() -> None:
    """What lies in an object store is the engine's to read."""
    usage, _ = usage_of([{"id": "a", "time": START, "told": {"input_text": 7}}])

    class Store:
        def execute(self, statement: exp.Query, _: Mapping[str, Relation]) -> pa.Table:
            return ENGINE.execute(statement, {"usage": usage})

    stored = Files(("s3://bucket/usage.parquet",), USAGE)
    assert extent(cast(Engine, Store()), stored) == extent(ENGINE, usage)


def test_a_series_without_facts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    events = [{"id": str(n), "time": START, "told": {"input_text": n}} for n in range(9)]
    usage, series = usage_of(events)
    book = PriceBook([offer("0.1234575", quantity="input_text", valid_from=BEFORE)], 1)
    other = usage.slice(0, 1)
    place = other.schema.get_field_index("series")
    other = other.set_column(place, other.schema.field(place), pa.array([2], pa.int64()))
    rater = Rater(ENGINE, book, OneHolder())
    monkeypatch.setattr(rate_usage, "FIRST_EVENTS", 3)
    with pytest.raises(LookupError, match="series without facts"):
        rater.survey(pa.concat_tables([usage, other]), series, rater.grain())


@pytest.mark.parametrize("statistics", [True, False])
def test_footers_tell_what_statements_tell(tmp_path: Path, statistics: bool) -> None:
    told = (
        {"input_text": 5, "audio_seconds": Decimal("0.25")},
        {"input_text": 700, "audio_seconds": Decimal("12.000001")},
        {"output_text": 0},
    )
    events = [
        {"id": str(n), "time": START.replace(hour=9 + n, minute=59), "told": its}
        for n, its in enumerate(told)
    ]
    usage, _ = usage_of(events)
    files = _files(tmp_path, usage, statistics)
    hours = Period(START.replace(hour=9), START.replace(hour=12))
    largest = {"input_text": 700, "output_text": 0, "audio_seconds": 12_000_001}
    want = Extent(3, hours, largest, usage["context_tokens"].to_pylist()[1])
    by_statement = Derived(query("SELECT * FROM usage"), {"usage": files})
    assert extent(ENGINE, files) == extent(ENGINE, by_statement) == extent(ENGINE, usage) == want


def test_no_usage_has_no_hours() -> None:
    assert extent(ENGINE, USAGE.empty_table()) == Extent(0, None, {}, 0)
    assert extent(ENGINE, Files((), USAGE)) == Extent(0, None, {}, 0)


def _files(folder: Path, usage: pa.Table, statistics: bool) -> Files:
    """A file for each row."""
    paths = [str(folder / f"{n}.parquet") for n in range(len(usage))]
    for n, path in enumerate(paths):
        pq.write_table(usage.slice(n, 1), path, write_statistics=statistics)
    return Files(tuple(paths), USAGE)
