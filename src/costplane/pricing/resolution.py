"""Which price a use gets, and why (billing-rules 8 to 11).

The customer's own sheets come before the list, the narrowest scope first; of the rows valid at
the instant the latest start wins. Nothing is guessed: a fact that the event does not tell is
overlooked only where every candidate costs the same, and what finds no row is Unpriced with
its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from costplane.core.period import Period
from costplane.pricing.book import Offer, PriceBook
from costplane.pricing.fallback import stand_ins

DEPLOYMENT_SCOPES: dict[str, tuple[str, str | None]] = {
    "globalstandard": ("Global", None),
    "datazonestandard": ("DataZone", None),
    "standard": ("Regional", None),
    "globalbatch": ("Global", "Batch"),
    "datazonebatch": ("DataZone", "Batch"),
}
"""Azure SKU name, lower case: the scope of its meters and the tier that it forces."""

PROVISIONED = frozenset(
    {"globalprovisionedmanaged", "datazoneprovisionedmanaged", "provisionedmanaged"}
)
TIERS: dict[str, str] = {"priority": "Priority", "flex": "Flex", "batch": "Batch"}
"""The tier that an answer told, lower case; anything else is Standard."""


@dataclass(frozen=True, slots=True)
class PriceQuestion:
    """One use: who (scope ids, the narrowest first), which model, how served, of what.

    `context_tokens` is a prompt length inside the band in question. None is a fact that
    nobody told.
    """

    scopes: tuple[str, ...]
    model: str | None
    model_version: str | None
    deployment_type: str | None
    service_tier: str | None
    region: str | None
    quantity: str
    context_tokens: int


@dataclass(frozen=True, slots=True)
class Resolution:
    """The row that prices a use, the list row beside it (None: no list price is known), and
    the steps that led there."""

    offer: Offer
    list_offer: Offer | None
    steps: tuple[str, ...]


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


def resolve(book: PriceBook, question: PriceQuestion, at: datetime) -> Answer:
    """The price of `question` at the instant `at`, or why there is none."""
    if question.model is None:
        return Unresolved("MissingFact", "model")
    if (question.deployment_type or "").lower() in PROVISIONED:
        return Unresolved("ProvisionedUnitsUnknown", question.deployment_type or "")
    offers = book.of_model(question.model)
    if not offers:
        return Unresolved("NoSuchModel", question.model)
    levels = _levels(offers, question.scopes)
    answers = [(name, _at_level(rows, question, at)) for name, rows in levels]
    return _first(answers)


def timeline(
    book: PriceBook, question: PriceQuestion, period: Period
) -> list[tuple[Period, Answer]]:
    """`period` cut at every instant at which an answer may change, with each part's answer."""
    offers = book.of_model(question.model) if question.model else ()
    cuts = {period.start, period.end}
    for offer in offers:
        cuts.update(i for i in (offer.row.valid_from, offer.row.valid_to) if i and i in period)
    ordered = sorted(cuts)
    parts: list[tuple[Period, Answer]] = []
    for start, end in zip(ordered, ordered[1:], strict=False):
        answer = resolve(book, question, start)
        if parts and parts[-1][1] == answer:
            parts[-1] = (Period(parts[-1][0].start, end), answer)
        else:
            parts.append((Period(start, end), answer))
    return parts


def _levels(offers: Sequence[Offer], scopes: Sequence[str]) -> list[tuple[str, list[Offer]]]:
    """Offers by whose they are: the customer's for each scope, for all, then the list."""
    own = [o for o in offers if o.sheet_kind == "customer"]
    named = [(f"own sheet for {s}", [o for o in own if o.sheet_scope == s]) for s in scopes]
    anywhere = ("own sheet", [o for o in own if o.sheet_scope is None])
    public = ("list price", [o for o in offers if o.sheet_kind == "list"])
    return [level for level in (*named, anywhere, public) if level[1]]


def _first(answers: Sequence[tuple[str, Answer]]) -> Answer:
    """The strongest level that has a row; ambiguity there is not overruled by a weaker one."""
    listed = answers[-1][1] if answers and answers[-1][0] == "list price" else None
    for name, answer in answers:
        if isinstance(answer, Resolution):
            public = listed.offer if isinstance(listed, Resolution) else None
            return Resolution(answer.offer, public, (name, *answer.steps))
        if answer.code in ("AmbiguousPrice", "MissingFact"):
            return answer
    if not answers:
        return Unresolved("NoPriceForScope", "")
    return answers[-1][1]


def _at_level(offers: Sequence[Offer], question: PriceQuestion, at: datetime) -> Answer:
    served, missing = _as_served(offers, question)
    if not served:
        return missing
    metered = {offer.key.quantity for offer in offers}
    for quantity in stand_ins(question.quantity):
        rows = [o for o in served if o.key.quantity == quantity]
        if rows:
            steps = () if quantity == question.quantity else (f"priced as {quantity}",)
            return _valid(rows, question, at, steps)
        if quantity in metered:
            break
    return Unresolved("NoPriceForTokenType", question.model or "")


