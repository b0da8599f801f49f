"""How an estimate is printed: by meter, by month, and what has no price."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from costplane.app.estimating.result import Estimate, EstimateGap, EstimateLine, per_calls
from costplane.cli.output import counted, plain, print_pairs, print_table, warn
from costplane.core.quantities import display_name
from costplane.core.reasons import in_words, missing_facts

_MOST_COLUMNS = 3


def as_data(estimate: Estimate) -> dict[str, Any]:
    """The estimate for programs."""
    return {
        "name": estimate.name,
        "prices_at": estimate.priced_at,
        "price_version": estimate.price_version,
        "complete": estimate.complete,
        "total": _total(estimate, None),
        "months": [{"month": _name(m)} | _total(estimate, m) for m in estimate.months],
        "lines": [_data(line) for line in estimate.lines],
        "unpriced": [_data(gap) for gap in estimate.gaps],
        "notes": list(estimate.notes),
    }


def _total(estimate: Estimate, month: date | None) -> dict[str, Any]:
    calls = estimate.calls(month)
    costs = [
        {
            "currency": currency,
            "cost": cost,
            "cost_per_call": per_calls(cost, calls),
            "cost_per_1000_calls": per_calls(cost, calls, 1_000),
        }
        for currency, cost in sorted(estimate.totals(month).items())
    ]
    return {"calls": calls, "costs": costs}


def _data(value: EstimateLine | EstimateGap) -> dict[str, Any]:
    return asdict(value) | {"month": _name(value.month)}


def print_estimate(estimate: Estimate) -> None:
    """The estimate for people; what has no price goes to standard error."""
    print_pairs(_about(estimate))
    print()
    if estimate.lines:
        _print_meters(estimate)
        print()
        _print_months(estimate)
    for note in estimate.notes:
        print(f"note: {note}")
    warn_of_gaps(estimate.gaps)


def _about(estimate: Estimate) -> Iterable[tuple[str, object]]:
    at = estimate.priced_at
    yield "estimate", estimate.name
    yield "prices", f"of {at:%F}" if at else "of each month, as far as they are known today"
    yield "total", " and ".join(_amounts(estimate.totals())) or "nothing has a price"
    if not estimate.complete:
        yield "", "incomplete: some of it has no price, see below"


def _amounts(costs: dict[str, Decimal]) -> list[str]:
    return [f"{plain(cost)} {currency}" for currency, cost in sorted(costs.items())]


def _print_meters(estimate: Estimate) -> None:
    months = _columns(estimate.months)
    rows: dict[tuple[Any, ...], dict[date, Decimal]] = {}
    quantities: dict[tuple[Any, ...], Decimal] = {}
    for line in estimate.lines:
        tier = line.tier_minimum or Decimal(0)
        key = (line.workload, line.token_type, line.meter, tier, _price(line), line.unit)
        by_month = rows.setdefault(key, {})
        by_month[line.month] = by_month.get(line.month, Decimal(0)) + line.cost
        quantities[key] = quantities.get(key, Decimal(0)) + line.quantity
    columns = ("workload", "meter", "use", "price", "quantity", *map(_name, months), "cost")
    cells = [
        (
            key[0],
            key[2],
            display_name(key[1]),
            key[4],
            f"{quantities[key].normalize():,f} {key[5]}",
            *(by_month.get(month) for month in months),
            sum(by_month.values(), Decimal(0)),
        )
        for key, by_month in sorted(rows.items(), key=lambda row: row[0][:4])
    ]
    print_table(columns, cells, ("quantity", *map(_name, months), "cost"))


def _price(line: EstimateLine) -> str:
    """The price of a line, from which its cost can be computed again."""
    one = f"{plain(line.unit_price)} {line.currency}"
    if line.units_per_million is not None:
        units = f"{plain(line.units_per_million)} x {line.pricing_unit}"
        return f"{units} for 1000000 {line.unit}, each {one}"
    price = f"{one} for {line.pricing_unit}"
    minimum = line.tier_minimum
    return f"{price}, from {plain(minimum)} of these on" if minimum else price


def _columns(months: Sequence[date]) -> Sequence[date]:
    """The months that have a column of their own beside the sum."""
    if len(months) == 1:
        return ()
    return months if len(months) <= _MOST_COLUMNS else (months[0], months[-1])


def _print_months(estimate: Estimate) -> None:
    columns = ("month", "calls", "cost", "currency", "per call", "per 1,000 calls")
    rows = [row for month in estimate.months for row in _month(estimate, month)]
    if len(estimate.months) > 1:
        rows += _month(estimate, None)
    print_table(columns, rows, ("calls", "cost", "per call", "per 1,000 calls"))


def _month(estimate: Estimate, month: date | None) -> list[tuple[object, ...]]:
    told = _total(estimate, month)
    name = _name(month) if month else "all"
    return [
        (
            name,
            f"{told['calls']:,}",
            cost["cost"],
            cost["currency"],
            cost["cost_per_call"],
            cost["cost_per_1000_calls"],
        )
        for cost in told["costs"]
    ]


def warn_of_gaps(gaps: Sequence[EstimateGap]) -> None:
    """One line for each kind of use without a price, over all months."""
    found: dict[tuple[str, str, str], tuple[int, Decimal | None, str]] = {}
    for gap in gaps:
        key = (gap.workload, gap.token_type or "", gap.reason)
        calls, quantity, _ = found.get(key, (0, None, ""))
        more = gap.quantity if quantity is None else quantity + (gap.quantity or 0)
        found[key] = (calls + gap.calls, more, gap.unit or "")
    for (workload, token_type, reason), (calls, quantity, unit) in found.items():
        amount = f", {quantity.normalize():,f} {unit}" if quantity is not None else ""
        use = f"{display_name(token_type)} of {counted(calls, 'call')}{amount}"
        warn(f"no price: {workload}: {use}: {gap_text(reason)}")


def gap_text(reason: str) -> str:
    """Why a part of a plan has no price, and which field of the workload to set."""
    fields = " and ".join(missing_facts(reason))
    options = " ".join(f"--{field.replace('_', '-')}" for field in missing_facts(reason))
    return f"{in_words(reason)}; set {fields} ({options})" if fields else in_words(reason)


def _name(month: date) -> str:
    return f"{month:%Y-%m}"
