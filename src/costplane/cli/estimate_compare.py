"""How a plan is printed beside other ways to serve it."""

from __future__ import annotations

from collections.abc import Sequence

from costplane.app.estimating.alternative import Alternative, Crossing
from costplane.app.estimating.workload import Plan
from costplane.cli.estimate_output import gap_text
from costplane.cli.output import plain, print_table, warn
from costplane.core.quantities import PRICED

_COLUMNS = (
    "workload",
    "model",
    "deployment type",
    "purchase",
    "units",
    "first month",
    "total",
    "currency",
    "change",
    "cheaper from, calls a day",
)
_NUMBERS = ("units", "first month", "total", "change", "cheaper from, calls a day")


def print_alternatives(plan: Plan, alternatives: Sequence[Alternative]) -> None:
    """The alternatives as a table; those without a price go to standard error."""
    print()
    print_table(_COLUMNS, [_cells(one) for one in alternatives if one.total is not None], _NUMBERS)
    print("note: a change is to the cost as planned (*), in percent; a reservation's cost is its")
    print("note: part for the month, and units are those of the first month.")
    for workload in plan.workloads:
        if workload.traffic.peak is None and any(one.units for one in alternatives):
            minute = f"{float(workload.traffic.busiest_minute):,.1f}"
            print(f"note: {workload.name}: units are for an even load of {minute} calls a minute;")
            print("note: peak_calls_per_minute sizes them for more.")
    _warn_of_unpriced(alternatives)


def _warn_of_unpriced(alternatives: Sequence[Alternative]) -> None:
    """A line for each model and deployment type that has no price, with all reasons."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for one in alternatives:
        if one.total is None:
            why = "; ".join(dict.fromkeys(map(_text, one.reasons)))
            way = f"{one.model} {one.deployment_type or ''}".strip()
            found.setdefault((way, why), {})[one.purchase] = None
    for (way, why), purchases in found.items():
        warn(f"no price: {way} ({', '.join(purchases)}): {why}")


def _cells(one: Alternative) -> tuple[object, ...]:
    return (
        one.workload,
        one.model,
        f"{one.deployment_type or ''}{' *' if one.planned else ''}",
        one.purchase,
        one.units,
        one.month_cost,
        one.total,
        one.currency,
        _percent(one),
        _crossing(one.crossing) if one.crossing else _in_short(one),
    )


def _percent(one: Alternative) -> str:
    return "" if one.change is None else f"{one.change:+}%"


def _crossing(crossing: Crossing) -> str:
    first, always = crossing.first_calls_a_day, crossing.always_calls_a_day
    if first == always:
        return plain(first)
    return f"{plain(first)}, always from {plain(always)}"


def _in_short(one: Alternative) -> str:
    """What is missing in the cost, or why there is no break-even."""
    if not one.reasons:
        return ""
    return one.reasons[0].partition(":")[0] if one.units else f"incomplete: {_text(one.reasons[0])}"


def _text(reason: str) -> str:
    """A reason in words; those of paying by use begin with the quantity concerned."""
    quantity, colon, rest = reason.partition(": ")
    return gap_text(rest if colon and quantity in PRICED else reason)
