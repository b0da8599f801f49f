from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from costplane.errors import NotFound
from costplane.pricing.ports import RecordedMapping, StoredSheet
from costplane.pricing.price import PriceRow
from costplane.store.control_plane import ControlPlane
from tests.store.values import KEY, ROW, START, mapping, row, sheet

LAST = datetime.max.replace(tzinfo=UTC)
EXTREME = replace(
    ROW,
    block_size=Decimal("1E+12"),
    tier_minimum=Decimal("123456789012345678901234567890.000000000000000000"),
    price=Decimal("123456789.0123456789"),
    valid_from=datetime.min.replace(tzinfo=UTC),
    valid_to=LAST,
    region=None,
    publisher_type="Marketplace",
    publisher="Ünïcode ☂ 株式会社",
    offer="",
    source_line=2**40,
    term="1 Year",
    tiering="volume",
    kind="reservation",
)


def exactly(rows: tuple[PriceRow, ...] | list[PriceRow]) -> list[tuple[str, ...]]:
    """Rows with every digit: equal decimals of different scale are not the same here."""
    return [(repr(r), str(r.price), str(r.tier_minimum), str(r.block_size)) for r in rows]


def test_a_sheet_is_read_back_to_the_last_digit(control: ControlPlane) -> None:
    given = sheet(ROW, EXTREME, row("0.00"), row("0E-30", 4), row("1E+6", 5))
    stored = control.prices.add(given)
    assert stored == StoredSheet(
        1, "retail", "list", None, "retail.json", "aa", START, "USD", row_count=5
    )
    assert exactly(control.prices.rows(1)) == exactly(given.rows)
    assert control.prices.sheets() == [stored]


def test_nothing_is_version_zero(control: ControlPlane) -> None:
    assert control.prices.version() == 0
    assert control.prices.book().version == 0
    assert list(control.prices.book().models()) == []
    assert (control.prices.sheets(), control.prices.mappings()) == ([], [])


def test_the_same_file_is_no_new_version(control: ControlPlane) -> None:
    first = control.prices.add(sheet(ROW))
    again = control.prices.add(sheet(ROW))
    assert again == replace(first, already_known=True)
    assert (control.prices.version(), len(control.prices.sheets())) == (1, 1)
    renamed = control.prices.add(replace(sheet(ROW), name="other"))
    assert (renamed.version, renamed.already_known) == (2, False)
    assert control.prices.add(sheet(ROW, sha256="bb")).version == 3


def test_a_sheet_of_an_unknown_version_is_not_found(control: ControlPlane) -> None:
    with pytest.raises(NotFound, match="no price sheet has version 7"):
        control.prices.rows(7)
    control.prices.add(sheet())
    assert control.prices.rows(1) == []


def test_the_book_has_what_has_a_key(control: ControlPlane) -> None:
    unplaced = replace(ROW, meter_name="gpt 9 odd Tokens", source_line=2)
    control.prices.add(sheet(ROW, unplaced, mappings=(mapping(),)))
    customer = replace(sheet(row("0.001")), name="ours", kind="customer", scope="/subscriptions/s1")
    control.prices.add(customer)
    book = control.prices.book()
    offers = book.of_model("gpt-4.1")
    assert [(o.version, o.row, o.key) for o in offers] == [(1, ROW, KEY), (2, row("0.001"), KEY)]
    assert [(o.sheet_kind, o.sheet_scope) for o in offers] == [
        ("list", None),
        ("customer", "/subscriptions/s1"),
    ]
    assert list(book.models()) == ["gpt-4.1"]


