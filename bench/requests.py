"""A month of requests by user and by session over HTTP, beside bare DuckDB on the same files.

Hourly rows do not tell who called, so that Costplane rates every request again. DuckDB is given
the price of each model and token type, and multiplies.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from deltalake import DeltaTable
from deltalake.transaction import AddAction, RemoveAction
from rich.console import Console
from rich.table import Table

from bench.charges import ACCOUNT
from bench.events import SUBSCRIPTION, series_facts, write_events
from bench.serving import Caller, Times, served
from costplane.access.assignment import Assignee, Assignment
from costplane.access.audit import ITSELF
from costplane.access.roles import PERSON_READER, READER
from costplane.app.workspace import Workspace
from costplane.catalog.model import BillingAccount, Subscription
from costplane.core.scope import ROOT, parse_scope
from costplane.core.tables import SERIES

REQUESTS = 30_000_000
BY = {"by user": ("User", "user"), "by session": ("Session", "session")}
"""Questions: the dimension, and its column of `usage`."""

_SHEET = "azure_genai_prices_snapshot_2026-08-11.json.gz"
_FILES = 15
_TOKENS = ("input_text", "input_text_cached", "output_text")
_PATH = (
    f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.CostManagement/query"
    "?api-version=2025-03-01&$top=5000"
)


@dataclass(frozen=True, slots=True)
class _Answer:
    seconds: float
    groups: int
    costs: Mapping[Any, Decimal]


def measure_requests(folder: Path, console: Console, *, requests: int, runs: int) -> None:
    """Prints the table of a month of `requests` requests."""
    data = folder / f"requests-{requests}"
    paths = write_requests(data, requests)
    times = {question: Times() for question in BY}
    with ExitStack() as open_:
        token = _token(data)
        caller = Caller(open_.enter_context(served(data)), token)
        prices = _prices(caller, paths)
        for run in range(runs + 1):
            for question, (dimension, column) in BY.items():
                own = _asked(caller, dimension, run)
                bare = _bare(paths, prices, column)
                _check(question, own, bare)
                if run:
                    times[question].add("Costplane", own.seconds)
                    times[question].add("duckdb", bare.seconds)
    console.print(_table(requests, times))


def write_requests(data: Path, count: int) -> list[str]:
    """Makes a data folder with a month of usage; one that is there stays. The files of usage."""
    if not (data / "made").exists():
        workspace = Workspace.open(data)
        account = BillingAccount(ACCOUNT, "Measured", "EnterpriseAgreement", "USD")
        workspace.catalog.put_billing_account(account)
        own = Subscription(SUBSCRIPTION, "Measured", billing_account_id=ACCOUNT)
        workspace.catalog.put_subscription(own)
        with as_file(files("costplane.pricing") / "data" / _SHEET) as sheet:
            workspace.import_prices(sheet)
        workspace.ledger.snapshot()
        rows = [{"series": number, **facts} for number, facts in series_facts().items()]
        workspace.ledger.append("series", pa.Table.from_pylist(rows, SERIES), app="x", version=1)
        workspace.close()
        _write_usage(data / "tables" / "usage", count)
        (data / "made").touch()
    return sorted(str(path) for path in (data / "tables" / "usage").glob("*.parquet"))


def _write_usage(folder: Path, count: int) -> None:
    actions: list[AddAction | RemoveAction] = []
    for number in range(_FILES):
        path = folder / f"part-{number:02}.parquet"
        first = count * number // _FILES
        write_events(path, count, range(first, count * (number + 1) // _FILES))
        size, now = path.stat().st_size, int(time.time() * 1000)
        actions.append(AddAction(path.name, size, {}, now, True, "{}"))
    table = DeltaTable(folder)
    table.create_write_transaction(actions, "append", table.schema())


def _body(*dimensions: str) -> dict[str, Any]:
    return {
        "type": "ActualCost",
        "timeframe": "Custom",
        "timePeriod": {"from": "2026-10-01", "to": "2026-10-31"},
        "dataset": {
            "granularity": "None",
            "aggregation": {"cost": {"name": "Cost", "function": "Sum"}},
            "grouping": [{"type": "Dimension", "name": name} for name in dimensions],
        },
    }


def _token(data: Path) -> str:
    """The token of somebody who may see costs and persons."""
    workspace = Workspace.open(data)
    try:
        scope = parse_scope(ROOT)
        issued, secret = workspace.accounts.create_token(PERSON_READER, scope, "bench", 1, ITSELF)
        reader = Assignment(Assignee("Token", issued.id), READER, ROOT)
        workspace.accounts.assign(reader, ITSELF)
        return secret
    finally:
        workspace.close()


def _prices(caller: Caller, paths: list[str]) -> pa.Table:
    """The price of a token of each model, in units of the twelfth place, as Costplane charges it.
    Asked by the status, too, which requests alone tell: there are no hourly rows."""
    body = _body("Model", "TokenType", "HttpStatus")
    rows = caller.asked("POST", _PATH, json.dumps(body))[1]["properties"]["rows"]
    costs = {(model, kind): cost for cost, model, kind, *_ in rows if cost is not None}
    told = ", ".join(f"SUM({name}) AS {name}" for name in _TOKENS)
    text = f"SELECT model, {told} FROM read_parquet({paths}) GROUP BY ALL"
    return pa.Table.from_pylist(
        [
            {"model": row["model"]}
            | {name: int(costs[row["model"], name] * 10**12 / int(row[name])) for name in _TOKENS}
            for row in duckdb.connect().sql(text).to_arrow_table().to_pylist()
        ]
    )


def _asked(caller: Caller, dimension: str, run: int) -> _Answer:
    """The first page; each run writes the name in another way."""
    name = dimension.upper() if run % 2 else dimension.lower()
    seconds, told = caller.asked("POST", _PATH, json.dumps(_body(name)))
    rows = told["properties"]["rows"]
    return _Answer(seconds, int(told["properties"]["total"]), {row[1]: row[0] for row in rows})


def _bare(paths: list[str], prices: pa.Table, column: str) -> _Answer:
    """The whole answer: the same work, whatever is shown of it."""
    connection = duckdb.connect()
    connection.register("prices", prices)
    cost = " + ".join(f"COALESCE(event.{name}, 0) * prices.{name}" for name in _TOKENS)
    text = (
        f'SELECT "{column}" AS who, SUM({cost}) AS cost FROM read_parquet({paths}) AS event '
        "JOIN prices USING (model) WHERE time >= TIMESTAMPTZ '2026-10-01' "
        "AND time < TIMESTAMPTZ '2026-11-01' GROUP BY ALL"
    )
    start = time.perf_counter()
    rows = connection.sql(text).to_arrow_table()
    seconds = time.perf_counter() - start
    units = (Decimal(int(units)) / 10**12 for units in rows["cost"].to_pylist())
    return _Answer(seconds, len(rows), dict(zip(rows["who"].to_pylist(), units, strict=True)))


def _check(question: str, own: _Answer, bare: _Answer) -> None:
    """Raises SystemExit where the answers differ."""
    other = {who: cost for who, cost in own.costs.items() if bare.costs.get(who) != (cost or 0)}
    if other or own.groups != bare.groups:
        raise SystemExit(f"{question}: {own.groups} groups, not {bare.groups}; {len(other)} differ")


def _table(requests: int, times: Mapping[str, Times]) -> Table:
    table = Table(title=f"A month of {requests:,} requests (seconds; wanted: twice DuckDB)")
    for name in ("question", "Costplane", "duckdb", "times"):
        table.add_column(name, justify="left" if name == "question" else "right")
    for question, found in times.items():
        own, bare = found.median("Costplane") / 1000, found.median("duckdb") / 1000
        table.add_row(question, f"{own:.2f}", f"{bare:.2f}", f"{own / bare:.2f}")
    return table
