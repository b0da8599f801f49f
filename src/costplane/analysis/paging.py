"""Pages of an answer that fit together, however the data grows meanwhile.

A continuation holds the versions of the tables and the instant of the first page: the caller
reopens that snapshot, reads the definition as of that instant, and runs the same plan, whose
order is total. The digest ties it to its scope and definition.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from costplane.analysis.definition import QueryDefinition
from costplane.analysis.plan import Scopes
from costplane.analysis.result import Cell, QueryResult, ResultColumn, json_rows
from costplane.analysis.unpriced import Unpriced
from costplane.core.period import parse_instant
from costplane.core.tables import TABLES
from costplane.errors import InvalidQuery

DEFAULT_ROWS = 1_000
MOST_ROWS = 5_000

_TOKEN = "$skiptoken"
_LONGEST_TOKEN = 4_096


@dataclass(frozen=True, slots=True)
class Continuation:
    """Where a page starts: row `offset` of the query of `digest`, as of `now` and `versions`."""

    versions: tuple[tuple[str, int], ...]
    now: datetime
    digest: str
    offset: int = 0

    @classmethod
    def start(
        cls,
        versions: Mapping[str, int],
        now: datetime,
        scopes: Scopes,
        definition: QueryDefinition,
    ) -> Continuation:
        """The first page's place."""
        return cls(tuple(sorted(versions.items())), now, digest(scopes, definition))

    @classmethod
    def parse(cls, token: str) -> Continuation:
        """The place that `token` names. Raises InvalidQuery if it is none that was given out."""
        try:
            if len(token) > _LONGEST_TOKEN:
                raise ValueError("too long")
            text = base64.urlsafe_b64decode(token.encode("ascii"))
            versions, now, found, offset = json.loads(text)
            return cls(_versions(versions), parse_instant(now), str(found), _whole(offset))
        except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error):
            raise InvalidQuery(
                f"{_TOKEN} is not one that this server gave; ask for the first page again",
                target=_TOKEN,
            ) from None

    def token(self) -> str:
        """The place as opaque text for an address."""
        parts = [dict(self.versions), self.now.isoformat(), self.digest, self.offset]
        text = json.dumps(parts, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode()

    def check(self, scopes: Scopes, definition: QueryDefinition) -> None:
        """Raises InvalidQuery if the place belongs to another scope or definition."""
        if self.digest != digest(scopes, definition):
            raise InvalidQuery(
                f"{_TOKEN} belongs to another query; post the body of the first page again",
                target=_TOKEN,
            )


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of an answer, what holds for the whole of it, and where the next page starts."""

    columns: tuple[ResultColumn, ...]
    rows: list[list[Cell]]
    total: int
    unpriced: tuple[Unpriced, ...]
    datasets: tuple[str, ...]
    next: Continuation | None


def page(result: QueryResult, start: Continuation, top: int | None = None) -> Page:
    """The rows from `start` on: `top` of them, at most MOST_ROWS, 1,000 unless told."""
    size = DEFAULT_ROWS if top is None else min(top, MOST_ROWS)
    if size < 1:
        raise InvalidQuery(f"$top is 1 to {MOST_ROWS:,}", target="$top")
    end = start.offset + size
    following = Continuation(start.versions, start.now, start.digest, end)
    return Page(
        columns=result.columns,
        rows=json_rows(result.rows.slice(start.offset, size)),
        total=result.rows.num_rows,
        unpriced=result.unpriced,
        datasets=result.datasets,
        next=following if end < result.rows.num_rows else None,
    )


def digest(scopes: Scopes, definition: QueryDefinition) -> str:
    """A short text that equal queries at equal scopes share."""
    places = [
        (
            None if part.subscriptions is None else sorted(part.subscriptions),
            part.resource_group,
            part.resource_id,
        )
        for part in scopes
    ]
    return sha256(repr((places, definition)).encode()).hexdigest()[:32]


def _versions(value: object) -> tuple[tuple[str, int], ...]:
    if not isinstance(value, dict) or not set(value) <= set(TABLES):
        raise ValueError("no versions of tables")
    return tuple(sorted((table, _whole(version)) for table, version in value.items()))


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise ValueError("no whole number")
    return value
