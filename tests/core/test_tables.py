"""The columns of charges, and the tables that derive from the registries."""

from __future__ import annotations

import pyarrow as pa

from costplane.core.focus import CHARGE_COLUMNS, FOCUS_COLUMNS, OWN_COLUMNS
from costplane.core.quantities import BY_NAME, PROMPT_TYPES, QUANTITIES, TOKEN_TYPES
from costplane.core.settings import SETTINGS
from costplane.core.tables import CHARGES, EVENTS, SERIES, SERIES_FACTS, TABLES, USAGE

_MANDATORY = """
    BilledCost BillingAccountId BillingCurrency BillingPeriodEnd BillingPeriodStart ChargeCategory
    ChargePeriodEnd ChargePeriodStart ContractedCost EffectiveCost InvoiceIssuerName ListCost
    ServiceCategory ServiceName ServiceProviderName ServiceSubcategory"""


def test_focus_has_exactly_its_65_columns() -> None:
    names = [column.name for column in FOCUS_COLUMNS]
    assert len(names) == len(set(names)) == 65
    assert names == sorted(names)
    assert not any(name.startswith("x_") for name in names)
    assert {c.name for c in FOCUS_COLUMNS if not c.nullable} == set(_MANDATORY.split())


def test_own_columns_are_marked_as_such_and_explained() -> None:
    assert all(c.name.startswith("x_") and c.name[2].isupper() for c in OWN_COLUMNS)
    assert all(column.meaning for column in OWN_COLUMNS)
    assert len({c.name for c in CHARGE_COLUMNS}) == len(CHARGE_COLUMNS)


def test_charges_have_the_columns_in_order_with_exact_types() -> None:
    assert CHARGES.names == [column.name for column in CHARGE_COLUMNS]
    for column in CHARGE_COLUMNS:
        field = CHARGES.field(column.name)
        assert field.nullable == column.nullable
        if column.type == "Decimal":
            assert field.type == pa.decimal128(38, 18 if column.is_price else 12)


def test_no_table_holds_a_float() -> None:
    types = {field.type for schema in TABLES.values() for field in schema}
    assert not any(pa.types.is_floating(type_) for type_ in types)


def test_usage_has_every_event_field_and_every_quantity() -> None:
    assert set(EVENTS.names) <= set(USAGE.names)
    assert {q.name for q in QUANTITIES} <= set(EVENTS.names)
    assert all(EVENTS.field(q.name).nullable for q in QUANTITIES)
    assert SERIES.names == ["series", *SERIES_FACTS]
    assert set(SERIES_FACTS) <= set(USAGE.names)


def test_the_registry_tells_prompts_from_answers() -> None:
    assert len(BY_NAME) == len(QUANTITIES)
    assert set(PROMPT_TYPES) < set(TOKEN_TYPES) < set(QUANTITIES)
    assert {q.name for q in PROMPT_TYPES} == {name for name in BY_NAME if name.startswith("input_")}
    assert BY_NAME["training_tokens"] not in PROMPT_TYPES
    assert {q.scale for q in TOKEN_TYPES} == {0}
    assert {q.scale for q in QUANTITIES if q not in TOKEN_TYPES} == {6}


def test_every_setting_takes_its_own_default() -> None:
    for setting in SETTINGS.values():
        data = list(setting.default) if isinstance(setting.default, tuple) else setting.default
        assert setting.value(data) == setting.default
