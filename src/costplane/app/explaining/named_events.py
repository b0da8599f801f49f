"""Which event a person means: by source and id, and the one that counts for its call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

from costplane.app.access.visible import MaySee
from costplane.app.explaining.ledger_rows import Identity, LedgerRows, Row
from costplane.errors import InvalidInput, NotFound
from costplane.rating.explanation import Evidence


def possible_identities(text: str) -> list[Identity]:
    """The sources and ids that `source#id` may mean, if either has a # in it."""
    named = text.removeprefix("event:")
    places = [place for place, letter in enumerate(named) if letter == "#"]
    if not places:
        raise InvalidInput(
            f"'{text[:200]}' names no event; write its source and id as source#id", target="event"
        )
    return [(named[:place], named[place + 1 :]) for place in places]


def counting_event(rows: LedgerRows, identities: Sequence[Identity], may_see: MaySee) -> Row:
    """The event of one of `identities` that counts for its call.

    What may not be seen is passed over before anything is said or done for it: neither the
    answer nor its time tells that it is there.
    """
    stands = [(e["stands_source"], e["stands_id"]) for e in rows.evidence(identities)]
    found = [row for row in rows.events(identities) if may_see(row["resource_id"])]
    if not found and stands:
        found = [row for row in rows.events(stands) if may_see(row["resource_id"])]
    source, event_id = identities[0]
    if not found:
        raise NotFound(f"there is no event '{event_id}' of source '{source}'", target="event")
    if len(found) > 1:
        raise InvalidInput(
            f"'{source}#{event_id}' names several events; give source and id apart", target="event"
        )
    return found[0]


def evidence_of(rows: LedgerRows, event: Row) -> tuple[Evidence, ...]:
    """The other events that tell of the same call."""
    return tuple(
        Evidence(row["source"], row["id"], row["time"].astimezone(UTC))
        for row in rows.evidence_for((event["source"], event["id"]))
    )
