"""What is asked about a price, and what can be answered: the values of resolution."""

from __future__ import annotations

from dataclasses import dataclass

from costplane.pricing.book import Offer
from costplane.pricing.providers import AZURE


@dataclass(frozen=True, slots=True)
class PriceQuestion:
    """One use: who (scope ids, the narrowest first), which model, how served, of what.

    `context_tokens` is a prompt length inside the band in question. `provider` is who served
    the model (pricing/providers.py), `variant` which variant of it (ModelKey). None is a fact
    that nobody told.
    """

    scopes: tuple[str, ...]
    model: str | None
    model_version: str | None
    deployment_type: str | None
    service_tier: str | None
    region: str | None
    quantity: str
    context_tokens: int
    provider: str | None = AZURE
    variant: str | None = None


@dataclass(frozen=True, slots=True)
class Resolution:
    """The row that prices a use, the list row beside it (None: no list price is known), and
    the steps that led there.

    `tiers` are the rows of the meter's tiers with ascending minimums, from zero on, the first of
    which is `offer`; `list_tiers` those of the list. One tier is a price without tiers.
    """

    offer: Offer
    list_offer: Offer | None
    steps: tuple[str, ...]
    tiers: tuple[Offer, ...] = ()
    list_tiers: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Why a use has no price: a code, and what was missing."""

    code: str
    detail: str

    @property
    def reason(self) -> str:
        """The reason as tables and reports show it."""
        return f"{self.code}: {self.detail}" if self.detail else self.code


Answer = Resolution | Unresolved
