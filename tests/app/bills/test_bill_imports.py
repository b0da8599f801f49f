"""Bills in the ledger: idempotent by delivery, whole or not at all, never counted twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from costplane.app.bills.importing import BillOptions
from costplane.app.workspace import Workspace
from costplane.core.scope import parse_scope
from costplane.errors import UnreadableFile
from tests.app import estate
from tests.app.bills.written import Row, standing, summed, write

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    made = Workspace.open(tmp_path / "data", now=lambda: NOW)
    yield made
    made.close()


def days(account: str, sub: str, first: int, last: int, cost: str, month: date) -> list[Row]:
    return [
        Row(account, sub, month + timedelta(days=day - 1), cost) for day in range(first, last + 1)
    ]


def test_the_same_export_twice_changes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    rows = days("a", "s", 1, 5, "1.25", OCTOBER)
    path = write(tmp_path / "b.csv", rows)
    first = workspace.import_bill([path])
    version = workspace.ledger.snapshot().versions["billed"]
    again = workspace.import_bill([path])
    assert (first.run, first.replaced, again.known, again.run) == (1, 0, True, None)
    assert workspace.ledger.snapshot().versions["billed"] == version
    assert standing(workspace) == summed(rows)


def test_sub_accounts_of_a_bill_can_be_asked_for(workspace: Workspace, tmp_path: Path) -> None:
    workspace.import_bill([write(tmp_path / "b.csv", days("a", "s", 1, 5, "1.25", OCTOBER))])
    (entry,) = workspace.catalog.hierarchy().subscriptions
    assert (entry.id, entry.kind, entry.confirmed) == ("s", "Azure", False)
    asked = estate.body(period={"from": "2026-10-01", "to": "2026-10-31"})
    assert estate.costs(estate.answer(workspace, asked, "/subscriptions/s")) == {
        (): Decimal("6.25")
    }


def test_a_month_to_date_replaces_its_days_and_nothing_else(
    workspace: Workspace, tmp_path: Path
) -> None:
    others = [
        *days("a", "other", 1, 30, "7", OCTOBER),
        *days("b", "s", 1, 30, "9", OCTOBER),
        *days("a", "s", 28, 30, "3", date(2026, 9, 1)),
    ]
    workspace.import_bill([write(tmp_path / "others.csv", others)])
    workspace.import_bill([write(tmp_path / "1.csv", days("a", "s", 1, 9, "1", OCTOBER))])
    newest = days("a", "s", 1, 10, "2", OCTOBER)
    done = workspace.import_bill([write(tmp_path / "2.csv", newest)])
    assert done.replaced == 9
    assert standing(workspace) == summed([*others, *newest])


def test_corrections_of_earlier_days_belong_to_the_first_day(
    workspace: Workspace, tmp_path: Path
) -> None:
    """November's bill corrects a day of October: October's rows stay, and the next delivery of
    November, in which the correction is gone, takes it back."""
    october = days("a", "s", 1, 31, "1", OCTOBER)
    november = days("a", "s", 1, 3, "2", NOVEMBER)
    correction = Row("a", "s", date(2026, 10, 7), "-0.5", NOVEMBER)
    workspace.import_bill([write(tmp_path / "1.csv", october)])
    workspace.import_bill([write(tmp_path / "2.csv", [*november, correction])])
    assert standing(workspace) == summed([*october, *november, correction])
    workspace.import_bill([write(tmp_path / "3.csv", november)])
    assert standing(workspace) == summed([*october, *november])


@pytest.mark.parametrize("seed", range(2))
def test_any_deliveries_against_a_naive_reader(
    workspace: Workspace, tmp_path: Path, seed: int
) -> None:
    random, known = Random(seed), dict[tuple[str, str, date, date], Decimal]()
    for number in range(3):
        rows = [
            row
            for account in random.sample("ab", random.randint(1, 2))
            for sub in random.sample("xyz", random.randint(1, 2))
            for row in days(
                account,
                sub,
                random.randint(1, 4),
                random.randint(5, 9),
                str(random.randint(1, 9)),
                random.choice((OCTOBER, NOVEMBER)),
            )
        ]
        workspace.import_bill([write(tmp_path / f"{number}.csv", rows)])
        subs = {(row.account, row.sub_account) for row in rows}
        for account, period in {(row.account, row.period) for row in rows}:
            told = [r.day for r in rows if (r.account, r.period) == (account, period)]
            known = {
                key: cost
                for key, cost in known.items()
                if (key[0], key[2]) != (account, period)
                or (key[0], key[1]) not in subs
                or not min(told) <= key[3] <= max(told)
            }
        known |= summed(rows)
        assert standing(workspace) == known


def test_a_fault_in_the_second_file_leaves_nothing(workspace: Workspace, tmp_path: Path) -> None:
    good = write(tmp_path / "1.csv", days("a", "s", 1, 9, "1", OCTOBER))
    bad = write(
        tmp_path / "2.csv", [*days("a", "t", 1, 9, "1", OCTOBER), Row("a", "t", OCTOBER, "?")]
    )
    with pytest.raises(UnreadableFile, match=r"2\.csv:11:1: BilledCost is '\?'"):
        workspace.import_bill([good, bad])
    assert standing(workspace) == {}
    assert [path.name for path in (tmp_path / "data").glob("import-*")] == []


def test_one_account_is_billed_in_one_currency(workspace: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path / "b.csv", days("a", "s", 1, 3, "1", OCTOBER))
    path.write_text(path.read_text().replace("1,a,USD", "1,a,EUR", 1))
    with pytest.raises(UnreadableFile, match=r"b\.csv:3: BillingCurrency is USD"):
        workspace.bills.preview([path], BillOptions())


def test_files_of_two_versions_are_no_delivery(workspace: Workspace, tmp_path: Path) -> None:
    one = write(tmp_path / "1.csv", days("a", "s", 1, 3, "1", OCTOBER))
    two = write(tmp_path / "2.csv", days("a", "s", 4, 5, "1", OCTOBER))
    two.write_text(two.read_text().replace("SkuMeter", "InvoiceDetailId"))
    with pytest.raises(UnreadableFile, match=r"2\.csv:1: the file is FOCUS 1\.4"):
        workspace.import_bill([one, two])


def test_a_preview_stores_nothing(workspace: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path / "b.csv", days("a", "s", 1, 3, "1.5", OCTOBER))
    found = workspace.bills.preview([path], BillOptions())
    assert (found.run, found.delivery.rows, found.delivery.format) == (None, 3, "FOCUS 1.1")
    assert [part.billed for part in found.delivery.parts] == [Decimal("4.5")]
    assert standing(workspace) == {}


@pytest.mark.parametrize(
    ("now", "final", "until"),
    [
        (datetime(2026, 11, 20, tzinfo=UTC), False, date(2026, 11, 8)),
        (datetime(2026, 11, 20, tzinfo=UTC), True, date(2026, 11, 10)),
        (datetime(2026, 12, 5, 23, tzinfo=UTC), False, date(2026, 11, 8)),
        (datetime(2026, 12, 6, tzinfo=UTC), False, date(2026, 11, 10)),
    ],
)
def test_settling_time_is_taken_off_in_an_open_month(
    tmp_path: Path, now: datetime, final: bool, until: date
) -> None:
    workspace = Workspace.open(tmp_path / "data", now=lambda: now)
    path = write(tmp_path / "b.csv", days("a", "s", 1, 9, "1", NOVEMBER))
    found = workspace.bills.preview([path], BillOptions(final=final))
    assert [(cover.since, cover.until) for cover in found.covers.values()] == [(NOVEMBER, until)]
    workspace.close()


FROM_FIRST = {"from": "2026-11-01", "to": "2026-11-30"}
CALLS = estate.calls(3, 300)
"""Calls of the estate's days, November 2 to 4."""


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The estate with its calls, and a bill that covers November 1 to 3: two days of settling time
    are taken off, and that it has no row of the second day means that nothing was billed there."""
    folder = tmp_path_factory.mktemp("both")
    billed = [
        Row("ea", "s-1", date(2026, 11, 1), "10", service="Foundry Models"),
        Row("ea", "s-1", date(2026, 11, 3), "0.25", service="Foundry Models"),
        Row("ea", "s-1", date(2026, 11, 5), "99"),
        Row("ea", "s-9", NOVEMBER, "4"),
    ]
    made = estate.opened(folder)
    estate.take(made, CALLS)
    made.import_bill([write(folder / "bill.csv", billed)])
    yield made
    made.close()


def by_day(workspace: Workspace, dataset: str | None) -> dict[int, Decimal]:
    asked = estate.body(granularity="Daily", period=FROM_FIRST)
    if dataset:
        chosen = {"name": "Dataset", "operator": "In", "values": [dataset]}
        asked["dataset"]["filter"] = {"dimensions": chosen}
    answered = estate.costs(estate.answer(workspace, asked))
    return {key[0] % 100: cost for key, cost in answered.items()}


def metered() -> dict[int, Decimal]:
    found = estate.priced(CALLS, lambda event, _: (estate.time_of(event).day,))
    return {key[0]: cost for key, cost in found.items()}


def test_the_bill_answers_where_it_covers(both: Workspace) -> None:
    expected = {1: Decimal(10), 3: Decimal("0.25"), 4: metered()[4]}
    assert by_day(both, None) == by_day(both, "Best") == expected


def test_each_dataset_alone(both: Workspace) -> None:
    assert by_day(both, "Metered") == metered()
    assert by_day(both, "Billed") == {1: 10, 3: Decimal("0.25"), 5: 99}


def test_an_answer_says_what_it_used(both: Workspace) -> None:
    def used(first: str, last: str) -> tuple[str, ...]:
        asked = estate.body(period={"from": first, "to": last})
        return both.query(parse_scope("/"), both.definition(asked)).datasets

    assert used("2026-11-01", "2026-11-30") == ("Metered", "Billed")
    assert used("2026-11-04", "2026-11-04") == ("Metered",)


def test_breakdowns_from_requests_are_cut_alike(both: Workspace) -> None:
    answered = estate.answer(both, estate.body("User", period=FROM_FIRST))
    assert sum(estate.costs(answered).values()) == Decimal("10.25") + metered()[4]
