"""A lot: money paid or granted in advance, that pays for charges until it is used up or expires.

Prepayment and credits are means of payment (billing-rules 16): no charge's cost changes by them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal, cast, get_args

from costplane.core.period import day_start
from costplane.errors import InvalidInput

LotKind = Literal["Prepayment", "Credit"]
LotSource = Literal["PurchasedCredit", "PromotionalCredit"]

LOT_KINDS: tuple[LotKind, ...] = get_args(LotKind)
LOT_SOURCES: tuple[LotSource, ...] = get_args(LotSource)
ELIGIBLE_PUBLISHER_TYPES = ("Azure", "External")
"""What a lot may pay for. Nothing bought through the Marketplace is ever among it."""


@dataclass(frozen=True, slots=True)
class Product:
    """What a charge is for, as far as a lot's eligibility asks: who bills it, under which names."""

    publisher_type: str
    service: str
    product: str


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot of a billing account, or of a billing profile (`billing_key`).

    It pays from the UTC day `start` up to, not including, `expiry` (None is never). `source` is
    Azure's word. `products` are names of services or products; none means all that the
    `publisher_types` bill.
    """

    billing_key: str
    id: str
    kind: LotKind
    source: LotSource
    amount: Decimal
    currency: str
    start: datetime
    expiry: datetime | None = None
    publisher_types: tuple[str, ...] = ("Azure",)
    products: tuple[str, ...] = ()
    po_number: str | None = None

    def __post_init__(self) -> None:
        if not self.amount.is_finite() or self.amount <= 0:
            raise _invalid("amount", f"is {self.amount}; a lot has more than zero")
        if self.kind not in LOT_KINDS:
            raise _invalid("kind", f"is {self.kind!r}; write {' or '.join(LOT_KINDS)}")
        if self.source not in LOT_SOURCES:
            raise _invalid("source", f"is {self.source!r}; write {' or '.join(LOT_SOURCES)}")
        for name in ("billing_key", "id", "currency"):
            if not getattr(self, name).strip():
                raise _invalid(name, "is empty; name it")
        self._check_days()
        self._check_eligibility()

    def _check_days(self) -> None:
        for name in ("start", "expiry"):
            instant = cast(datetime | None, getattr(self, name))
            if instant is not None and instant != day_start(instant.astimezone(UTC).date()):
                raise _invalid(name, f"is {instant}; lots begin and end with a UTC day")
        if self.expiry is not None and self.expiry <= self.start:
            raise _invalid("expiry", f"is {self.expiry:%F}, not after the start {self.start:%F}")

    def _check_eligibility(self) -> None:
        others = [p for p in self.publisher_types if p not in ELIGIBLE_PUBLISHER_TYPES]
        if others or not self.publisher_types:
            raise _invalid(
                "publisher_types",
                f"has {', '.join(others) or 'nothing'}; a lot pays for "
                f"{' and '.join(ELIGIBLE_PUBLISHER_TYPES)}, never for the Marketplace",
            )

    def is_live(self, day: datetime) -> bool:
        """Whether it pays on that UTC day."""
        return self.start <= day and (self.expiry is None or day < self.expiry)

    def pays_for(self, product: Product) -> bool:
        """Whether a charge of that kind is eligible. Names count without regard to case."""
        if product.publisher_type not in self.publisher_types:
            return False
        named = {name.casefold() for name in self.products}
        return not named or not named.isdisjoint(
            (product.service.casefold(), product.product.casefold())
        )


def drawing_order(lot: Lot) -> tuple[bool, datetime, datetime, str]:
    """Lots pay in this order: the earliest expiry, then start, then id; without expiry last."""
    return lot.expiry is None, lot.expiry or lot.start, lot.start, lot.id


def _invalid(field: str, fault: str) -> InvalidInput:
    return InvalidInput(f"{field} {fault}", target=field)
