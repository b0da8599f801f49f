"""Tags: names without regard to case, values exact (billing-rules 24).

In tables a set of tags is one JSON object as text, keys sorted, so that equal sets are
equal strings and group without being parsed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

DEFAULT_ALLOCATION_TAGS = ("team", "application", "environment", "cost-centre")
"""Event tags that charges carry, unless the setting `allocation_tags` says otherwise."""

ALLOCATION_VALUE_LIMIT = 1_000
"""Distinct values a key and UTC day; further ones become OTHER_VALUE, with a warning."""

OTHER_VALUE = "(other)"


def canonical(tags: Mapping[str, str]) -> str:
    """`tags` as text: a JSON object with sorted keys and no blanks; "{}" when empty."""
    return json.dumps(dict(sorted(tags.items())), ensure_ascii=False, separators=(",", ":"))


def parse(text: str | None) -> dict[str, str]:
    """The tags of a canonical text; None is no tags."""
    return json.loads(text) if text else {}


def merge(layers: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """One set of tags from `layers`, the strongest first: event, rule, resource, group,
    subscription. A key met again under another case is the same key; the first spelling stands.
    """
    merged: dict[str, str] = {}
    seen: set[str] = set()
    for layer in layers:
        for key, value in layer.items():
            if key.lower() not in seen:
                seen.add(key.lower())
                merged[key] = value
    return merged


def select(tags: Mapping[str, str], keys: Iterable[str]) -> dict[str, str]:
    """Those of `tags` whose key is among `keys` (any case), under the spelling of `keys`."""
    wanted = {key.lower(): key for key in keys}
    return {wanted[k.lower()]: v for k, v in tags.items() if k.lower() in wanted}
