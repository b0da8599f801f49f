"""The address of a charge: what a person can name, and find in the ledger again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from costplane.core.period import HOUR, Period
from costplane.core.quantities import BY_NAME
from costplane.errors import InvalidInput

_PREFIX = "charge:"
_HOUR = "%Y-%m-%dT%H"
_FORM = "charge:<hour>/<series>/<quantity>/<SkuPriceId>, such as charge:2026-10-15T18/12/..."
_SERIES_DIGITS = 18

Share = Literal["own", "unused", "purchase", "refund"]
"""Hours of a deployment that are no caller's, unused hours of a reservation, its payment, the
refund for one that was given back."""
SHARES: tuple[Share, ...] = ("own", "unused", "purchase", "refund")


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


@dataclass(frozen=True, slots=True)
class CapacityAddress:
    """A charge of capacity that no caller made: an hour (UTC) in which it begins, what it is,
    and the price row. `resource` is the id of the deployment or reservation."""

    hour: datetime
    share: Share
    price_id: str
    resource: str

    @property
    def period(self) -> Period:
        """The hour."""
        return Period(self.hour, self.hour + HOUR)

    @property
    def quantity(self) -> str:
        """Capacity is counted in units x hours."""
        return "hours"

    def __str__(self) -> str:
        named = f"{self.hour:{_HOUR}}/{self.share}/{self.quantity}/{self.price_id}"
        return f"{_PREFIX}{named}{self.resource}"


AnyAddress = ChargeAddress | CapacityAddress


def parse_charge_address(text: str) -> AnyAddress:
    """The charge that `text` names. Raises InvalidInput, naming the part to mend."""
    parts = text.strip().removeprefix(_PREFIX).split("/")
    for share in SHARES:
        if len(parts) > 4 and parts[1:3] == [share, "hours"]:
            resource = "/" + "/".join(parts[4:])
            return CapacityAddress(
                _hour(text, parts[0]), share, _price_id(text, parts[3]), resource
            )
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
