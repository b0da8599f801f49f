"""Usage of a month as a Parquet file of the ledger's own schema: input of the measurements.

Ten models on forty deployments in nine resources, allocation tags, cached tokens, failed calls;
times ascend, as they do when usage arrives. The same number of events is the same file.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from costplane.core.tables import SERIES_FACTS, USAGE

MODELS = (
    ("gpt-4.1", "2025-04-14"),
    ("gpt-4.1-mini", "2025-04-14"),
    ("gpt-4.1-nano", "2025-04-14"),
    ("gpt-4o", "2024-11-20"),
    ("gpt-4o-mini", "2024-07-18"),
    ("o4-mini", "2025-04-16"),
    ("gpt-5.1", "2025-11-13"),
    ("gpt-5.2", "2025-12-11"),
    ("gpt-5.4-mini", "2026-03-17"),
    ("gpt-5.4-nano", "2026-03-17"),
)
DEPLOYMENTS = 40
TEAMS = 1
USERS = 4_000
CALLS = 10
"""Calls of a session, which is one user's at one deployment, within a while."""

_TALKING = 100
"""Sessions at a time."""

_MONTH_US = 30 * 24 * 3_600_000_000
SUBSCRIPTION = "d3a0c057-0000-4000-8000-000000000001"


def series_facts() -> dict[int, dict[str, str | None]]:
    """The facts of every series: a deployment, a team, and whether the call was processed."""
    return {
        _number(deployment, team, failed): _facts(deployment, team, failed)
        for deployment in range(DEPLOYMENTS)
        for team in range(TEAMS)
        for failed in (False, True)
    }


def write_events(path: Path, count: int, part: range | None = None) -> None:
    """Writes a month of `count` events to `path`, or the `part` of them with these numbers."""
    connection = duckdb.connect(config={"memory_limit": "4GB"})
    connection.register("series", _series_table())
    names = ", ".join(_expression(field) for field in USAGE)
    draws = _draws(count, part or range(count))
    connection.execute(
        f"COPY (SELECT {names} FROM ({draws}) AS event JOIN series USING (series)) "
        f"TO '{path}' (FORMAT parquet, COMPRESSION zstd)"
    )
    connection.close()


def _number(deployment: int, team: int, failed: bool) -> int:
    return (deployment * TEAMS + team) * 2 + failed + 1


def _facts(deployment: int, team: int, failed: bool) -> dict[str, str | None]:
    model, version = MODELS[deployment % len(MODELS)]
    group = f"rg-{deployment % 5}"
    account = f"aoai-{deployment % 9}"
    facts = {
        "subscription_id": SUBSCRIPTION,
        "resource_group": group,
        "resource_id": f"/subscriptions/{SUBSCRIPTION}/resourcegroups/{group}"
        f"/providers/microsoft.cognitiveservices/accounts/{account}",
        "deployment": f"deployment-{deployment}",
        "model": model,
        "model_version": version,
        "provider": "azure.ai.openai",
        "deployment_type": "GlobalStandard",
        "region": "swedencentral",
        "operation": "chat",
        "billing_status": "NotBilled" if failed else "Billed",
        "status_reason": "HttpStatus429" if failed else None,
        "allocation_tags": f'{{"environment":"prod","team":"team-{team}"}}',
    }
    return {fact: facts.get(fact) for fact in SERIES_FACTS}


def _series_table() -> pa.Table:
    rows = [{"series": number, **facts} for number, facts in series_facts().items()]
    return pa.Table.from_pylist(rows)


def _draws(count: int, part: range) -> str:
    """Random but repeatable choices for each event: hashes of its number."""
    return (
        "SELECT n, session, "
        f"(hash(session) % {DEPLOYMENTS} * {TEAMS} + hash(n * 3) % {TEAMS})::BIGINT * 2 "
        "+ (hash(n * 5) % 100 = 0)::BIGINT + 1 AS series, "
        "(hash(n * 7) % 8000 + 20)::BIGINT AS prompt, (hash(n * 13) % 2000)::BIGINT AS cached, "
        f"(hash(n * 17) % 900 + 1)::BIGINT AS output, "
        f"TIMESTAMPTZ '2026-10-01 00:00:00+00' + to_microseconds(n * ({_MONTH_US} // {count})) "
        f"AS time FROM ({_sessions(part)}) AS source"
    )


def _sessions(part: range) -> str:
    """The session of every event: calls of some sessions alternate, then those of the next."""
    session = f"n // {CALLS * _TALKING} * {_TALKING} + hash(n * 23) % {_TALKING}"
    return f"SELECT n, {session} AS session FROM range({part.start}, {part.stop}) AS own(n)"


def _expression(field: pa.Field) -> str:
    processed = "billing_status = 'Billed'"
    expressions = {
        "source": "'gateway/' || (n % 3)",
        "id": "'req-' || n",
        "time": "event.time",
        "http_status": f"CASE WHEN {processed} THEN 200 ELSE 429 END::INTEGER",
        "gateway_cache_hit": "false",
        "estimated": "false",
        "tags": "allocation_tags",
        "user": f"'user-' || (hash(event.session * 19) % {USERS})",
        "session": "'session-' || event.session",
        "input_text": f"CASE WHEN {processed} THEN prompt END",
        "input_text_cached": f"CASE WHEN {processed} AND cached > 0 THEN cached END",
        "output_text": f"CASE WHEN {processed} THEN output END",
        "context_tokens": f"CASE WHEN {processed} THEN prompt + cached END",
        "content_digest": "0::BIGINT",
        "segment": "1::BIGINT",
        "price_version": "1::BIGINT",
        "received_at": "event.time",
        "series": "event.series",
    }
    known = expressions.get(field.name)
    if known is None and field.name in SERIES_FACTS:
        known = f'series."{field.name}"'
    return f'{known or _null(field.type)} AS "{field.name}"'


def _null(arrow_type: pa.DataType) -> str:
    names = {"string": "VARCHAR", "int64": "BIGINT", "int32": "INTEGER", "bool": "BOOLEAN"}
    word = names.get(str(arrow_type)) or str(arrow_type).replace("decimal128", "DECIMAL")
    return f"NULL::{word}"