def _as_served(offers: Sequence[Offer], question: PriceQuestion) -> tuple[list[Offer], Unresolved]:
    """The offers for how the use was served: deployment scope, tier, band, region, version."""
    kind = question.deployment_type
    scope, forced = DEPLOYMENT_SCOPES.get((kind or "").lower(), (kind, None))
    tier = forced or TIERS.get((question.service_tier or "").lower(), "Standard")
    variant = "developer" if (kind or "").lower() == "developertier" else None
    narrowing: tuple[tuple[str, str, Callable[[Offer], bool]], ...] = (
        ("NoPriceForVariant", variant or "base model", lambda o: o.key.variant == variant),
        (
            "NoPriceForDeploymentType",
            kind or "",
            lambda o: kind is None or variant is not None or o.key.deployment_scope == scope,
        ),
        ("NoPriceForServiceTier", tier, lambda o: o.key.service_tier == tier),
        (
            "NoPriceForRegion",
            question.region or "",
            lambda o: question.region is None or o.row.region in (None, question.region),
        ),
    )
    left = list(offers)
    for code, detail, keeps in narrowing:
        kept = [offer for offer in left if keeps(offer)]
        if not kept:
            return [], Unresolved(code, f"{question.model} {detail}".strip())
        left = kept
    return _of_version(_of_band(left, question.context_tokens), question)


def _of_band(offers: list[Offer], context_tokens: int) -> list[Offer]:
    """The offers of the band that the prompt's length chooses, for the whole request (rule 11)."""
    long = [o for o in offers if o.key.context_band == "long"]
    over = [o for o in long if context_tokens > (o.key.context_threshold or 0)]
    return over or [o for o in offers if o.key.context_band != "long"]


def _of_version(offers: list[Offer], question: PriceQuestion) -> tuple[list[Offer], Unresolved]:
    """Rows of the event's version; rows without version where it has none of its own."""
    wanted = question.model_version
    if wanted is None:
        return offers, Unresolved("MissingFact", "model_version")
    own = {o.key.quantity for o in offers if o.key.version == wanted}
    kept = [
        o
        for o in offers
        if o.key.version == wanted or (o.key.version is None and o.key.quantity not in own)
    ]
    return kept, Unresolved("NoPriceForVersion", f"{question.model} {wanted}")


def _valid(
    rows: Sequence[Offer], question: PriceQuestion, at: datetime, steps: tuple[str, ...]
) -> Answer:
    """The row of the latest start among those valid at `at`."""
    told = _where_told(rows, question.region)
    started = [o for o in told if o.row.valid_from <= at]
    live = [o for o in started if o.row.valid_to is None or at < o.row.valid_to]
    if not live:
        return _not_valid(told, started, question)
    groups = _by_untold_facts(live, question)
    answers = [_latest(group) for group in groups]
    ambiguous = [answer for answer in answers if isinstance(answer, Unresolved)]
    if ambiguous:
        return ambiguous[0]
    offers = [answer for answer in answers if isinstance(answer, Offer)]
    if len({_price(offer) for offer in offers}) > 1:
        return Unresolved("MissingFact", _untold(question))
    return Resolution(min(offers, key=_order), None, steps)


def _not_valid(
    rows: Sequence[Offer], started: Sequence[Offer], question: PriceQuestion
) -> Unresolved:
    if started:
        last = max(offer.row.valid_to or offer.row.valid_from for offer in started)
        return Unresolved("NoLongerValid", f"{question.model}, until {last:%Y-%m-%d}")
    first = min(offer.row.valid_from for offer in rows)
    return Unresolved("NotYetValid", f"{question.model}, from {first:%Y-%m-%d}")


def _where_told(rows: Sequence[Offer], region: str | None) -> list[Offer]:
    """Rows of the region itself before rows that hold anywhere."""
    exact = [o for o in rows if o.row.region == region]
    return exact if region is not None and exact else list(rows)


def _by_untold_facts(rows: Iterable[Offer], question: PriceQuestion) -> list[list[Offer]]:
    """Rows apart by the facts that the event does not tell: each group could be the one."""
    groups: dict[tuple[str | None, ...], list[Offer]] = {}
    for offer in rows:
        fact = (
            offer.key.version if question.model_version is None else None,
            offer.key.deployment_scope if question.deployment_type is None else None,
            offer.row.region if question.region is None else None,
        )
        groups.setdefault(fact, []).append(offer)
    return list(groups.values())


def _latest(rows: Sequence[Offer]) -> Offer | Unresolved:
    start = max(o.row.valid_from for o in rows)
    latest = [o for o in rows if o.row.valid_from == start]
    newest = {
        o.row.sheet: max(x.version for x in latest if x.row.sheet == o.row.sheet) for o in latest
    }
    standing = [o for o in latest if o.version == newest[o.row.sheet]]
    if len({_price(offer) for offer in standing}) > 1:
        places = " and ".join(o.place for o in _distinct(standing)[:2])
        return Unresolved("AmbiguousPrice", f"{places} start together")
    return min(standing, key=_order)


def _distinct(rows: Sequence[Offer]) -> list[Offer]:
    return list({_price(offer): offer for offer in sorted(rows, key=_order)}.values())


def _price(offer: Offer) -> tuple[object, ...]:
    row = offer.row
    return (row.price, row.currency, row.unit, row.block_size)


def _order(offer: Offer) -> tuple[object, ...]:
    return (-offer.version, offer.row.meter_name.lower(), offer.row.meter_id)


def _untold(question: PriceQuestion) -> str:
    facts = {
        "model_version": question.model_version,
        "deployment_type": question.deployment_type,
        "region": question.region,
    }
    names = [name for name, value in facts.items() if value is None]
    return f"{question.model} {question.quantity}: {', '.join(names)}"
