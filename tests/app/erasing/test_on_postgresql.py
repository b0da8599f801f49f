"""Erasing with the control plane on PostgreSQL: nothing of a name stays in its tables' files."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from costplane.app.workspace import Workspace
from costplane.errors import Unavailable
from costplane.store import shredding
from tests.app.erasing.test_erasing import (
    CHAT,
    NAME,
    SCOPE,
    files_that_name,
    keep_a_view,
    look,
    made,
    sums,
)
from tests.app.estate import NOW, body, take
from tests.environment.postgres import PostgresCluster

pytestmark = pytest.mark.requires("postgres")


@pytest.fixture
def workspace(postgres_url: str, tmp_path: Path) -> Iterator[Workspace]:
    found = Workspace.open(tmp_path / "data", control=postgres_url, now=lambda: NOW)
    take(found, made())
    keep_a_view(found)
    look(found)
    yield found
    found.close()


def run(address: str, *statements: str) -> None:
    plain = make_url(address).set(drivername="postgresql")
    with psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True) as own:
        for statement in statements:
            own.execute(statement)


def test_no_file_of_a_table_has_the_name(
    workspace: Workspace, postgres_cluster: PostgresCluster, postgres_url: str
) -> None:
    tables = postgres_cluster.folder / "data" / "base"
    before = sums(workspace, (), ("Model",))
    # Statistics of columns hold values, too.
    run(postgres_url, "ANALYZE", "CHECKPOINT")
    assert files_that_name(tables, NAME, CHAT)
    done = workspace.erase_person(NAME, "owner", sessions=True)
    assert (done.events, done.texts, done.sessions) == (18, 3, 2)
    run(postgres_url, "CHECKPOINT")
    assert files_that_name(tables, NAME, CHAT) == []
    assert files_that_name(workspace.data, NAME, CHAT) == []
    assert sums(workspace, (), ("Model",)) == before
    actions = [entry.action for entry in workspace.accounts.store.audit(2)]
    assert actions == ["PersonErased", "ErasureBegun"]
    again = workspace.erase_person(NAME.upper(), "owner", sessions=True)
    assert (again.events, again.texts, again.sessions) == (0, 0, 0)


def test_whoever_reads_what_was_there_is_waited_for(
    workspace: Workspace, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = make_url(postgres_url).set(drivername="postgresql")
    with psycopg.connect(plain.render_as_string(hide_password=False)) as reader:
        reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        reader.execute("SELECT 1")
        with monkeypatch.context() as patched:
            patched.setattr(shredding, "BUSY_SECONDS", 0)
            with pytest.raises(Unavailable, match="being read"):
                workspace.erase_person(NAME, "owner", sessions=True)
        leave = threading.Timer(0.3, reader.rollback)
        leave.start()
        workspace.erase_person(NAME, "owner", sessions=True)
        leave.join()
    assert workspace.accounts.store.audit(1)[0].action == "PersonErased"
    users = workspace.query_whole(SCOPE, workspace.definition(body("User")), "auditor").rows
    assert [name[:7] for name in users["User"].to_pylist()] == ["", "bob", "erased-"]
