"""Whether charges are in one currency: decided by those in the scopes, and by nothing else."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from costplane.analysis.plan import ScopeFilter, Scopes
from costplane.app.queries.currencies import Currencies
from costplane.core.relation import Files
from tests.analysis.questions import engine
from tests.app.queries.summed_files import files_of
from tests.app.queries.watched import Asked, Watched

NAMES = ("SubAccountId", "x_ResourceGroupName", "ResourceId", "BillingCurrency")
ROWS: tuple[list[tuple[str | None, ...]], ...] = (
    [("s-1", "rg-a", "one", "USD"), ("s-1", "rg-a", "two", "USD"), ("s-1", "rg-b", "three", "EUR")],
    [("s-2", "rg-a", "four", "EUR"), (None, None, None, "SEK")],
    [("s-1", "rg-a", "two", None), ("s-3", "rg-a", "five", "USD")],
)
"""Charges of three files."""


@pytest.fixture
def files(tmp_path: Path) -> Files:
    schema = pa.schema([(name, pa.string()) for name in NAMES])
    paths = tuple(str(tmp_path / f"{number}.parquet") for number in range(len(ROWS)))
    for path, rows in zip(paths, ROWS, strict=True):
        told = [dict(zip(NAMES, row, strict=True)) for row in rows]
        pq.write_table(pa.Table.from_pylist(told, schema), path)
    return Files(paths, schema)


def of(*subscriptions: str, group: str | None = None, resource: str | None = None) -> ScopeFilter:
    return ScopeFilter(frozenset(subscriptions), group, resource)


@pytest.mark.parametrize(
    ("scopes", "currency", "are_all"),
    [
        ((ScopeFilter(),), "USD", False),
        ((), "USD", True),
        ((of("s-3"),), "USD", True),
        ((of("s-3"),), "EUR", False),
        ((of("s-1"),), "USD", False),
        ((of("s-1", "s-3", group="rg-b"),), "EUR", True),
        ((of("s-1", resource="one"),), "USD", True),
        ((ScopeFilter(resource_id="four"),), "EUR", True),
        ((of("s-2"), of("s-1", group="rg-b")), "EUR", True),
        ((of("s-2"), of("s-1", group="rg-a")), "EUR", False),
        ((of("s-1", resource="two"),), "USD", False),
        ((of("unknown"),), "USD", True),
    ],
)
def test_the_scopes_decide(files: Files, scopes: Scopes, currency: str, are_all: bool) -> None:
    assert Currencies(engine()).are_all(currency, files, scopes) == are_all


def test_each_file_is_read_once_whatever_the_scopes(files: Files) -> None:
    read: list[str] = []

    def note(asked: Asked) -> None:
        read.extend(files_of(asked["charges"]).paths)

    currencies = Currencies(Watched(before=note))
    for count, are_all in ((0, True), (1, True), (2, True), (3, False), (3, False)):
        some = Files(files.paths[:count], files.schema)
        for scopes in ((of("s-1", group="rg-a"),), (of("s-1", resource="two"),)):
            assert currencies.are_all("USD", some, scopes) == are_all
    assert read == list(files.paths)
