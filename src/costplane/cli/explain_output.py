"""Explanations as a bill: quantity, unit price, source, adjustments, rounding, total."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from costplane.cli.output import counted, plain, print_pairs, print_table
from costplane.core.reasons import in_words, what_to_do

if TYPE_CHECKING:
    from costplane.rating.explain_terms import AdjustmentExplanation
    from costplane.rating.explanation import (
        ChargeExplanation,
        EventExplanation,
        Fact,
        PostedRow,
        TagOrigin,
    )
    from costplane.rating.line_explanation import LineExplanation, PriceExplanation

Pairs = Iterator[tuple[str, object]]
_KINDS = {
    "NegotiatedDiscount": "discount",
    "ExchangeRate": "exchange rate",
    "Markup": "markup",
}


def print_event(event: EventExplanation) -> None:
    """An event: its facts, a block for each line, the total."""
    print_pairs(_event_head(event))
    for line in event.lines:
        print(f"\n{line.label}")
        print_pairs(_line(line))
    print()
    print_pairs(_event_end(event))


def print_charge(charge: ChargeExplanation) -> None:
    """A charge: its facts, its arithmetic, the rows that were posted, the events behind it."""
    print_pairs(_charge_head(charge))
    print(f"\n{charge.label}")
    print_pairs(_charge_line(charge))
    print("\nPosted")
    rows = [(r.recorded, _instant(r.start), r.events, r.count, r.billed_cost) for r in charge.rows]
    print_table(("on", "from", "events", "quantity", "cost"), rows, ("events", "quantity", "cost"))
    if not charge.working:
        print("\nEvents behind it")
        _print_behind(charge)


def _event_head(event: EventExplanation) -> Pairs:
    yield "event", event.id
    yield "source", event.source
    yield "time", f"{_instant(event.time)}, received {_instant(event.received_at)}"
    yield from _facts(event.facts)
    yield "tags", _tags(event.tags)
    yield "status", f"{event.billing_status}: {event.rule}"
    yield "prices", f"as of sheet version {event.price_version}"
    for told in event.evidence:
        yield "evidence", f"{told.id} of {told.source} tells of the same call and is not rated"


def _event_end(event: EventExplanation) -> Pairs:
    for total in event.totals:
        yield "total", f"{plain(total.amount)} {total.currency}"
    if event.without_price:
        yield "unpriced", f"{counted(event.without_price, 'line')}, which no total has in it"
    elif event.billing_status == "UsageMissing":
        yield "total", "unknown"
    elif not event.totals:
        yield "total", "none: nothing of it is charged"


def _line(line: LineExplanation) -> Pairs:
    yield "quantity", f"{plain(line.count)} {line.unit}"
    if line.price is None:
        yield "price", _no_price(line.reason or line.status)
        return
    if line.tiers:
        yield from _tiers(line)
    else:
        yield from _price(line.price, line.steps)
        yield from _adjustments(line.adjustments)
        covered = line.price.unit == "Hours" and line.unit == "Tokens"
        product = _product(line.count, line.price, line.adjustments, line.exact)
        yield "exact", "0" if covered else product
        yield "rounding", _rounding(line.rounding)
    yield "amount", f"{plain(line.amount)} {line.currency}"
    if any(step.kind == "Markup" for step in line.adjustments):
        yield "cross-charge", f"{plain(line.cross_charge)} {line.currency}"
    if line.list_price and line.list_amount != line.amount:
        yield (
            "at list price",
            f"{plain(line.list_amount)} {line.currency} ({_where(line.list_price)})",
        )
    if len(line.tiers) < 2:
        yield "charge", line.charge if line.posted else f"{line.charge}, which is not posted"


def _no_price(reason: str) -> str:
    """The code and what it means; what mends it."""
    words, fix = in_words(reason), what_to_do(reason)
    code = reason.partition(":")[0]
    return f"none: {words}{f' ({code})' if fix else ''}{f'; {fix}' if fix else ''}"


def _tiers(line: LineExplanation) -> Pairs:
    """The parts of a line, each with the price row of its tier."""
    for tier in line.tiers:
        place = f"{plain(tier.since)} to {plain(tier.until)}"
        yield "in the month", f"{place} of {plain(tier.total)} {line.unit}, {tier.tiering} tiers"
        yield from _price(tier.price, line.steps)
        yield from _adjustments(line.adjustments)
        yield "exact", _product(tier.count, tier.price, line.adjustments, tier.exact)
        yield "rounding", _rounding(tier.rounding)
        if len(line.tiers) > 1:
            yield "part", f"{plain(tier.amount)} {line.currency}"
            yield "charge", tier.charge if tier.posted else f"{tier.charge}, which is not posted"


def _price(price: PriceExplanation, steps: Iterable[str]) -> Pairs:
    until = f"until {_instant(price.valid_to)}" if price.valid_to else "without end"
    yield "unit price", f"{plain(price.price)} {price.currency} for {_priced(price)}"
    if units := price.consumption:
        yield "in units", f"{plain(units.units)} {units.unit} for {_block(price)}"
        yield "a unit", f"{plain(units.unit_price)} {price.currency}, {units.step}"
        yield "unit's source", f"{units.sheet}, {units.file} line {units.line}"
    yield "meter", f"{price.meter} ({price.product}), {price.region or 'everywhere'}"
    yield "source", _where(price)
    yield "imported", f"{_instant(price.imported_at)}, SHA-256 {price.sha256}"
    yield "valid", f"from {_instant(price.valid_from)}, {until}"
    if price.context_band:
        side = "above" if price.context_band == "long" else "up to"
        yield "band", f"{price.context_band}: {side} {price.context_threshold:,} prompt tokens"
    if price.tier_minimum:
        yield "tier", f"from {plain(price.tier_minimum)} x {_block(price)} of the month on"
    yield "chosen by", ", ".join(steps)


def _charge_head(charge: ChargeExplanation) -> Pairs:
    yield "charge", charge.address
    yield "hour", f"{_instant(charge.start)} to {_instant(charge.end)}"
    yield "resource", charge.resource_id
    yield "account", charge.billing_account_id
    yield "meter", f"{charge.meter} ({charge.service})"
    yield from _facts(charge.facts)
    for tags in dict.fromkeys(_row_tags(row, alone=len(charge.rows) == 1) for row in charge.rows):
        yield "tags", tags


def _charge_line(charge: ChargeExplanation) -> Pairs:
    events = "" if charge.working else f" of {counted(charge.behind.events, 'event')}"
    yield "quantity", f"{plain(charge.count)} {charge.unit}{events}"
    if charge.price is None and charge.steps:
        yield "unit price", ", ".join(charge.steps)
    elif charge.price is None:
        yield "unit price", "of a row that the catalog of today does not lead to"
    else:
        yield from _price(charge.price, charge.steps)
        yield from _adjustments(charge.adjustments)
        if not charge.working:
            yield "exact", _product(charge.count, charge.price, charge.adjustments, charge.exact)
    for step in charge.working:
        yield "working", step
    each = ", each event's line by itself" if charge.rounded_each else ""
    whole = "with the whole: its parts sum to it" if charge.working else ""
    yield "rounding", whole or _rounding(charge.rounding) + each
    yield "amount", f"{plain(charge.billed_cost)} {charge.currency}"
    if any(step.kind == "Markup" for step in charge.adjustments):
        yield "cross-charge", f"{plain(charge.cross_charge)} {charge.currency}"
    yield "at list price", f"{plain(charge.list_cost)} {charge.currency}"
    if charge.unexplained:
        yield "unexplained", f"{plain(charge.unexplained)} {charge.currency} of it"


def _print_behind(charge: ChargeExplanation) -> None:
    behind = charge.behind
    rows = [(_instant(e.time), e.source, e.id, e.count, e.exact, e.amount) for e in behind.shown]
    columns = ("time", "source", "id", "quantity", "exact", "amount")
    print_table(columns, rows, ("quantity", "exact", "amount"))
    if behind.others:
        others = f"{plain(behind.amount_of_others)} {charge.currency}"
        print(f"and {behind.others:,} more with {others}")


def _facts(facts: Iterable[Fact]) -> Pairs:
    for fact in facts:
        same = "as its catalog entry" if fact.catalog == fact.value else f"catalog: {fact.catalog}"
        yield fact.name, f"{fact.value} ({same})" if fact.catalog else fact.value


def _row_tags(row: PostedRow, *, alone: bool) -> str:
    return _tags(row.tags) if alone else f"{_tags(row.tags)} from {_instant(row.start)}"


def _tags(tags: Iterable[TagOrigin]) -> str:
    shown = (f"{t.key}={t.value} ({t.origin or 'as posted'})" for t in tags)
    return ", ".join(shown) or "none"


def _where(price: PriceExplanation) -> str:
    owner = f" for {price.sheet_scope}" if price.sheet_scope else ""
    kind = "list" if price.sheet_kind == "list" else "own sheet"
    place = f"line {price.line} of {price.file}"
    return f"{place}, {kind} {price.sheet}{owner}, version {price.sheet_version}"


def _product(
    count: object,
    price: PriceExplanation,
    adjustments: Iterable[AdjustmentExplanation],
    exact: str | None,
) -> str:
    factors = [f" x {a.factor}" for a in adjustments if a.factor and a.kind != "Markup"]
    product = f"{plain(count)} / {plain(price.block_size)} x {plain(price.price)}"
    return f"{product}{''.join(factors)} = {exact}"


def _adjustments(adjustments: tuple[AdjustmentExplanation, ...]) -> Pairs:
    """A line for each step between price row and charge, with its dates and source."""
    if not adjustments:
        yield "adjustments", "none"
    for step in adjustments:
        place = f"line {step.line} of {step.file}, {step.agreement}, version {step.version}"
        yield _KINDS[step.kind], f"{step.name}: {step.does} ({_since(step)}; {place})"


def _since(step: AdjustmentExplanation) -> str:
    if step.day is not None:
        return f"{step.source}, {step.day}"
    until = f"until {step.valid_to:%F}" if step.valid_to else "without end"
    start = f"from {step.valid_from:%F} {until}" if step.valid_from else until
    return f"{step.applies}, {start}" if step.applies else start


def _rounding(text: str | None) -> str:
    return "none" if text == "0" else f"{text}, half-even at 12 decimal places"


def _priced(price: PriceExplanation) -> str:
    """What one price is for."""
    return f"1 unit for {price.term}, the whole term" if price.term else _block(price)


def _block(price: PriceExplanation) -> str:
    return f"{plain(price.block_size)} {price.unit}"


def _instant(instant: datetime) -> str:
    return f"{instant:%F %T}Z" if instant.microsecond == 0 else f"{instant:%F %T.%f}Z"
