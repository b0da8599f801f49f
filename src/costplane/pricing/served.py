"""Which offers fit how a use was served: variant, scope, tier, region, version, context band."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from costplane.core.quantities import TRAINING
from costplane.pricing.book import Offer
from costplane.pricing.model_key import ANY_MODEL, MODEL_VARIANTS
from costplane.pricing.providers import AZURE
from costplane.pricing.question import PriceQuestion, Unresolved

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


_SCOPES = {
    **{name: scope for name, (scope, _) in DEPLOYMENT_SCOPES.items()},
    "globalprovisionedmanaged": "Global",
    "datazoneprovisionedmanaged": "DataZone",
    "provisionedmanaged": "Regional",
    "developertier": "Global",
}
_DEVELOPER = "developer"
OF_TOOLS = frozenset({"tool_calls", "sessions", "searches", "storage_gb_days"})
"""What tools are charged by, also where provisioned throughput pays for the tokens."""


def deployment_scope(deployment_type: str | None) -> str | None:
    """The scope of a deployment type's meters (GlobalProvisionedManaged: Global); a scope, or a
    name that is none of Azure's, as it is."""
    return _SCOPES.get((deployment_type or "").lower(), deployment_type)


def is_developer(deployment_type: str | None) -> bool:
    """Whether a deployment is one of a tuned model for trying it out, with prices of its own."""
    return (deployment_type or "").lower() == "developertier"


def tool_question(question: PriceQuestion) -> PriceQuestion | None:
    """The question for the price that a tool has whichever model calls it and however that is
    served; None for what is no tool's."""
    if question.quantity not in OF_TOOLS:
        return None
    return replace(
        question,
        model=ANY_MODEL,
        model_version=None,
        deployment_type=deployment_scope(question.deployment_type),
        service_tier=None,
        variant=None,
    )


def as_served(offers: Sequence[Offer], question: PriceQuestion) -> tuple[list[Offer], Unresolved]:
    """The offers for how the use was served, its context band apart; and why, if there is none."""
    kind = question.deployment_type
    scope, forced = DEPLOYMENT_SCOPES.get((kind or "").lower(), (kind, None))
    tier = forced or TIERS.get((question.service_tier or "").lower(), "Standard")
    variant = _variant(question)
    fits = _of_variant(offers, variant)
    narrowing: tuple[tuple[str, str, Callable[[Offer], bool]], ...] = (
        ("NoPriceForVariant", variant or "base model", fits),
        (
            "NoPriceForDeploymentType",
            kind or "",
            lambda o: (
                kind is None or variant == _DEVELOPER or o.key.deployment_scope in (None, scope)
            ),
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
    return _of_version(left, question)


def _variant(question: PriceQuestion) -> str | None:
    """The variant whose rows are asked: training is that of the base model, whoever calls it."""
    if is_developer(question.deployment_type):
        return _DEVELOPER
    if question.quantity in TRAINING and question.variant != _DEVELOPER:
        return None
    return question.variant


def _of_variant(offers: Sequence[Offer], variant: str | None) -> Callable[[Offer], bool]:
    """Which rows are of the variant.

    A row without variant prices every quality and size that has no row of its own, but no model
    variant. A use that tells none gets the rows without; where there are none, those of
    whatever quality, to be overlooked only if all cost the same.
    """
    if variant in MODEL_VARIANTS:
        return lambda o: o.key.variant == variant
    plain = {o.key.quantity for o in offers if o.key.variant is None}
    own = {o.key.quantity for o in offers if o.key.variant == variant}
    if variant is None:
        return lambda o: (
            o.key.variant is None
            or (o.key.variant not in MODEL_VARIANTS and o.key.quantity not in plain)
        )
    return lambda o: (
        o.key.variant == variant or (o.key.variant is None and o.key.quantity not in own)
    )


def _of_version(offers: list[Offer], question: PriceQuestion) -> tuple[list[Offer], Unresolved]:
    """Rows of the event's version; rows without version where it has none of its own.

    Outside Azure a model is called by a dated or an undated name, and lists price both: there
    rows without version are the price of the undated name.
    """
    wanted = question.model_version
    if wanted is None:
        undated = {(o.key.provider, o.key.quantity) for o in offers if o.key.version is None}
        kept = [o for o in offers if o.key.version is None or not _named_so(o, undated)]
        return kept, Unresolved("MissingFact", "model_version")
    own = {o.key.quantity for o in offers if o.key.version == wanted}
    kept = [
        o
        for o in offers
        if o.key.version == wanted or (o.key.version is None and o.key.quantity not in own)
    ]
    return kept, Unresolved("NoPriceForVersion", f"{question.model} {wanted}")


def _named_so(offer: Offer, undated: Collection[tuple[str, str]]) -> bool:
    key = offer.key
    return key.provider != AZURE and (key.provider, key.quantity) in undated


def of_band(offers: Sequence[Offer], context_tokens: int) -> list[Offer]:
    """The offers of the band that the prompt's length chooses, for the whole request (rule 11);
    rows without band where that band has none."""
    over = [o for o in offers if o.key.context_band == "long" and _exceeds(o, context_tokens)]
    if over:
        highest = max(o.key.context_threshold or 0 for o in over)
        return [o for o in over if o.key.context_threshold == highest]
    short = [o for o in offers if o.key.context_band == "short" and not _exceeds(o, context_tokens)]
    return short or [o for o in offers if o.key.context_band is None]


def _exceeds(offer: Offer, context_tokens: int) -> bool:
    return context_tokens > (offer.key.context_threshold or 0)
