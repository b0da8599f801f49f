"""What an import of prices would change, as people and programs read it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from costplane.cli.output import plain, print_pairs, print_table

if TYPE_CHECKING:
    from costplane.app.prices import PricePreview
    from costplane.pricing.changes import PriceChange
    from costplane.pricing.price import PriceRow

_SHOWN = 20
"""Lines of each list; JSON has all."""

_LISTED = ("meter", "region", "price", "currency", "unit", "from")
_CHANGED = ("meter", "region", "before", "after", "change", "currency", "unit", "from")
_ENDED = (*_LISTED, "until, before", "until")
_NUMBERS = ("before", "after", "change", "price")

Line = tuple[object, ...]
"""What a table shows of a row, its meter first, then its region."""


def print_changes(preview: PricePreview) -> None:
    """The sheet with its counts, then the first lines of each kind of change."""
    changes = preview.changes
    print_pairs([(name.replace("_", " "), value) for name, value in _about(preview).items()])
    _print_list("changed", _CHANGED, map(_changed, changes.changed))
    _print_list("ended", _ENDED, map(_ended, changes.ended))
    _print_list("new", _LISTED, map(_listed, changes.new))
    _print_list("missing, their prices stay", _LISTED, map(_listed, changes.missing))


def preview_data(preview: PricePreview) -> dict[str, object]:
    """All of it for programs: each change with its rows before and after."""
    changes = preview.changes
    return {
        **_about(preview),
        "changed_prices": [asdict(c) | {"percent": c.percent} for c in changes.changed],
        "ended_prices": [asdict(change) for change in changes.ended],
        "new_prices": [asdict(row) for row in changes.new],
        "missing_prices": [asdict(row) for row in changes.missing],
    }


def _about(preview: PricePreview) -> dict[str, object]:
    sheet, changes = preview.reading.sheet, preview.changes
    placed = sum(mapping.key is not None for mapping in sheet.mappings)
    return {
        "sheet": sheet.name,
        "state": "already known" if preview.already_known else "would be imported",
        "scope": sheet.scope or "everywhere",
        "time": f"{sheet.imported_at:%F %T}",
        "sha256": sheet.sha256,
        "rows": len(sheet.rows),
        "meters_placed": placed,
        "meters_not_placed": len(sheet.mappings) - placed,
        "repeated_rows": preview.reading.repeated,
        "rows_of_other_services": preview.reading.other_services,
        "changed": len(changes.changed),
        "ended": len(changes.ended),
        "new": len(changes.new),
        "missing": len(changes.missing),
        "unchanged": changes.unchanged,
    }


def _print_list(title: str, columns: Sequence[str], lines: Iterable[Line]) -> None:
    rows = _by_meter(lines)
    if not rows:
        return
    print(f"\n{title}:")
    print_table(columns, rows[:_SHOWN], _NUMBERS)
    if len(rows) > _SHOWN:
        print(f"and {len(rows) - _SHOWN:,} further (--format json lists all)")


def _by_meter(lines: Iterable[Line]) -> list[Line]:
    """Lines that differ in their region alone as one."""
    regions: dict[Line, list[object]] = {}
    for meter, region, *rest in lines:
        regions.setdefault((meter, *rest), []).append(region)
    return [
        (meter, found[0] if len(found) == 1 else f"{len(found)} regions", *rest)
        for (meter, *rest), found in regions.items()
    ]


def _changed(change: PriceChange) -> Line:
    old, new = change.before, change.after
    meter, region, price, *rest = _listed(new)
    same = (old.currency, old.priced) == (new.currency, new.priced)
    before = old.price if same else f"{plain(old.price)} {old.currency} for {old.priced}"
    percent = change.percent
    told = "" if percent is None else f"{percent:+} %"
    return (meter, region, before, price, told, *rest)


def _ended(change: PriceChange) -> Line:
    ends = (row.valid_to for row in (change.before, change.after))
    return (*_listed(change.after), *(end.date() if end else "open" for end in ends))


def _listed(row: PriceRow) -> Line:
    where = row.region or "everywhere"
    return (row.meter_name, where, row.price, row.denomination, row.priced, row.valid_from.date())
