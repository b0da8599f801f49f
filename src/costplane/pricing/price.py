"""Price rows, price sheets, and the mapping from meters to what they price (billing-rules 7, 10).

All are values: an illegal one cannot be built. A sheet is an immutable version; a changed price
is a new row with a later start (billing-rules 12).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID, uuid5

from costplane.core.money import EXACT
from costplane.errors import InvalidPriceSheet
from costplane.pricing.model_key import ModelKey

PriceKind = Literal["usage", "hourly", "monthly", "reservation"]
PublisherType = Literal["Azure", "Marketplace", "External"]
SheetKind = Literal["list", "customer"]
Tiering = Literal["graduated", "volume"]
ConfirmedBy = Literal["parser", "user", "sheet"]

PRICE_KINDS: tuple[PriceKind, ...] = ("usage", "hourly", "monthly", "reservation")
PUBLISHER_TYPES: tuple[PublisherType, ...] = ("Azure", "Marketplace", "External")
"""Who bills: Azure itself, its Marketplace, or a provider outside Azure."""
SHEET_KINDS: tuple[SheetKind, ...] = ("list", "customer")
TIERINGS: tuple[Tiering, ...] = ("graduated", "volume")
"""How the rows of one meter with several tier minimums price a month: each part of the quantity
at the price of its tier, or all of it at the price of the tier that the month reached."""

_METER_NAMESPACE = UUID("0f3f1d52-6f0d-5f55-9a3e-5a6f1d1c7b90")
_LARGEST_BLOCK = 10**12


def meter_id_of(product: str, meter_name: str, region: str | None) -> str:
    """The id of a meter that came without one: a UUIDv5 of what a meter is (billing-rules 7)."""
    return str(uuid5(_METER_NAMESPACE, "\n".join((product, meter_name, region or ""))))


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One price of one meter in one region, from one instant on (billing-rules 7).

    `price` is in `currency` for `block_size` units of `unit` ("Tokens", "Hours", "Images"),
    as `unit_of_measure` says in Azure's words ("1K", "1/Hour"). `region` None is everywhere,
    else Azure's name in lower case. `valid_to` is exclusive, None is open. `tier_minimum` is the
    number of blocks of the billing month and account from which the price holds, as Azure's
    tierMinimumUnits has it; `tiering` matters where rows of one meter differ in it. `term` is that
    of a reservation ("1 Month", "1 Year"), whose `price` is for the whole term. `source_line` is
    the line (or the number of the item) in the sheet's file. Where `consumption_unit` names a
    publisher's unit, `price` is a number of these and not of `currency` (pricing/consumption.py).

    Raises InvalidPriceSheet for a value that no price row can have; `target` names the field.
    """

    sheet: str
    product: str
    meter_id: str
    meter_name: str
    category: str
    sub_category: str
    sku_id: str | None
    sku_name: str | None
    publisher_type: PublisherType
    publisher: str | None
    offer: str | None
    service_name: str
    region: str | None
    unit_of_measure: str
    block_size: Decimal
    unit: str
    tier_minimum: Decimal
    price: Decimal
    currency: str
    valid_from: datetime
    valid_to: datetime | None
    kind: PriceKind
    source_line: int
    term: str | None = None
    tiering: Tiering = "graduated"
    consumption_unit: str | None = None

    def __post_init__(self) -> None:
        _require(bool(self.meter_name), "meter_name", "a meter has a name")
        _require(self.price.is_finite() and self.price >= 0, "price", "a price is zero or more")
        _require(_fits(self.price), "price", "a price is below 10^9, in at most 18 decimal places")
        exact = self.consumption_unit is None or fits(self.price, 10**6, places=6)
        _require(exact, "price", "consumption_units are below 10^6, in at most 6 decimal places")
        _require(self.block_size > 0, "block_size", "a price covers a positive quantity")
        _require(self.block_size <= _LARGEST_BLOCK, "block_size", "a block is 10^12 at most")
        _require(self.tier_minimum >= 0, "tier_minimum", "a tier starts at zero or more")
        _require(self.tiering in TIERINGS, "tiering", f"use one of {', '.join(TIERINGS)}")
        currency = self.currency
        known = len(currency) == 3 and currency.isascii() and currency.isupper()
        _require(known, "currency", f"{currency!r} is no ISO 4217 code such as USD")
        _require(self.valid_from.tzinfo is UTC, "valid_from", "times are in UTC")
        end = self.valid_to
        _require(end is None or end.tzinfo is UTC, "valid_to", "times are in UTC")
        _require(end is None or end > self.valid_from, "valid_to", "a price ends after it starts")

    @property
    def denomination(self) -> str:
        """What `price` counts: the currency, or a publisher's unit."""
        return self.consumption_unit or self.currency

    @property
    def priced(self) -> str:
        """What one price is for, in words: a reservation's is for its whole term, although Azure
        gives its unit as an hour."""
        if self.kind == "reservation" and self.term:
            return f"1 unit for {self.term}, the whole term"
        counted = self.unit_of_measure.strip()
        names_unit = re.search("[A-Za-z]{2}", counted)  # as "1/Hour" does, and "1M" does not
        return counted if names_unit else f"{counted} {self.unit}"


@dataclass(frozen=True, slots=True)
class MeterMapping:
    """What a meter prices, and who said so; stored apart from prices (billing-rules 10).

    Either `key` is there, or `unplaced_reason` says why not.
    """

    product: str
    meter_name: str
    unit_of_measure: str
    key: ModelKey | None
    unplaced_reason: str | None
    confirmed_by: ConfirmedBy

    def __post_init__(self) -> None:
        told = (self.key is None) != (self.unplaced_reason is None)
        _require(told, "unplaced_reason", "a mapping has a key or a reason why it has none")


@dataclass(frozen=True, slots=True)
class PriceSheet:
    """An imported list of prices: the public list, or a customer's own for `scope`.

    `name` is the same for all versions of a sheet: a later import supersedes rows of equal
    start (billing-rules 8). `sha256` is that of the file as it was read.
    """

    name: str
    kind: SheetKind
    scope: str | None
    source_file: str
    sha256: str
    imported_at: datetime
    currency: str
    rows: tuple[PriceRow, ...]
    mappings: tuple[MeterMapping, ...]

    def __post_init__(self) -> None:
        _require(bool(self.name), "name", "a sheet has a name")
        _require(self.kind in SHEET_KINDS, "kind", f"use one of {', '.join(SHEET_KINDS)}")
        listed = self.kind == "list"
        _require(not (listed and self.scope), "scope", "a list sheet holds for every scope")
        _require(self.imported_at.tzinfo is UTC, "imported_at", "times are in UTC")


def fits(number: Decimal, bound: int, places: int) -> bool:
    """Whether a number is below `bound`, in so many decimal places at most."""
    exponent = number.normalize(EXACT).as_tuple().exponent
    return number < bound and isinstance(exponent, int) and exponent >= -places


def _fits(price: Decimal) -> bool:
    """Whether tables can hold a price, and 128 bits its product with any quantity of a call."""
    _, digits, exponent = price.normalize(EXACT).as_tuple()
    return price < 10**9 and isinstance(exponent, int) and exponent >= -18 and len(digits) <= 19


def _require(holds: bool, field: str, rule: str) -> None:
    if not holds:
        raise InvalidPriceSheet(f"{field}: {rule}", target=field)
