import pytest

from costplane.core.settings import (
    ALLOCATION_TAGS,
    FUTURE_TOLERANCE_MINUTES,
    RETENTION_DAYS,
    SETTINGS,
    TAG_INHERITANCE,
    Setting,
)
from costplane.errors import InvalidInput
from costplane.store.control_plane import ControlPlane


def test_a_setting_has_its_default_until_it_is_set(control: ControlPlane) -> None:
    settings = control.settings
    assert settings.get(ALLOCATION_TAGS) == ("team", "application", "environment", "cost-centre")
    assert settings.get(RETENTION_DAYS) == 1_200
    assert settings.get(FUTURE_TOLERANCE_MINUTES) == 5
    assert settings.get(TAG_INHERITANCE) is True


def test_what_is_set_is_got_by_all(control: ControlPlane, address: str) -> None:
    control.settings.set(ALLOCATION_TAGS, ("Ümlaut", "team"))
    control.settings.set(TAG_INHERITANCE, False)
    control.settings.set(RETENTION_DAYS, 400)
    control.settings.set(RETENTION_DAYS, 500)
    other = ControlPlane.open(address)
    assert other.settings.get(ALLOCATION_TAGS) == ("Ümlaut", "team")
    assert other.settings.get(TAG_INHERITANCE) is False
    assert other.settings.get(RETENTION_DAYS) == 500
    other.close()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        (ALLOCATION_TAGS, "team"),
        (ALLOCATION_TAGS, ["team", "Team"]),
        (ALLOCATION_TAGS, ["team", " "]),
        (ALLOCATION_TAGS, [1]),
        (TAG_INHERITANCE, 1),
        (RETENTION_DAYS, 0),
        (RETENTION_DAYS, True),
        (RETENTION_DAYS, 1.5),
        (FUTURE_TOLERANCE_MINUTES, -1),
    ],
)
def test_a_value_of_another_kind_is_refused(
    control: ControlPlane, setting: Setting[object], value: object
) -> None:
    with pytest.raises(InvalidInput, match=f"setting {setting.name}: ") as raised:
        control.settings.set(setting, value)
    assert raised.value.target == setting.name
    assert control.settings.get(setting) == setting.default


def test_every_default_is_a_legal_value() -> None:
    assert [s.value(s.default) for s in SETTINGS.values()] == [s.default for s in SETTINGS.values()]
    assert [s.name for s in SETTINGS.values()] == list(SETTINGS)
