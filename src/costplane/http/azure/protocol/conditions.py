"""What the lists of Microsoft.Consumption are narrowed by: days, and things that are equal."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from costplane.app.consumption.charge_sums import BillingMonth, Span
from costplane.catalog.model import BEGINNING
from costplane.core.period import DAY, Period, day_start, month_start
from costplane.errors import InvalidInput
from costplane.http.azure.protocol.odata import Comparison, parse_filter
from costplane.http.azure.protocol.operation import Call
from costplane.http.ranges import LATEST, parse_day


@dataclass(frozen=True, slots=True)
class Conditions:
    """The days from `first` to `last`, both included, where they are bounded; and the values that
    properties (lower case) must have."""

    first: date | None
    last: date | None
    equal: Mapping[str, str]

    @property
    def bounded(self) -> bool:
        """Whether any day was named."""
        return self.first is not None or self.last is not None

    @property
    def period(self) -> Period | None:
        """The days as instants; None if no day was named."""
        if not self.bounded:
            return None
        start = day_start(self.first) if self.first else BEGINNING
        return Period(start, day_start(self.last or date(LATEST, 1, 1)) + DAY)


def conditions(
    call: Call, days: Collection[str] = (), equal: Collection[str] = (), option: str = "$filter"
) -> Conditions:
    """What the parameters startDate and endDate and the filter in `option` ask for. The filter
    may compare the properties `days` with days, and set those of `equal` equal (names lower case).

    Raises InvalidInput for anything else, and for days that are none.
    """
    told = call.options.get(option, "")
    comparisons = parse_filter(told) if told.strip() else ()
    firsts, lasts = _day(call, "startDate"), _day(call, "endDate")
    later = "endDate" if firsts or lasts else option
    values: dict[str, str] = {}
    for comparison in comparisons:
        if comparison.property in days:
            first, last = _bounds(comparison, option)
            firsts, lasts = [*firsts, *first], [*lasts, *last]
        elif comparison.property in equal and comparison.operator == "eq":
            values[comparison.property] = comparison.value
        else:
            raise _refused(comparison, days, equal, option)
    return _checked(Conditions(max(firsts, default=None), min(lasts, default=None), values), later)


def asked_span(call: Call) -> Span:
    """The days of use that a call names, else the billing period in its path, else the current
    one. Raises InvalidInput if it has both."""
    asked = conditions(call, days=("usagestart", "usageend")).period
    if asked and call.billing_period:
        raise InvalidInput(
            "Days and a billing period cannot be asked for together; leave one of them out",
            target="$filter",
        )
    named = call.billing_period.start if call.billing_period else call.services.workspace.now()
    return asked or BillingMonth(month_start(named))


def _day(call: Call, name: str) -> list[date]:
    told = call.options.get(name.lower())
    return [parse_day(told, name)] if told else []


def _bounds(comparison: Comparison, option: str) -> tuple[list[date], list[date]]:
    """The first and the last day that a comparison lets in."""
    day = parse_day(comparison.value, option)
    match comparison.operator:
        case "ge":
            return [day], []
        case "gt":
            return [day + DAY], []
        case "le":
            return [], [day]
        case "lt":
            return [], [day - DAY]
    if comparison.property.endswith("start"):
        return [day], []
    return ([] if comparison.property.endswith("end") else [day]), [day]


def _checked(found: Conditions, target: str) -> Conditions:
    if found.first and found.last and found.last < found.first:
        raise InvalidInput(
            f"the range ends on {found.last}, before its first day {found.first}", target=target
        )
    return found


def _refused(
    comparison: Comparison, days: Collection[str], equal: Collection[str], option: str
) -> InvalidInput:
    known = [f"{name} eq|lt|gt|le|ge <day>" for name in sorted(days)]
    known += [f"{name} eq <value>" for name in sorted(equal)]
    return InvalidInput(
        f"{option} takes {', '.join(known) or 'nothing here'}, not "
        f"'{comparison.property} {comparison.operator}'",
        target=option,
    )
