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
    first, second = (sqlalchemy.create_engine(postgres_cluster.new_database()) for _ in range(2))
    with first.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE probe (id integer)"))
    assert sqlalchemy.inspect(first).get_table_names() == ["probe"]
    assert sqlalchemy.inspect(second).get_table_names() == []
    first.dispose()
    second.dispose()


@pytest.mark.requires("chromium")
def test_the_browser_renders(page: Page) -> None:
    page.set_content("<h1>Cost analysis</h1>")
    assert page.get_by_role("heading").inner_text() == "Cost analysis"
