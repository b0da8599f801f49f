"""Which price a use gets, and why (billing-rules 8 to 11).

The customer's own sheets come before the list, the narrowest scope first; of the rows valid at
the instant the latest start wins. Nothing is guessed: a fact that the event does not tell is
overlooked only where every candidate costs the same, and what finds no row is Unpriced with
its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise

from costplane.core.period import Period
from costplane.pricing.book import Offer, PriceBook
from costplane.pricing.consumption import in_money, unit_model, unit_question
from costplane.pricing.fallback import stand_ins
from costplane.pricing.model_key import ANY_MODEL
from costplane.pricing.providers import AZURE
from costplane.pricing.question import Answer, PriceQuestion, Resolution, Unresolved
from costplane.pricing.served import PROVISIONED, as_served, of_band, tool_question

_FINAL = ("AmbiguousPrice", "MissingFact", "MissingTier")
_UNTOLD = ("model_version", "deployment_type", "region", "provider", "variant")
_Facts = tuple[str | None, ...]


def resolve(book: PriceBook, question: PriceQuestion, at: datetime) -> Answer:
    """The price of `question` at the instant `at`, or why there is none."""
    of_tool = tool_question(question)
    if of_tool is not None and not _meters(book, question):
        return _priced(book, book.of_model(ANY_MODEL), of_tool, at)
    if question.model is None:
        return Unresolved("MissingFact", "model")
    if (question.deployment_type or "").lower() in PROVISIONED:
        return Unresolved("ProvisionedUnitsUnknown", question.deployment_type or "")
    return _priced(book, book.of_model(question.model), question, at)


def _priced(
    book: PriceBook, offers: Sequence[Offer], question: PriceQuestion, at: datetime
) -> Answer:
    """The price among `offers`, in money also where the publisher bills in units of its own."""

    def price_of(unit: str, at_list: bool) -> Answer:
        priced = book.of_model(unit_model(unit))
        public = [o for o in priced if o.sheet_kind == "list"]
        return resolve_among(public if at_list else priced, unit_question(unit, question), at)

    return in_money(resolve_among(offers, question, at), price_of)


def resolve_among(offers: Sequence[Offer], question: PriceQuestion, at: datetime) -> Answer:
    """The price of `question` at `at` among `offers`, all of its model."""
    served = _of_provider(offers, question.provider)
    if not served:
        return _no_such_model(question.model or "", question.provider)
    levels = _levels(served, question.scopes)
    answers = [(name, _at_level(rows, question, at)) for name, rows in levels]
    return _first(answers)


def _meters(book: PriceBook, question: PriceQuestion) -> bool:
    """Whether the quantity has any price of the model itself."""
    offers = _of_provider(book.of_model(question.model or ""), question.provider)
    return any(offer.key.quantity == question.quantity for offer in offers)


def timeline(
    book: PriceBook, question: PriceQuestion, period: Period
) -> list[tuple[Period, Answer]]:
    """`period` cut at every instant at which an answer may change, with each part's answer."""
    models = (question.model or "", ANY_MODEL)
    offers = (offer for model in models for offer in book.of_model(model))
    units = {unit_model(o.row.consumption_unit) for o in offers if o.row.consumption_unit}
    changes = (i for model in (*models, *units) for i in book.changes_of(model) if i in period)
    ordered = sorted({period.start, period.end, *changes})
    parts: list[tuple[Period, Answer]] = []
    for start, end in pairwise(ordered):
        answer = resolve(book, question, start)
        if parts and parts[-1][1] == answer:
            parts[-1] = (Period(parts[-1][0].start, end), answer)
        else:
            parts.append((Period(start, end), answer))
    return parts


def _of_provider(offers: Sequence[Offer], provider: str | None) -> Sequence[Offer]:
    """The offers of who served the model: nobody's price is another's."""
    return offers if provider is None else [o for o in offers if o.key.provider == provider]


def _no_such_model(model: str, provider: str | None) -> Unresolved:
    elsewhere = provider is not None and provider != AZURE
    return Unresolved("NoSuchModel", f"{model} at {provider}" if elsewhere else model)


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
            steps = (name, *answer.steps)
            if isinstance(listed, Resolution):
                return Resolution(answer.offer, listed.offer, steps, answer.tiers, listed.tiers)
            return Resolution(answer.offer, None, steps, answer.tiers)
        if answer.code in _FINAL:
            return answer
    if not answers:
        return Unresolved("NoPriceForScope", "")
    return answers[-1][1]


def _at_level(offers: Sequence[Offer], question: PriceQuestion, at: datetime) -> Answer:
    served, missing = as_served(offers, question)
    if not served:
        return missing
    metered = {offer.key.quantity for offer in offers}
    for quantity in stand_ins(question.quantity, metered):
        counted = [o for o in served if o.key.quantity == quantity]
        # A band may begin or end: what holds then is chosen among the rows that are valid.
        rows = of_band(_live(_standing(counted), at) or counted, question.context_tokens)
        if rows:
            steps = () if quantity == question.quantity else (f"priced as {quantity}",)
            return _valid(rows, question, at, steps)
    return Unresolved("NoPriceForTokenType", question.model or "")


