"""What an agreement changes about list prices: discounts, exchange rates, markups.

All are values with their source, and dated: a changed one is a further row with a later start, a
corrected one a later version of the same row (billing-rules 12, 17, 21).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fnmatch import fnmatchcase

from costplane.core.money import EXACT
from costplane.errors import InvalidInput

PATTERNS = (
    "provider",
    "publisher_type",
    "publisher",
    "product",
    "meter",
    "model",
    "deployment_type",
)
"""What a discount or markup can be narrowed to, beside its scope and tags."""

_PERCENT_PLACES = 6
_RATE_PLACES = 12
_LARGEST_RATE = 10**9


@dataclass(frozen=True, slots=True)
class Told:
    """Where an adjustment stands: the `agreement` (name of the file's set) and its `version`,
    the file with its SHA-256, the line in it, and when it was imported."""

    agreement: str
    version: int
    file: str
    sha256: str
    line: int
    imported_at: datetime


@dataclass(frozen=True, slots=True)
class Applies:
    """Which charges an adjustment holds for, and when.

    `scope` is a scope id in lower case, None is everywhere. The patterns are texts in lower case
    in which `*` stands for anything; None is no condition. `tags` must all be on the charge: keys
    without regard to case, values exact. `valid_to` is exclusive, None is open.
    """

    valid_from: datetime
    valid_to: datetime | None = None
    scope: str | None = None
    provider: str | None = None
    publisher_type: str | None = None
    publisher: str | None = None
    product: str | None = None
    meter: str | None = None
    model: str | None = None
    deployment_type: str | None = None
    tags: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        _ends_after("valid_to", self.valid_from, self.valid_to)

    @property
    def conditions(self) -> int:
        """How many conditions narrow it, its scope and dates apart."""
        return sum(getattr(self, name) is not None for name in PATTERNS) + len(self.tags)

    def at(self, instant: datetime) -> bool:
        """Whether it holds at an instant."""
        return self.valid_from <= instant and (self.valid_to is None or instant < self.valid_to)

    def matches(self, facts: Mapping[str, str], tags: Mapping[str, str]) -> bool:
        """Whether a charge with these facts (named as PATTERNS, lower case) and tags (keys in
        lower case) meets every condition but scope and time."""
        patterns = ((name, getattr(self, name)) for name in PATTERNS)
        told = all(p is None or fnmatchcase(facts.get(name, ""), p) for name, p in patterns)
        return told and all(tags.get(key.lower()) == value for key, value in self.tags)

    def words(self) -> str:
        """The conditions for people, such as `model gpt-4o*, tag team search`."""
        named = [(name, getattr(self, name)) for name in ("scope", *PATTERNS)]
        told = [f"{name.replace('_', ' ')} {value}" for name, value in named if value is not None]
        return ", ".join([*told, *(f"tag {key} {value}" for key, value in self.tags)])


@dataclass(frozen=True, slots=True)
class Discount:
    """A negotiated discount: `percent` off the list price.

    It never lowers a price of the customer's own sheet, which is negotiated already. Prices of
    the Marketplace are lowered only by a discount that names that publisher type.
    """

    name: str
    percent: Decimal
    applies: Applies
    told: Told

    def __post_init__(self) -> None:
        _require(0 <= self.percent <= 100, "percent", "a discount is from 0 to 100 percent")
        _require(_places(self.percent) <= _PERCENT_PLACES, "percent", "give six decimals at most")

    def words(self) -> tuple[str, str]:
        """What it is, for people: its kind, and what it does."""
        return "negotiated discount", f"{self.percent:f} % off the list price"


@dataclass(frozen=True, slots=True)
class Markup:
    """What a charge costs the team that it is charged on to, over its effective cost.

    Either `percent` of that cost, or `amount` of `currency` for each `block_size` units of the
    quantity `unit` (Tokens, Images, ...): the latter only for charges billed in that currency.
    """

    name: str
    applies: Applies
    told: Told
    percent: Decimal | None = None
    amount: Decimal | None = None
    currency: str | None = None
    block_size: Decimal | None = None
    unit: str | None = None

    def __post_init__(self) -> None:
        either = (self.percent is None) != (self.amount is None)
        _require(either, "percent", "a markup is a percentage or an amount per unit")
        if self.percent is not None:
            _require(-100 <= self.percent <= 10_000, "percent", "give -100 to 10000 percent")
            _require(_places(self.percent) <= _PERCENT_PLACES, "percent", "give six decimals")
            return
        _require(bool(self.currency), "currency", "an amount per unit has a currency")
        _require(bool(self.unit), "unit", "say for how many units, such as 1M Tokens")
        block, amount = self.block_size or Decimal(0), self.amount or Decimal(0)
        _require(0 < block <= 10**12, "unit", "a block is from 1 to 10^12 units")
        fits = abs(amount) < 10**9 and _places(amount) <= _RATE_PLACES
        _require(fits, "amount", "an amount is below 10^9, in at most 12 decimal places")

    def words(self) -> tuple[str, str]:
        """What it is, for people: its kind, and what it does."""
        if self.percent is not None:
            return "markup", f"{self.percent:+f} % for cross-charging"
        return "markup", f"{self.amount:+f} {self.currency} for {self.block_size:f} {self.unit}"


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """`rate` units of the currency `quote` for one of `base`, from `day` (UTC) until the next
    day for which a rate is told. `source` says whose rate it is."""

    base: str
    quote: str
    day: date
    rate: Decimal
    source: str
    told: Told

    def __post_init__(self) -> None:
        for field in ("base", "quote"):
            code = getattr(self, field)
            known = len(code) == 3 and code.isascii() and code.isupper()
            _require(known, field, f"{code!r} is no ISO 4217 code such as EUR")
        _require(self.base != self.quote, "quote", "a rate is between two currencies")
        _require(0 < self.rate < _LARGEST_RATE, "rate", "a rate is above zero and below 10^9")
        _require(_places(self.rate) <= _RATE_PLACES, "rate", "give twelve decimals at most")
        _require(bool(self.source.strip()), "source", "say whose rate it is")

    def words(self) -> tuple[str, str]:
        """What it is, for people: its kind, and what it does."""
        return "exchange rate", f"{self.rate:f} {self.quote} for 1 {self.base}"


Adjustment = Discount | Markup | ExchangeRate


def _places(value: Decimal) -> int:
    exponent = value.normalize(EXACT).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 10**6


def _ends_after(field: str, start: datetime, end: datetime | None) -> None:
    _require(end is None or end > start, field, "it ends after it starts")


def _require(holds: bool, field: str, rule: str) -> None:
    if not holds:
        raise InvalidInput(f"{field}: {rule}", target=field)
