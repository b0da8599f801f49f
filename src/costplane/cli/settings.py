"""`costplane settings`: what an installation has chosen."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from costplane.cli.actor import actor
from costplane.cli.location import DataOption, TablesOption, opened
from costplane.cli.output import ListFormat, ListFormatOption, print_list
from costplane.errors import InvalidInput

if TYPE_CHECKING:
    from costplane.core.settings import Setting

commands = typer.Typer(
    help="Settings of the installation.", no_args_is_help=True, rich_markup_mode=None
)


@dataclass(frozen=True, slots=True)
class SettingState:
    """A setting and what it is here."""

    name: str
    value: Any
    default: Any
    meaning: str


@commands.command("list")
def list_settings(
    data: DataOption = None,
    tables: TablesOption = None,
    format_: ListFormatOption = ListFormat.TABLE,
) -> None:
    """List the settings: value, default, meaning."""
    from costplane.core.settings import SETTINGS

    with opened(data, tables) as workspace:
        found = [
            SettingState(s.name, workspace.settings.get(s), s.default, s.meaning)
            for s in SETTINGS.values()
        ]
    print_list(format_, found, ("setting", "value", "default", "meaning"), _cells)


def _cells(one: SettingState) -> tuple[object, ...]:
    return one.name, written(one.value), written(one.default), one.meaning


@commands.command("set")
def set_setting(
    name: Annotated[str, typer.Argument(help="Setting, as 'settings list' shows it.")],
    value: Annotated[str, typer.Argument(help="true, false, a number, or texts with commas.")],
    data: DataOption = None,
    tables: TablesOption = None,
) -> None:
    """Set a setting. It holds for what is done from now on."""
    from costplane.core.settings import SETTINGS

    setting = SETTINGS.get(name)
    if setting is None:
        raise InvalidInput(
            f"there is no setting '{name[:60]}'; there are {', '.join(SETTINGS)}", target="name"
        )
    chosen = setting.value(_plain(setting, value))
    with opened(data, tables) as workspace:
        before = workspace.change_setting(setting, chosen, actor())
    print(f"{name}: {written(before)} -> {written(chosen)}")


def _plain(setting: Setting[Any], text: str) -> object:
    """What a person wrote as the plain data that a setting checks."""
    if isinstance(setting.default, tuple):
        return [part.strip() for part in text.split(",")] if text.strip() else []
    try:
        return json.loads(text.strip().lower())
    except ValueError:
        return text


def written(value: object) -> str:
    """A value as a person writes it."""
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return json.dumps(value)