def _valid(
    rows: Sequence[Offer], question: PriceQuestion, at: datetime, steps: tuple[str, ...]
) -> Answer:
    """The row of the latest start among those valid at `at`; with tiers, the row of each."""
    standing = _standing(rows)
    live = _live(standing, at)
    if not live:
        started = [o for o in standing if o.row.valid_from <= at]
        return _not_valid(standing, started, question)
    groups = _by_untold_facts(_where_told(live, question.region), question)
    answers = [_tiers(group) for group in groups.values()]
    ladders = []
    for answer in answers:
        if isinstance(answer, Unresolved):
            return answer
        ladders.append(answer)
    if len({tuple(map(_price, tiers)) for tiers in ladders}) > 1:
        facts = ", ".join(_differing(groups))
        return Unresolved("MissingFact", f"{question.model} {question.quantity}: {facts}")
    tiers = min(ladders, key=lambda tiers: _order(tiers[0]))
    return Resolution(tiers[0], None, steps, tiers)


def _live(rows: Sequence[Offer], at: datetime) -> list[Offer]:
    """Rows that are valid at the instant."""
    started = [o for o in rows if o.row.valid_from <= at]
    return [o for o in started if o.row.valid_to is None or at < o.row.valid_to]


def _standing(rows: Sequence[Offer]) -> list[Offer]:
    """Rows that no later import of the same sheet supersedes with one of equal start (rule 8);
    what supersedes may bring another price or an end."""
    newest: dict[tuple[object, ...], int] = {}
    for offer in rows:
        place = _superseded_by(offer)
        newest[place] = max(offer.version, newest.get(place, offer.version))
    return [offer for offer in rows if offer.version == newest[_superseded_by(offer)]]


def _superseded_by(offer: Offer) -> tuple[object, ...]:
    return offer.row.sheet, offer.row.valid_from, offer.row.region, offer.key


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


def _by_untold_facts(rows: Iterable[Offer], question: PriceQuestion) -> dict[_Facts, list[Offer]]:
    """Rows apart by the facts that the event does not tell: each group could be the one."""
    groups: dict[_Facts, list[Offer]] = {}
    for offer in rows:
        facts = (
            offer.key.version if question.model_version is None else None,
            offer.key.deployment_scope if question.deployment_type is None else None,
            offer.row.region if question.region is None else None,
            offer.key.provider if question.provider is None else None,
            offer.key.variant if question.variant is None else None,
        )
        groups.setdefault(facts, []).append(offer)
    return groups


def _differing(groups: Iterable[_Facts]) -> list[str]:
    """The names of the facts in which groups differ."""
    columns = zip(_UNTOLD, zip(*groups, strict=True), strict=True)
    return [name for name, values in columns if len(set(values)) > 1]


def _tiers(rows: Sequence[Offer]) -> tuple[Offer, ...] | Unresolved:
    """The rows of the latest start, one for each tier. Where that start changed the upper tiers
    alone, the tiers below them are those of the start before."""
    tiers: list[Offer] = []
    for start in sorted({o.row.valid_from for o in rows}, reverse=True):
        lowest = tiers[0].row.tier_minimum if tiers else None
        begun = [o for o in rows if o.row.valid_from == start]
        below = [o for o in begun if lowest is None or o.row.tier_minimum < lowest]
        found = _of_start(below)
        if isinstance(found, Unresolved):
            return found
        tiers = [*found, *tiers]
        if tiers and tiers[0].row.tier_minimum == 0:
            return tuple(tiers)
    return Unresolved("MissingTier", f"{tiers[0].place} has no tier from zero on")


def _of_start(rows: Sequence[Offer]) -> list[Offer] | Unresolved:
    """One row for each tier minimum, ascending; rows of one minimum have one price."""
    found: list[Offer] = []
    for minimum in sorted({o.row.tier_minimum for o in rows}):
        same = [o for o in rows if o.row.tier_minimum == minimum]
        if len({_price(offer) for offer in same}) > 1:
            places = " and ".join(o.place for o in _distinct(same)[:2])
            return Unresolved("AmbiguousPrice", f"{places} start together")
        found.append(min(same, key=_order))
    return found


def _distinct(rows: Sequence[Offer]) -> list[Offer]:
    return list({_price(offer): offer for offer in sorted(rows, key=_order)}.values())


def _price(offer: Offer) -> tuple[object, ...]:
    row = offer.row
    return (row.price, row.denomination, row.unit, row.block_size, row.tier_minimum, row.tiering)


def _order(offer: Offer) -> tuple[object, ...]:
    return (-offer.version, offer.row.meter_name.lower(), offer.row.meter_id)
