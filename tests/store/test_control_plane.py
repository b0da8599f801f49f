import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from operator import itemgetter
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Inspector, MetaData, Table, create_engine, inspect, text
from sqlalchemy.schema import DropTable

from costplane.app.ports import Quarantine, Settings
from costplane.catalog.model import Subscription
from costplane.catalog.ports import CatalogWriter
from costplane.errors import DamagedData, InvalidInput, Unavailable
from costplane.pricing.ports import PriceStore
from costplane.store import migrations
from costplane.store.control_plane import ControlPlane
from costplane.store.database import parse_address
from costplane.store.schema import HEAD, take_steps
from costplane.store.tables import METADATA
from tests.store.values import START

OPEN = """
import sys
from costplane.store import migrations
from costplane.store.control_plane import ControlPlane
ControlPlane.open(sys.argv[1]).close()
"""


def test_it_has_every_port(control: ControlPlane) -> None:
    catalog: CatalogWriter = control.catalog
    prices: PriceStore = control.prices
    settings: Settings = control.settings
    quarantine: Quarantine = control.quarantine
    assert all((catalog, prices, settings, quarantine))


def test_migrations_make_the_tables_that_the_code_expects(address: str) -> None:
    engine = create_engine(parse_address(address))
    with engine.begin() as connection:
        take_steps(connection, None)
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        assert set(METADATA.tables) < set(inspect(connection).get_table_names())
    engine.dispose()


def test_a_new_control_plane_is_the_one_that_all_steps_make(address: str) -> None:
    ControlPlane.open(address).close()
    engine = create_engine(parse_address(address))
    with engine.begin() as connection:
        made = everything_in(connection)
        for name in (*reversed([t.name for t in METADATA.sorted_tables]), "alembic_version"):
            connection.execute(DropTable(Table(name, MetaData())))
        assert everything_in(connection) == {}
        take_steps(connection, None)
        assert everything_in(connection) == made
    engine.dispose()


def everything_in(connection: Connection) -> dict[str, object]:
    """All that a database tells of its tables, and their rows; the order of columns is free."""
    catalog = inspect(connection)
    return {
        name: {
            "columns": sorted(
                (column | {"type": str(column["type"])} for column in catalog.get_columns(name)),
                key=itemgetter("name"),
            ),
            "primary key": catalog.get_pk_constraint(name),
            "foreign keys": sorted(catalog.get_foreign_keys(name), key=itemgetter("name")),
            "unique": sorted(catalog.get_unique_constraints(name), key=itemgetter("name")),
            "checks": sorted(catalog.get_check_constraints(name), key=itemgetter("name")),
            "indexes": sorted(catalog.get_indexes(name), key=itemgetter("name")),
            "comment": _comment(catalog, name),
            "rows": [tuple(row) for row in connection.execute(text(f'SELECT * FROM "{name}"'))],
        }
        for name in catalog.get_table_names()
    }


def _comment(catalog: Inspector, name: str) -> object:
    return catalog.get_table_comment(name) if catalog.dialect.supports_comments else None


def test_the_newest_step_is_the_one_that_the_code_looks_for() -> None:
    steps = ScriptDirectory(str(Path(migrations.__path__[0])))
    assert steps.get_current_head() == HEAD


def test_it_opens_again_with_what_was_stored(address: str) -> None:
    first = ControlPlane.open(address)
    first.catalog.put_tags("/subscriptions/s1", {"team": "a"}, START)
    first.close()
    again = ControlPlane.open(address)
    assert [t.tags for t in again.catalog.tag_history()] == [{"team": "a"}]
    again.close()


def test_processes_and_threads_may_open_it_at_once(address: str) -> None:
    command = [sys.executable, "-c", OPEN, address]
    children = [subprocess.Popen(command, stderr=subprocess.PIPE, env=os.environ) for _ in range(2)]
    with ThreadPoolExecutor(3) as threads:
        for opened in threads.map(ControlPlane.open, [address] * 3):
            opened.close()
    errors = [child.communicate()[1].decode() for child in children]
    assert [child.returncode for child in children] == [0] * 2, errors


def test_tables_of_a_newer_version_are_left_alone(address: str) -> None:
    ControlPlane.open(address).close()
    engine = create_engine(parse_address(address))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(Unavailable, match=r"9999.*newer.*update"):
        ControlPlane.open(address)


def test_a_failed_write_leaves_nothing(control: ControlPlane) -> None:
    with pytest.raises(InvalidInput, match="billing_account_id 'nobody'"):
        control.catalog.put_subscription(
            Subscription("s1", "One"), Subscription("s2", "Two", billing_account_id="nobody")
        )
    assert control.catalog.hierarchy().subscriptions == ()


def test_an_unknown_kind_of_database_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"does not run on mysql.*SQLite.*postgresql"):
        ControlPlane.open("mysql://root@localhost/x")
    with pytest.raises(InvalidInput, match="no database address"):
        ControlPlane.open("post gres://")


def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1/costs does not answer") as raised:
        ControlPlane.open("postgresql://me:secret@127.0.0.1:1/costs")
    assert "secret" not in raised.value.message


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "control.sqlite"
    path.write_text("not a database, " * 100)
    with pytest.raises(DamagedData, match=r"control\.sqlite.*not a database"):
        ControlPlane.open(path)
