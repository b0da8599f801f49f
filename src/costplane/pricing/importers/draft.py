"""What every format yields: drafts of rows, in text as the file has it.

A draft becomes a PriceRow only here, so that all formats have the same checks and messages.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import cast

from costplane.core.period import parse_instant
from costplane.core.quantities import CONSUMPTION_UNITS
from costplane.errors import InvalidPriceSheet
from costplane.pricing.model_key import ModelKey
from costplane.pricing.price import (
    PriceKind,
    PriceRow,
    PublisherType,
    SheetKind,
    Tiering,
    fits,
    meter_id_of,
)
from costplane.pricing.units import any_block, block_of, require_one_unit

_UNIT_OF_KIND = {"hourly": "Hours", "monthly": "Months"}


@dataclass(frozen=True, slots=True)
class RowError:
    """A row that was not taken: its line (or number in the file), field, and what to mend."""

    line: int
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Draft:
    """One row of a file, in text; "" (and None for the price) is absent.

    `key` is there when the row itself says what it prices; else the meter's name has to.
    `unplaced` is the reason why the reader knows that it prices no call: its meter's name is
    not asked, and its unit may be one of any service. `of_other_service`: it is of no AI service,
    and left out unread.
    """

    line: int
    product: str
    meter_name: str
    unit_of_measure: str
    price: str | None
    currency: str
    valid_from: str
    valid_to: str = ""
    meter_id: str = ""
    region: str = ""
    tier_minimum: str = "0"
    service_name: str = ""
    sku_id: str = ""
    sku_name: str = ""
    publisher_type: PublisherType = "Azure"
    publisher: str = ""
    offer: str = ""
    term: str = ""
    tiering: str = "graduated"
    kind: PriceKind | None = None
    consumption_unit: str = ""
    key: ModelKey | None = None
    unplaced: str = ""
    of_other_service: bool = False


@dataclass(frozen=True, slots=True)
class DraftSheet:
    """What a file says about itself, and its drafts; a bad row is an error in their place.

    `by_hand`: somebody wrote it, so that no row repeats another on purpose, and each says itself
    what it prices.
    `parts`: of a file of several texts, the line before the first of each, and its name; lines
    are counted through all of them.
    """

    name: str | None
    kind: SheetKind
    scope: str | None
    drafts: Iterator[Draft | RowError]
    by_hand: bool = False
    parts: tuple[tuple[int, str], ...] = ()

    def place(self, line: int) -> str:
        """Where a line stands, for messages."""
        before, name = self.parts[bisect_left(self.parts, (line,)) - 1] if self.parts else (0, "")
        return f"{name} line {line - before}".lstrip()


@dataclass(frozen=True, slots=True)
class RowSettings:
    """What holds for all rows of an import."""

    sheet: str
    valid_from: datetime | None


def is_over(draft: Draft, settings: RowSettings) -> bool:
    """Whether a row without a start ends before the import's start: it never holds."""
    filled = settings.valid_from
    if draft.valid_from or not draft.valid_to or filled is None:
        return False
    end = _end(draft.valid_to)
    return end is not None and end <= filled


def price_row(draft: Draft, settings: RowSettings, key: ModelKey | None) -> PriceRow:
    """The row of a draft. `key` is what its meter prices.

    Raises InvalidPriceSheet, with the row's field as its target.
    """
    block_size, unit = _block(draft, key)
    region = draft.region.lower() or None
    price = _decimal("price", draft.price)
    _require_product(price, key)
    return PriceRow(
        sheet=settings.sheet,
        product=draft.product,
        meter_id=draft.meter_id or meter_id_of(draft.product, draft.meter_name, region),
        meter_name=draft.meter_name,
        category=draft.service_name,
        sub_category=draft.product,
        sku_id=draft.sku_id or None,
        sku_name=draft.sku_name or None,
        publisher_type=draft.publisher_type,
        publisher=draft.publisher or None,
        offer=draft.offer or None,
        service_name=draft.service_name,
        region=region,
        unit_of_measure=draft.unit_of_measure,
        block_size=block_size,
        unit=unit,
        tier_minimum=_decimal("tier_minimum", draft.tier_minimum),
        price=price,
        currency=_currency(draft.currency),
        valid_from=_start(draft.valid_from, settings.valid_from),
        valid_to=_end(draft.valid_to),
        kind=_kind(draft, unit, key),
        source_line=draft.line,
        term=draft.term or None,
        tiering=cast(Tiering, draft.tiering),
        consumption_unit=draft.consumption_unit or None,
    )


def _require_product(price: Decimal, key: ModelKey | None) -> None:
    """A consumption unit's price times a number of them has to fit as a price."""
    units_own = key is not None and key.quantity == CONSUMPTION_UNITS.name
    if units_own and not (fits(price, 1_000, places=9) and len(price.as_tuple().digits) <= 7):
        raise InvalidPriceSheet(
            "price: that of a consumption unit is below 1,000, in at most 7 digits and 9 decimal "
            "places",
            target="price",
        )


def _block(draft: Draft, key: ModelKey | None) -> tuple[Decimal, str]:
    if not draft.unit_of_measure:
        raise InvalidPriceSheet("unit is missing; give one such as 1K or 1M", target="unit")
    try:
        if draft.unplaced:
            return any_block(draft.unit_of_measure)
        require_one_unit(draft.unit_of_measure, draft.meter_name, key)
        return block_of(draft.unit_of_measure, draft.meter_name, key)
    except ValueError as error:
        raise InvalidPriceSheet(f"unit: {error}", target="unit") from error


def _decimal(field: str, text: str | None) -> Decimal:
    if text is None or not text.strip():
        raise InvalidPriceSheet(
            f"{field} is missing; give a number (zero is a price)", target=field
        )
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise InvalidPriceSheet(f"{field} is {text!r}; give a number", target=field)
    return number


def _currency(text: str) -> str:
    if not text:
        raise InvalidPriceSheet("currency is missing; give a code such as USD", target="currency")
    return text.upper()


def _instant(field: str, text: str) -> datetime:
    try:
        return parse_instant(text)
    except ValueError as error:
        raise InvalidPriceSheet(
            f"{field} is {text!r}; give a date such as 2026-10-01", target=field
        ) from error


def _start(text: str, otherwise: datetime | None) -> datetime:
    if text:
        return _instant("valid_from", text)
    if otherwise is None:
        raise InvalidPriceSheet(
            "valid_from is missing; give it in the file, or with --valid-from for the whole import",
            target="valid_from",
        )
    return otherwise.astimezone(UTC)


def _end(text: str) -> datetime | None:
    """The exclusive end. Azure's last minute or second of a day ("23:59:00") is inclusive, and
    the last year of the calendar is no end."""
    if not text:
        return None
    end = _instant("valid_to", text)
    if end.year == MAXYEAR:
        return None
    if (end.hour, end.minute) != (23, 59):
        return end
    return end.replace(second=0, microsecond=0) + timedelta(minutes=1)


def _kind(draft: Draft, unit: str, key: ModelKey | None) -> PriceKind:
    """Reservations by their term; capacity by hour or month; everything else by its use."""
    if draft.term:
        return "reservation"
    if draft.kind is not None:
        expected = _UNIT_OF_KIND.get(draft.kind, unit)
        if unit != expected:
            raise InvalidPriceSheet(
                f"unit is {draft.unit_of_measure!r}, but a {draft.kind} price counts {expected}",
                target="unit",
            )
        return draft.kind
    if unit in ("Hours", "Months") and (key is None or key.quantity == "hours"):
        return "monthly" if unit == "Months" else "hourly"
    return "usage"
