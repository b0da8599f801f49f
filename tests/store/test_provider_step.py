"""The step that added providers: what was placed before is Azure's."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from costplane.store.control_plane import ControlPlane
from costplane.store.database import parse_address
from tests.store.values import KEY, ROW, mapping

BEFORE = {
    "product": ROW.product,
    "meter_name": ROW.meter_name,
    "unit": ROW.unit_of_measure,
    "model": KEY.model,
    "scope": KEY.deployment_scope,
    "quantity": KEY.quantity,
}


def test_mappings_of_the_first_tables_are_azures(tmp_path: Path) -> None:
    path = tmp_path / "control.sqlite"
    engine = create_engine(parse_address(str(path)))
    config = Config()
    config.set_main_option("script_location", "costplane.store:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            text(
                "INSERT INTO meter_mapping (product, meter_name, unit_of_measure, confirmed_by,"
                " recorded, model, deployment_scope, service_tier, quantity) VALUES (:product,"
                " :meter_name, :unit, 'parser', 1, :model, :scope, 'Standard', :quantity)"
            ),
            BEFORE,
        )
        connection.execute(text("UPDATE price_counter SET version = 1"))
    engine.dispose()
    plane = ControlPlane.open(path)
    assert plane.prices.mappings() == [mapping()]
    plane.close()
