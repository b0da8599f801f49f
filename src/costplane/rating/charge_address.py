"""The address of a charge: what a person can name, and find in the ledger again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from costplane.core.period import HOUR, Period
from costplane.core.quantities import BY_NAME
from costplane.errors import InvalidInput

_PREFIX = "charge:"
_HOUR = "%Y-%m-%dT%H"
_FORM = "charge:<hour>/<series>/<quantity>/<SkuPriceId>, such as charge:2026-10-15T18/12/..."
_SERIES_DIGITS = 18


@dataclass(frozen=True, slots=True)
class ChargeAddress:
    """A charge: an hour (UTC) of a series' use of one quantity at one price row.

    Several rows of `charges` can stand under it: each posting adds its own, and an hour in which
    tags change is parted there.
    """

    hour: datetime
    series: int
    quantity: str
    price_id: str

    @property
    def period(self) -> Period:
        """The hour."""
        return Period(self.hour, self.hour + HOUR)

    def __str__(self) -> str:
        return f"{_PREFIX}{self.hour:{_HOUR}}/{self.series}/{self.quantity}/{self.price_id}"


def parse_charge_address(text: str) -> ChargeAddress:
    """The charge that `text` names. Raises InvalidInput, naming the part to mend."""
    parts = text.strip().removeprefix(_PREFIX).split("/")
    if len(parts) != 4:
        raise _invalid(text, "it has four parts")
    hour, series, quantity, price_id = parts
    if quantity not in BY_NAME:
        raise _invalid(text, f"'{quantity[:40]}' is no quantity")
    if not (series.isascii() and series.isdecimal() and len(series) <= _SERIES_DIGITS):
        raise _invalid(text, f"'{series[:40]}' is no number of a series")
    return ChargeAddress(_hour(text, hour), int(series), quantity, _price_id(text, price_id))


def _hour(text: str, hour: str) -> datetime:
    try:
        start = datetime.strptime(hour, _HOUR).replace(tzinfo=UTC)
        return (start + HOUR) - HOUR  # the hour's end is an instant, too
    except (ValueError, OverflowError):
        raise _invalid(text, f"'{hour[:40]}' is no hour; write it as 2026-10-15T18") from None


def _price_id(text: str, price_id: str) -> str:
    try:
        return str(UUID(price_id))
    except ValueError:
        raise _invalid(text, f"'{price_id[:40]}' is no SkuPriceId") from None


def _invalid(text: str, fault: str) -> InvalidInput:
    return InvalidInput(
        f"'{text[:200]}' is no charge's address: {fault}; write {_FORM}", target="charge"
    )
