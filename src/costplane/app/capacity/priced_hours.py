"""With which version of the prices each hour of capacity is charged (billing-rules 8, 12).

An import alone never changes what is charged: a late call, a history that was corrected, or a
second run finds an hour at the prices with which it was charged first, and only a re-rating
raises them. A deployment or reservation whose hour has no price takes those of now, once they
have one. All of it is remembered before anything is posted, so that a stop between both leaves
nothing to be priced anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import pairwise

from costplane.app.ports import PostingKeys
from costplane.core.period import Period, parse_instant

_KIND = "capacity-priced"
_Stretch = tuple[Period, int]


class PricedHours:
    """The version for each stretch of time of a place (the id of a deployment or reservation)."""

    def __init__(self, keys: PostingKeys) -> None:
        self._keys = keys
        self._texts = frozenset(keys.due(_KIND))
        self._of: dict[str, list[_Stretch]] = {}
        for text in sorted(self._texts):
            place, bounds, version = text.rsplit(" ", 2)
            start, _, end = bounds.partition("/")
            self.raise_to(place, Period(parse_instant(start), parse_instant(end)), int(version))

    def of(self, place: str, within: Period) -> Iterator[tuple[Period, int | None]]:
        """`within` without a gap, cut where the version changes; None where nothing was charged."""
        start = within.start
        for period, version in self._of.get(place, ()):
            shared = period.intersection(within)
            if shared is not None:
                if start < shared.start:
                    yield Period(start, shared.start), None
                yield shared, version
                start = shared.end
        if start < within.end:
            yield Period(start, within.end), None

    def first(self, place: str) -> int | None:
        """The version of its earliest stretch; None if it has none."""
        found = self._of.get(place)
        return found[0][1] if found else None

    def raise_to(self, place: str, period: Period, version: int) -> None:
        """Holds `version` for `period`, but where a greater one holds."""
        known = self._of.setdefault(place, [])
        if known and known[-1][0].end > period.start:
            known[:] = _raised(known, period, version)
        elif known and known[-1] == (Period(known[-1][0].start, period.start), version):
            known[-1] = (Period(known[-1][0].start, period.end), version)
        else:
            known.append((period, version))

    def remember(self, floor: datetime) -> None:
        """Keeps what is held now; what ends before `floor` is forgotten."""
        texts = {
            f"{place} {period.start.isoformat()}/{period.end.isoformat()} {version}"
            for place, stretches in self._of.items()
            for period, version in stretches
            if period.end > floor
        }
        if texts != self._texts:
            self._keys.mark(_KIND, sorted(texts - self._texts))
            self._keys.settled(_KIND, self._texts - texts)
            self._texts = frozenset(texts)


def _raised(known: Iterable[_Stretch], period: Period, version: int) -> list[_Stretch]:
    every = [*known, (period, version)]
    bounds = sorted({bound for one, _ in every for bound in (one.start, one.end)})
    found: list[_Stretch] = []
    for start, end in pairwise(bounds):
        held = [number for one, number in every if start in one]
        if held and found and found[-1] == (Period(found[-1][0].start, start), max(held)):
            found[-1] = (Period(found[-1][0].start, end), max(held))
        elif held:
            found.append((Period(start, end), max(held)))
    return found
