"""What `costplane import` prints: what was understood, and what was done with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from costplane.cli.output import counted, plain, print_json, print_pairs, print_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from costplane.app.bills.importing import BillImport
    from costplane.app.bills.restating import Cover
    from costplane.bills.understood import Part, Place

_COLUMNS = ("account", "period", "sub-accounts", "rows", "days", "currency", "billed", "effective")
_NUMBERS = frozenset(("sub-accounts", "rows", "billed", "effective"))


@dataclass(frozen=True, slots=True)
class Bill:
    """A billing account's rows of one billing period."""

    billing_account: str
    period: str
    sub_accounts: int
    rows: int
    first_day: date | None
    last_day: date | None
    currency: str
    billed_cost: Decimal
    effective_cost: Decimal
    answers_from: date | None
    answers_until: date | None


def print_import(done: BillImport, *, as_json: bool) -> None:
    """What an import or its preview came to."""
    bills = bills_of(done.delivery.parts, done.covers)
    if as_json:
        print_json(_data(done, bills))
        return
    files = done.delivery.files
    print_pairs(
        [
            ("state", _state(done)),
            ("format", done.delivery.format),
            ("files", ", ".join(file.name for file in files)),
            ("rows", f"{done.delivery.rows:,}, {_ai_rows(done):,} of them AI inference"),
            ("in place of", counted(done.replaced, "row")),
            ("answers for", _answers(bills)),
        ]
    )
    print_table(_COLUMNS, [_row(bill) for bill in bills], _NUMBERS)


def bills_of(parts: Iterable[Part], covers: Mapping[Place, Cover]) -> list[Bill]:
    """The parts by billing account (and profile), period and currency."""
    from costplane.core.money import total

    found: dict[tuple[Any, ...], list[Part]] = {}
    for part in parts:
        account = ":".join(name for name in (part.account, part.profile) if name)
        found.setdefault((account, part.period_start, part.currency), []).append(part)
    return [
        Bill(
            billing_account=account,
            period=f"{start:%Y-%m}",
            sub_accounts=len({part.sub_account for part in own}),
            rows=sum(part.rows for part in own),
            first_day=min((p.first_day for p in own if p.first_day), default=None),
            last_day=max((p.last_day for p in own if p.last_day), default=None),
            currency=currency,
            billed_cost=total(part.billed for part in own),
            effective_cost=total(part.effective for part in own),
            answers_from=cover.since if cover else None,
            answers_until=cover.until if cover else None,
        )
        for (account, start, currency), own in found.items()
        for cover in [covers.get((own[0].account, start))]
    ]


def _data(done: BillImport, bills: list[Bill]) -> dict[str, object]:
    return {
        "state": _state(done),
        "run": done.run,
        "format": done.delivery.format,
        "files": done.delivery.files,
        "rows": done.delivery.rows,
        "ai_rows": _ai_rows(done),
        "replaced": done.replaced,
        "bills": bills,
    }


def _row(bill: Bill) -> list[str]:
    days = f"{bill.first_day} to {bill.last_day}" if bill.first_day else "none of the period"
    cells = (bill.billing_account, bill.period, bill.sub_accounts, bill.rows, days)
    amounts = (bill.currency, bill.billed_cost, bill.effective_cost)
    return [plain(cell) for cell in (*cells, *amounts)]


def _state(done: BillImport) -> str:
    if done.known:
        return "already imported; nothing changed"
    return "preview; nothing was stored" if done.run is None else f"imported as run {done.run}"


def _answers(bills: list[Bill]) -> str:
    """The days for which the bill answers, in one line."""
    told = sorted({(b.answers_from, b.answers_until) for b in bills if b.answers_from})
    stretches = [
        f"{since} to {until - timedelta(days=1)}"
        for since, until in told
        if until and since < until
    ]
    return ", ".join(stretches) or "no day yet; metered usage does"


def _ai_rows(done: BillImport) -> int:
    return sum(part.ai_rows for part in done.delivery.parts)
