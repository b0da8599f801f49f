"""One measured run: `python -m bench.child bare|rate|rate-all|litellm|genai-prices FILE`.

Prints a JSON object: the seconds of the measured part and those of processors in it, the process's
peak memory, the count.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

CALLS = 20_000
"""Calls of a per-call library: enough for a stable rate."""


def bare(path: Path) -> dict[str, Any]:
    """DuckDB's own aggregation of the file, nothing written."""
    import duckdb

    from costplane.core.quantities import TOKEN_TYPES

    connection = duckdb.connect()
    sums = ", ".join(f"SUM({q.name}) AS {q.name}" for q in TOKEN_TYPES)
    query = (
        "SELECT resource_id, deployment, model, epoch_us(time) // 3600000000 AS hour, "
        f"{sums} FROM read_parquet('{path}') GROUP BY ALL"
    )
    return _timed(lambda: len(connection.sql(query).to_arrow_table()))


def rate(path: Path) -> dict[str, Any]:
    """Costplane's rating of the file into rows of charges, prices from the shipped sheet."""
    from bench.events import series_facts
    from costplane.core.relation import Files
    from costplane.core.tables import USAGE
    from costplane.engine.duckdb import DuckDBEngine
    from costplane.rating.rate_usage import Rater

    rater = Rater(DuckDBEngine(), _book(), _OneHolder())
    usage, series = Files((str(path),), USAGE), series_facts()
    rated: list[Any] = []

    def work() -> int:
        rated.append(rater.rate(usage, series, rater.grain(), date(2026, 11, 1)))
        return len(rated[0].charges)

    told = _timed(work)
    charges, uncharged = rated[0].charges, rated[0].uncharged
    statuses = set(uncharged["x_BillingStatus"].to_pylist())
    if statuses - {"NotBilled"}:
        raise SystemExit(f"the measured usage has lines without price: {statuses}")
    return told | {"cost": str(sum(charges["BilledCost"].to_pylist()))}


def rate_all(path: Path) -> dict[str, Any]:
    """The same with every kind of price at once (bench/kinds.py)."""
    from bench import kinds
    from bench.events import MODELS, series_facts
    from costplane.core.relation import Files
    from costplane.core.tables import USAGE
    from costplane.engine.duckdb import DuckDBEngine
    from costplane.rating.rate_usage import Rater

    prices = kinds.book(_book(), tuple(model for model, _ in MODELS))
    rater = Rater(DuckDBEngine(), prices, kinds.Payer())
    usage, series = Files((str(path),), USAGE), kinds.series(series_facts())
    found: list[Any] = []

    def work() -> int:
        found.extend(kinds.rated(rater, usage, series))
        return len(found[0].charges) + len(found[1])

    told = _timed(work)
    direct, tiers = found
    statuses = set(direct.uncharged["x_BillingStatus"].to_pylist())
    if statuses - {"NotBilled"} or not len(tiers):
        raise SystemExit(f"a kind of price is missing: {statuses}, {len(tiers)} rows of tiers")
    costs = (sum(table["BilledCost"].to_pylist()) for table in (direct.charges, tiers))
    return told | {"cost": str(sum(costs))}


def litellm(_: Path) -> dict[str, Any]:
    """litellm's price of one call, again and again."""
    import litellm as peer

    def work() -> int:
        for n in range(CALLS):
            peer.cost_per_token(model="azure/gpt-4.1", prompt_tokens=100 + n, completion_tokens=n)
        return CALLS

    return _timed(work)


def genai_prices(_: Path) -> dict[str, Any]:
    """genai-prices' price of one call, again and again."""
    from genai_prices import Usage, calc_price

    def work() -> int:
        for n in range(CALLS):
            calc_price(
                Usage(input_tokens=100 + n, output_tokens=n),
                model_ref="gpt-4.1",
                provider_id="azure",
            )
        return CALLS

    return _timed(work)


class _OneHolder:
    """One subscription without tags of its own."""

    def holder(self, facts: Mapping[str, str | None]) -> Any:
        from costplane.rating.holder import Holder

        name = (facts["resource_id"] or "").rpartition("/")[2]
        return Holder("1", "Account", "Billing Account", "USD", "Demo", "Subscription", name)

    def holders(self, facts: Mapping[str, str | None], period: Any) -> list[Any]:
        from costplane.rating.holder import HolderInterval

        return [HolderInterval(period, self.holder(facts))]

    def changes(self) -> frozenset[datetime]:
        return frozenset()

    def tags(self, facts: Mapping[str, str | None], period: Any) -> list[Any]:
        from costplane.core.tags import parse
        from costplane.rating.holder import TagInterval

        return [TagInterval(period, parse(facts["allocation_tags"]))]

    def units(self, _: Mapping[str, str | None], period: Any) -> list[Any]:
        from costplane.rating.holder import UnitsInterval

        return [UnitsInterval(period, None)]


def _book() -> Any:
    from costplane.pricing.book import Offer, PriceBook
    from costplane.pricing.importers import read_price_sheet

    shipped = files("costplane.pricing") / "data" / "azure_genai_prices_snapshot_2026-08-11.json.gz"
    with as_file(shipped) as path:
        sheet = read_price_sheet(path, imported_at=datetime.now(UTC)).sheet
    keys = {(m.product, m.meter_name, m.unit_of_measure): m.key for m in sheet.mappings}
    offers = []
    for row in sheet.rows:
        key = keys[row.product, row.meter_name, row.unit_of_measure]
        if key is not None:
            offers.append(Offer(key, row, 1, sheet.kind, sheet.scope))
    return PriceBook(offers, 1)


def _timed(work: Callable[[], int]) -> dict[str, Any]:
    start, started = time.perf_counter(), time.process_time()
    count = work()
    seconds, of_processors = time.perf_counter() - start, time.process_time() - started
    return {
        "seconds": seconds,
        "processor_seconds": of_processors,
        "peak_kib": _peak_kib(),
        "count": count,
    }


def _peak_kib() -> int:
    """The process's own peak resident memory; getrusage would count its parent's, too."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


if __name__ == "__main__":
    ways = {
        "bare": bare,
        "rate": rate,
        "rate-all": rate_all,
        "litellm": litellm,
        "genai-prices": genai_prices,
    }
    print(json.dumps(ways[sys.argv[1]](Path(sys.argv[2]))))
