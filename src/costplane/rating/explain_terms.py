"""The terms of a rate as lines of an explanation, in the order in which they apply."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Literal

from costplane.core.exact_text import exact_text
from costplane.pricing.adjustment import Discount, Markup
from costplane.pricing.adjustments import Exchange
from costplane.rating.terms import Terms

AdjustmentKind = Literal["NegotiatedDiscount", "ExchangeRate", "Markup"]


@dataclass(frozen=True, slots=True)
class AdjustmentExplanation:
    """A step between the price row and the charge, and where it stands.

    `does` says what it does, `factor` what it multiplies by (a decimal, or a fraction where that
    has no end; null for an amount per unit). `applies` are its conditions, `day` is that of an
    exchange rate, `source` whose rate it is. A Markup changes the cross-charge alone. `line` is
    that in `file` of the `agreement`; its `version` counts with those of price sheets.
    """

    kind: AdjustmentKind
    name: str
    does: str
    factor: str | None
    applies: str
    valid_from: datetime | None
    valid_to: datetime | None
    day: date | None
    source: str | None
    agreement: str
    version: int
    line: int
    file: str
    sha256: str
    imported_at: datetime


def adjustment_explanations(terms: Terms) -> tuple[AdjustmentExplanation, ...]:
    """What happens to the price: discount, exchange rate, markup."""
    steps = (
        _dated("NegotiatedDiscount", terms.discount, terms.left) if terms.discount else None,
        _exchanged(terms.exchange) if terms.exchange else None,
        _dated("Markup", terms.markup, _factor(terms.markup)) if terms.markup else None,
    )
    return tuple(step for step in steps if step is not None)


def _factor(markup: Markup) -> Fraction | None:
    return None if markup.percent is None else 1 + Fraction(markup.percent) / 100


def _dated(
    kind: AdjustmentKind, step: Discount | Markup, factor: Fraction | None
) -> AdjustmentExplanation:
    told = step.told
    return AdjustmentExplanation(
        kind=kind,
        name=step.name,
        does=step.words()[1],
        factor=None if factor is None else exact_text(factor),
        applies=step.applies.words(),
        valid_from=step.applies.valid_from,
        valid_to=step.applies.valid_to,
        day=None,
        source=None,
        agreement=told.agreement,
        version=told.version,
        line=told.line,
        file=told.file,
        sha256=told.sha256,
        imported_at=told.imported_at,
    )


def _exchanged(exchange: Exchange) -> AdjustmentExplanation:
    told = exchange.told.told
    return AdjustmentExplanation(
        kind="ExchangeRate",
        name=f"{exchange.base} to {exchange.quote}",
        does=exchange.told.words()[1],
        factor=exact_text(exchange.rate),
        applies="",
        valid_from=None,
        valid_to=None,
        day=exchange.day,
        source=exchange.told.source,
        agreement=told.agreement,
        version=told.version,
        line=told.line,
        file=told.file,
        sha256=told.sha256,
        imported_at=told.imported_at,
    )
