"""Usage that no total has in it, in sentences: how much, why, and what mends it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from costplane.cli.output import counted, plain
from costplane.core.quantities import display_name
from costplane.core.reasons import in_words, what_to_do

if TYPE_CHECKING:
    from costplane.billing.invoice import UnchargedStatus


def sentence(
    status: str, reason: str, events: int, quantities: Iterable[tuple[str, Decimal]]
) -> str:
    """`Unpriced: 1 event; no price sheet has the model x (Input 800). To mend it, ...`."""
    told = ", ".join(f"{display_name(name)} {plain(amount)}" for name, amount in quantities)
    fix = what_to_do(reason)
    return (
        f"{_STATUSES.get(status, status)}: {counted(events, 'event')}; {in_words(reason)}"
        f"{f' ({told})' if told else ''}.{f' To mend it, {fix}.' if fix else ''}"
    )


def lacking(events: Mapping[UnchargedStatus, int]) -> str:
    """`3 events without a price and 1 event that told no usage`."""
    unpriced, missing = events.get("Unpriced", 0), events.get("UsageMissing", 0)
    told = [f"{counted(unpriced, 'event')} without a price"] if unpriced else []
    told += [f"{counted(missing, 'event')} that told no usage"] if missing else []
    return " and ".join(told)


_STATUSES = {"Unpriced": "Unpriced", "UsageMissing": "Usage missing"}