def test_a_book_of_the_past_does_not_change(control: ControlPlane) -> None:
    control.prices.add(sheet(ROW, mappings=(mapping(),)))
    before = control.prices.book().of_model("gpt-4.1")
    control.prices.add(sheet(row("9"), sha256="bb"))
    moved = replace(KEY, model="gpt-4.1-mini")
    assert control.prices.confirm([mapping(moved, "user")]) == 3
    assert control.prices.book(1).of_model("gpt-4.1") == before
    assert len(control.prices.book(2).of_model("gpt-4.1")) == 2
    assert list(control.prices.book().models()) == ["gpt-4.1-mini"]
    assert [control.prices.book(v).version for v in (0, 1, 2, 3, None, 99)] == [0, 1, 2, 3, 3, 3]


def test_a_book_is_read_once(control: ControlPlane) -> None:
    control.prices.add(sheet(ROW, mappings=(mapping(),)))
    assert control.prices.book() is control.prices.book()


def test_a_user_knows_better_than_a_sheet_and_a_sheet_than_the_parser(
    control: ControlPlane,
) -> None:
    other = replace(KEY, model="gpt-4.1-mini")
    third = replace(KEY, model="gpt-4.1-nano")
    prices = control.prices
    prices.add(sheet(ROW, mappings=(mapping(None),)))
    assert prices.mappings() == [mapping(None)]
    prices.confirm([mapping(other, "sheet")])
    assert prices.mappings() == [mapping(other, "sheet")]
    prices.confirm([mapping(third, "user")])
    prices.add(sheet(ROW, sha256="bb", mappings=(mapping(KEY),)))
    assert prices.mappings() == [mapping(third, "user")]
    prices.confirm([mapping(KEY, "user")])
    assert prices.mappings() == [mapping(KEY, "user")]
    assert [prices.mappings(v)[0].key for v in (1, 2, 3, 4)] == [None, other, third, third]
    assert prices.mapping_history(ROW.product, ROW.meter_name, "1K") == [
        RecordedMapping(1, mapping(None)),
        RecordedMapping(2, mapping(other, "sheet")),
        RecordedMapping(3, mapping(third, "user")),
        RecordedMapping(4, mapping(KEY)),
        RecordedMapping(5, mapping(KEY, "user")),
    ]
    assert prices.mapping_history(ROW.product, ROW.meter_name, "1M") == []


def test_saying_the_same_again_is_no_new_version(control: ControlPlane) -> None:
    assert control.prices.confirm([mapping()]) == 1
    assert control.prices.confirm([mapping()]) == 1
    assert control.prices.confirm([]) == 1
    assert control.prices.version() == 1


def test_every_part_of_a_key_is_kept(control: ControlPlane) -> None:
    key = replace(
        KEY,
        version="2026-03-05",
        context_band="long",
        context_threshold=272_000,
        variant="fine-tuned",
    )
    control.prices.confirm([mapping(key)])
    assert control.prices.mappings() == [mapping(key)]


def test_writers_at_once_get_versions_in_order_and_one_sheet_once(address: str) -> None:
    planes = [ControlPlane.open(address) for _ in range(2)]
    sheets = [sheet(row(str(n // 2)), sha256=str(n // 2)) for n in range(12)]

    def add(n: int) -> StoredSheet:
        return planes[n % 2].prices.add(sheets[n])

    with ThreadPoolExecutor(4) as threads:
        stored = list(threads.map(add, range(12)))
    assert sorted(s.version for s in stored if not s.already_known) == [1, 2, 3, 4, 5, 6]
    assert {s.sha256: s.version for s in stored} == {
        s.sha256: s.version for s in planes[0].prices.sheets()
    }
    assert planes[1].prices.version() == 6
    for plane in planes:
        assert len(plane.prices.sheets()) == 6
        plane.close()


def test_a_sheet_of_real_size_is_kept_and_read(control: ControlPlane) -> None:
    rows = [replace(ROW, region=f"r{n % 40}", source_line=n) for n in range(8_000)]
    control.prices.add(sheet(*rows, mappings=(mapping(),)))
    assert control.prices.rows(1) == rows
    assert len(control.prices.book().of_model("gpt-4.1")) == 8_000
