"""The parts that other tests stand on do what they promise."""

import pytest
import sqlalchemy
from playwright.sync_api import Page

from tests.environment import parts
from tests.environment.postgres import PostgresCluster


def test_a_missing_part_is_a_failure_in_continuous_integration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    absent = parts.Part("absent", lambda: None, "absent-package")
    monkeypatch.setitem(parts.PARTS, "absent", absent)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="absent-package"):
        parts.demand("absent")
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="absent-package"):
        parts.demand("absent")


@pytest.mark.requires("postgres")
def test_each_database_is_empty_and_its_own(postgres_cluster: PostgresCluster) -> None:
    before = sqlalchemy.create_engine(postgres_cluster.emptied_database())
    left = before.connect()
    left.execute(sqlalchemy.text("CREATE TABLE probe (id integer)"))
    left.commit()
    left.execute(sqlalchemy.text("SELECT * FROM probe"))  # a transaction that never ends
    after = sqlalchemy.create_engine(postgres_cluster.emptied_database())
    assert sqlalchemy.inspect(after).get_table_names() == []
    with pytest.raises(sqlalchemy.exc.OperationalError, match="terminating"):
        left.execute(sqlalchemy.text("SELECT 1"))
    left.close()
    before.dispose()
    after.dispose()


@pytest.mark.requires("chromium")
def test_the_browser_renders(page: Page) -> None:
    page.set_content("<h1>Cost analysis</h1>")
    assert page.get_by_role("heading").inner_text() == "Cost analysis"
