"""Unit costs as values: what was divided by what, and what is lacking in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from costplane.analysis.unpriced import Unpriced
from costplane.core.money import round_line
from costplane.core.period import Period

ReasonCode = Literal[
    "CallsWithoutPrice",
    "CallsThatNameNone",
    "FewPersons",
    "CostsWithoutDirection",
    "CountOfSomeDays",
    "CountOfParts",
    "NoCost",
    "NoneCounted",
    "NoCount",
    "CountOfWiderScope",
    "CountOfWholeDays",
    "CountsOverlap",
    "ZeroCount",
]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a unit cost is unknown, or what it lacks: a code for programs, words for people."""

    code: ReasonCode
    message: str


@dataclass(frozen=True, slots=True)
class UnitCost:
    """`cost` divided by `quantity`, for a unit as it was asked for.

    `state` is Known, Incomplete (there is a quotient, and `reasons` say what it lacks) or Unknown
    (there is none). The quotient is exact, rounded once, half-even, to twelve places.
    """

    unit: str
    state: Literal["Known", "Incomplete", "Unknown"]
    cost_per_unit: Decimal | None
    cost: Decimal | None
    quantity: Decimal | None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupValue:
    """A dimension, or a tag's key, and its value in a row; empty where it is missing."""

    type: Literal["Dimension", "TagKey"]
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class UnitCostRow:
    """The unit costs of a group. `date` is the day, the month's first one or the start of the
    hour in the asker's zone, None without granularity. `cost`, `tokens` and `calls` are those of
    the query of the same body.

    `calls_without_price` have a part without a price, or told no usage; `share_without_price` is
    their part of the calls, to six places, None without any call.
    """

    date: str | None
    groups: tuple[GroupValue, ...]
    currency: str
    cost: Decimal | None
    tokens: int | None
    calls: int
    calls_without_price: int
    share_without_price: Decimal | None
    units: tuple[UnitCost, ...]


@dataclass(frozen=True, slots=True)
class UnitCostAnswer:
    """All rows by date, groups and currency; `unpriced` is of the whole range, as in a query."""

    period: Period
    rows: tuple[UnitCostRow, ...]
    unpriced: tuple[Unpriced, ...]


_NO_COST = Reason("NoCost", "nothing of it has a price")


def unit_cost(
    unit: str,
    size: int,
    cost: Decimal | None,
    quantity: Decimal | int | None,
    lacking: Iterable[Reason],
    none_counted: Reason,
) -> UnitCost:
    """The cost of `size` of a unit; `none_counted` says why, where there is nothing to divide
    by, `lacking` what the quotient leaves out."""
    counted = None if quantity is None else Decimal(quantity)
    if not counted:
        return UnitCost(unit, "Unknown", None, cost, counted, (none_counted,))
    if cost is None:
        return UnitCost(unit, "Unknown", None, None, counted, (_NO_COST,))
    reasons = tuple(lacking)
    quotient = round_line(Fraction(cost) * size / Fraction(counted))
    return UnitCost(unit, "Incomplete" if reasons else "Known", quotient, cost, counted, reasons)


def share(part: int, whole: int) -> Decimal | None:
    """`part` of `whole` to six places, half-even; None of nothing."""
    if not whole:
        return None
    return round_line(Fraction(part, whole)).quantize(Decimal("0.000001"))
