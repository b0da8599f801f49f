"""Lists of Azure's Billing API, whose parameters have no `$`: top, skip and count.

`filter`, `orderBy` and `search` are refused: a list that ignored them would be taken for narrowed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.responses import Response

from costplane.errors import InvalidQuery
from costplane.http.azure.protocol.operation import Call
from costplane.http.azure.protocol.pages import paged

_REFUSED = {"filter": "filter", "orderby": "orderBy", "search": "search"}
_LONGEST = 9


def billing_list(call: Call, items: Sequence[Mapping[str, object]]) -> Response:
    """A page of `items`, whose members have an `id`; with count=true, `totalCount` says how many
    there are on all pages. Raises InvalidQuery for a parameter that is not understood."""
    for option, name in _REFUSED.items():
        if call.options.get(option):
            raise InvalidQuery(f"{name} is not understood here; leave it out", target=name)
    total = len(items) if call.options.get("count", "").lower() == "true" else None
    return paged(call, items[_skipped(call.options.get("skip")) :], total=total)


def _skipped(text: str | None) -> int:
    if not text:
        return 0
    if not text.isascii() or not text.isdigit() or len(text) > _LONGEST:
        raise InvalidQuery(f"skip must be a number, not '{text[:40]}'", target="skip")
    return int(text)
