"""Keys of tags, by what they are on."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from costplane.analysis.plan import ScopeFilter
from costplane.app.queries.tag_keys import TagKeys
from costplane.core.relation import Files
from costplane.ledger.delta import Snapshot
from tests.analysis.questions import engine
from tests.analysis.test_values import WORLD
from tests.analysis.worlds import tables

EVERYTHING = (ScopeFilter(),)


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    """The world's tables as files."""
    files = {}
    for name, rows in tables(WORLD).items():
        anything = pa.schema([field.with_nullable(True) for field in rows.schema])
        pq.write_table(rows.cast(anything), tmp_path / name)
        files[name] = Files((str(tmp_path / name),), rows.schema)
    return Snapshot({}, files)


def test_keys_of_everything(snapshot: Snapshot) -> None:
    keys = TagKeys(engine())
    assert keys.of(snapshot, "charges", EVERYTHING) == {"Env", "Kind", "team"}
    assert keys.of(snapshot, "usage", EVERYTHING) == {"team"}


def test_keys_of_a_part(snapshot: Snapshot) -> None:
    keys = TagKeys(engine())
    first = ScopeFilter(resource_id="/subscriptions/sub-1/resourcegroups/rg-0/ai-0")
    assert keys.of(snapshot, "charges", (first,)) == {"Env", "Kind", "team"}
    second = ScopeFilter(frozenset({"sub-1"}), "rg-1")
    assert keys.of(snapshot, "charges", (second,)) <= {"team"}
    assert keys.of(snapshot, "charges", (second, first)) == {"Env", "Kind", "team"}
    assert keys.of(snapshot, "charges", ()) == frozenset()
