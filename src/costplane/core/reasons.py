"""Why usage has no price or told no usage: the codes, in words, each with what mends it.

The codes come from resolution, rating and metering; a reason is a code, or `code: detail`. Reports
for programs have it as it is, people read `in_words` and `what_to_do`.
"""

from __future__ import annotations

from dataclasses import dataclass

MISSING_FACT = "MissingFact"
_IMPORT = "import a price sheet that has it"
_EXAMPLES = {
    "variant": "variant (quality and size of an image, such as 'hd 1024x1792'; size of a video, "
    "such as '1280x720')"
}
"""What a fact looks like, where its name does not say so."""


@dataclass(frozen=True, slots=True)
class Reason:
    """`words` follow "has no price:" and may quote the detail; `fix` is what to do."""

    words: str
    fix: str


REASONS: dict[str, Reason] = {
    "NoUsageTold": Reason(
        "the event tells no usage, so that what it cost is not known",
        "send the provider's usage object (data.usage) or data.quantities",
    ),
    "NoSuchModel": Reason("no price sheet has the model {detail}", _IMPORT),
    "NoPriceForScope": Reason(
        "the sheets that have the model are for other payers",
        "import a price sheet for this payer, or a list price",
    ),
    "NoPriceForVariant": Reason("no price is known for this variant: {detail}", _IMPORT),
    "NoPriceForVersion": Reason("no price is known for this version: {detail}", _IMPORT),
    "NoPriceForDeploymentType": Reason(
        "no price is known for this deployment type: {detail}", _IMPORT
    ),
    "NoPriceForServiceTier": Reason("no price is known for this service tier: {detail}", _IMPORT),
    "NoPriceForRegion": Reason("no price is known for this region: {detail}", _IMPORT),
    "NoPriceForTokenType": Reason("{detail} has no price for this kind of use", _IMPORT),
    "NoPriceForConsumptionUnit": Reason(
        "the consumption unit has no price: {detail}", "import the price of one unit"
    ),
    "NoLongerValid": Reason(
        "the last price has ended: {detail}", "import a price sheet that holds from then on"
    ),
    "NotYetValid": Reason(
        "the first price begins later: {detail}", "import a price sheet that holds before"
    ),
    "AmbiguousPrice": Reason(
        "two rows hold with different prices: {detail}",
        "import a corrected sheet under the same name, or one of your own",
    ),
    "MissingTier": Reason(
        "its tiers do not begin at zero: {detail}", "import a sheet with the tier from 0 on"
    ),
    MISSING_FACT: Reason("its price depends on {facts}, which nobody told", "tell {facts}"),
    "NoExchangeRate": Reason(
        "no exchange rate is known: {detail}", "import it: costplane agreements import"
    ),
    "ReservationPriceUnknown": Reason(
        "the price of the reservation {detail} is not known",
        "import its price, or tell it with the reservation",
    ),
    "ProvisionedUnitsUnknown": Reason(
        "the units of the {detail} deployment are not known",
        "import its deployment: costplane resources import",
    ),
}


def in_words(reason: str) -> str:
    """A reason as a person says it; one that is not registered stays as it is."""
    return _filled(reason, "words") or reason


def what_to_do(reason: str) -> str:
    """What mends a reason, "" where nothing is known to."""
    return _filled(reason, "fix")


def missing_facts(reason: str) -> tuple[str, ...]:
    """The facts that a MissingFact lacks, by their names in events and workload files."""
    code, _, detail = reason.partition(": ")
    return tuple(detail.rpartition(": ")[2].split(", ")) if code == MISSING_FACT else ()


def _filled(reason: str, part: str) -> str:
    code, _, detail = reason.partition(": ")
    if code not in REASONS:
        return ""
    text: str = getattr(REASONS[code], part)
    facts = missing_facts(reason)
    named = [_EXAMPLES.get(fact, fact) for fact in facts] if part == "fix" else facts
    return text.format(detail=detail, facts=" and ".join(named))
