"""What an event does not tell comes from its deployment's entry at that time (billing-rules 9)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from costplane.app.intake.deployment_facts import with_deployment_facts
from costplane.catalog.model import Deployment, Resource
from costplane.core.tables import EVENTS
from costplane.engine.duckdb import DuckDBEngine

ENGINE = DuckDBEngine(threads=1)
RESOURCE = "/subscriptions/s/resourcegroups/g/providers/microsoft.x/accounts/a"
FACTS = ("model", "model_version", "deployment_type", "region")


def at(month: int) -> datetime:
    return datetime(2026, month, 1, tzinfo=UTC)


ENTRIES = (
    Deployment(RESOURCE, "chat", "gpt-x", "v1", "Standard", valid_to=at(6)),
    Deployment(RESOURCE, "chat", "gpt-y", "v2", "GlobalStandard", valid_from=at(6), valid_to=at(9)),
    Deployment(RESOURCE, "dated", "gpt-4o", "2024-08-06", "GlobalStandard"),
    Deployment(RESOURCE, "alias", "gpt-35-turbo", "0125", "GlobalStandard"),
    Deployment(RESOURCE, "heard-of", "gpt-z", "v3", "Standard", confirmed=False),
)
PLACES = (Resource(RESOURCE, "a", "swedencentral"),)


def known(*told: dict[str, Any]) -> list[tuple[str | None, ...]]:
    rows = [{"resource_id": RESOURCE, "time": at(5)} | event for event in told]
    filled = with_deployment_facts(pa.Table.from_pylist(rows, EVENTS), ENGINE, ENTRIES, PLACES)
    assert filled.schema.names == EVENTS.names
    return [tuple(row[fact] for fact in FACTS) for row in filled.to_pylist()]


def test_the_entry_of_the_events_time_fills_what_is_missing() -> None:
    events = [{"deployment": "chat", "time": at(n)} for n in (1, 5, 6, 8, 9)]
    first = ("gpt-x", "v1", "Standard", "swedencentral")
    second = ("gpt-y", "v2", "GlobalStandard", "swedencentral")
    unknown = (None, None, None, "swedencentral")
    assert known(*events) == [first, first, second, second, unknown]


def test_what_was_told_stands() -> None:
    told = {"model_version": "v9", "deployment_type": "DataZoneStandard", "region": "westeurope"}
    assert known({"deployment": "chat", "model": "gpt-x"} | told) == [
        ("gpt-x", "v9", "DataZoneStandard", "westeurope")
    ]


def test_a_version_is_that_of_its_model() -> None:
    told = [{"deployment": "chat", "model": model} for model in ("gpt-x", "gpt-q")]
    assert [row[:3] for row in known(*told)] == [
        ("gpt-x", "v1", "Standard"),
        ("gpt-q", None, "Standard"),
    ]


def test_a_dated_model_keeps_its_own_version() -> None:
    told = [{"deployment": "dated", "model": m} for m in ("gpt-4o-2024-11-20", "gpt-4o")]
    assert [row[:2] for row in known(*told)] == [
        ("gpt-4o-2024-11-20", None),
        ("gpt-4o", "2024-08-06"),
    ]


def test_two_names_of_one_model_share_the_entry() -> None:
    assert known({"deployment": "alias", "model": "gpt-3.5-turbo"})[0][:2] == (
        "gpt-3.5-turbo",
        "0125",
    )


def test_others_learn_nothing() -> None:
    assert known(
        {"deployment": "heard-of"},
        {"deployment": None},
        {"deployment": "chat", "resource_id": RESOURCE + "2", "model": "gpt-x"},
    ) == [
        (None, None, None, "swedencentral"),
        (None, None, None, "swedencentral"),
        ("gpt-x", None, None, None),
    ]


def test_rows_keep_their_order() -> None:
    events = [{"deployment": "chat", "time": at(1 + n % 8), "user": str(n)} for n in range(5_000)]
    rows = [{"resource_id": RESOURCE} | event for event in events]
    filled = with_deployment_facts(pa.Table.from_pylist(rows, EVENTS), ENGINE, ENTRIES, PLACES)
    assert filled["user"].to_pylist() == [str(n) for n in range(5_000)]
    assert filled["model"].to_pylist() == ["gpt-x" if n % 8 < 5 else "gpt-y" for n in range(5_000)]


def test_no_events_are_none() -> None:
    assert known() == []
