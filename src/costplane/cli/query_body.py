"""The options of `costplane query` as the body of a QueryDefinition: one language for all."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date

from costplane.errors import InvalidQuery

_OPTIONS = {
    "dataset.grouping": "--group-by",
    "dataset.filter": "--filter",
    "dataset.aggregation": "--aggregation",
    "dataset.granularity": "--granularity",
    "dataset.configuration.timeZone": "--time-zone",
    "timeframe": "--timeframe",
    "type": "--type",
    "per": "--per",
}
"""Members of the body by the options that tell them."""


def query_body(
    *,
    type_: str,
    timeframe: str | None,
    first: str | None,
    last: str | None,
    granularity: str,
    groupings: Iterable[str],
    filters: Sequence[str],
    aggregations: Iterable[str],
    time_zone: str | None,
) -> dict[str, object]:
    """The body that these options mean. Raises InvalidQuery naming the option to mend."""
    dataset: dict[str, object] = {
        "granularity": granularity,
        "aggregation": {_one("--aggregation", name): _sum(name) for name in aggregations},
        "grouping": [_grouping(name) for name in groupings],
    }
    if filters:
        leaves = [_filter(text) for text in filters]
        dataset["filter"] = leaves[0] if len(leaves) == 1 else {"and": leaves}
    if time_zone:
        dataset["configuration"] = {"timeZone": time_zone}
    return {"type": type_, "dataset": dataset} | _time(timeframe, first, last)


def in_options(error: InvalidQuery) -> InvalidQuery:
    """The error with the option in place of the body's member that it is about."""
    target = error.target or ""
    option = next((_OPTIONS[path] for path in _OPTIONS if target.startswith(path)), target)
    message = error.message.replace(target, option)
    named = message if option in message else f"{option}: {message}"
    return InvalidQuery(named, target=option or None)


def _time(timeframe: str | None, first: str | None, last: str | None) -> dict[str, object]:
    if first is None and last is None:
        return {"timeframe": timeframe or "MonthToDate"}
    if timeframe and timeframe.lower() != "custom":
        raise InvalidQuery("--timeframe stands in place of --from and --to", target="--timeframe")
    if first is None or last is None:
        raise InvalidQuery("--from and --to belong together", target="--from")
    start, end = _day(first, "--from"), _day(last, "--to")
    if end < start:
        raise InvalidQuery(f"--to {end} is before --from {start}", target="--to")
    period = {"from": start.isoformat(), "to": end.isoformat()}
    return {"timeframe": "Custom", "timePeriod": period}


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidQuery(
            f"{option} is '{text}'; write a day as 2026-10-31", target=option
        ) from None


def _sum(name: str) -> dict[str, object]:
    return {"name": name, "function": "Sum"}


def _one(option: str, name: str) -> str:
    """The one name that an option tells. Raises InvalidQuery for a list of names."""
    parts = [part.strip() for part in name.split(",")]
    if len(parts) > 1 and (not name.lower().startswith("tag:") or parts[1].startswith("tag:")):
        repeated = " ".join(f"{option} {part}" for part in parts if part)
        raise InvalidQuery(
            f"{option} is '{name}'; repeat {option} for each name: {repeated}", target=option
        )
    return name


def _grouping(name: str) -> dict[str, object]:
    kind, key = _named(_one("--group-by", name))
    return {"type": "TagKey" if kind == "tags" else "Dimension", "name": key}


def _filter(text: str) -> dict[str, object]:
    """One condition; a value with a comma in it stands in double quotes."""
    name, equals, told = text.partition("=")
    if not equals or not name:
        raise InvalidQuery(f"--filter is '{text}'; write NAME=VALUE", target="--filter")
    kind, key = _named(name)
    values = next(csv.reader([told])) or [""]
    return {kind: {"name": key, "operator": "In", "values": values}}


def _named(name: str) -> tuple[str, str]:
    """Whether `name` is a dimension's or, as `tag:KEY`, a tag's; and the name or key."""
    prefix, colon, key = name.partition(":")
    return ("tags", key) if colon and prefix.lower() == "tag" else ("dimensions", name)
