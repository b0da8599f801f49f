"""Rows of a YAML or CSV file as text by field, each with its line: no float arises from them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from costplane.core.period import day_start, parse_instant
from costplane.errors import InvalidInput, UnreadableFile

LINE = "\0line"
"""Key under which a mapping read from YAML has the number of its line."""


class _TextLoader(yaml.BaseLoader):
    """Every scalar as text, and each mapping with the number of its line."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        return super().construct_mapping(node, deep=deep) | {LINE: node.start_mark.line + 1}


@dataclass(frozen=True, slots=True)
class Row:
    """The fields of one row. `place` is the file and line, for messages."""

    place: str
    fields: Mapping[str, Any]

    def fault(self, field: str, message: str) -> InvalidInput:
        """The error that names place and field."""
        return InvalidInput(f"{self.place}: {field}: {message}", target=field)

    def only(self, known: Iterable[str]) -> None:
        """Raises InvalidInput for a field that is none of `known`."""
        names = tuple(known)
        for field in self.fields:
            if field not in names:
                raise self.fault(str(field), f"is no field; use {', '.join(names)}")

    def text(self, field: str, default: str | None = None) -> str:
        """A text. Raises InvalidInput if it is missing and has no default."""
        value = self.fields.get(field, "")
        if not isinstance(value, str):
            raise self.fault(field, "is one value, not a list")
        if value.strip():
            return value.strip()
        if default is None:
            raise self.fault(field, "is missing; name it")
        return default

    def texts(self, field: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list of texts: a YAML list, or one text with semicolons."""
        value = self.fields.get(field) or ""
        parts = value if isinstance(value, list) else str(value).split(";")
        if not all(isinstance(part, str) for part in parts):
            raise self.fault(field, "is a list of names")
        return tuple(part.strip() for part in parts if part.strip()) or default

    def amount(self, field: str) -> Decimal:
        """A decimal amount of money."""
        text = self.text(field)
        try:
            amount = Decimal(text)
        except InvalidOperation:
            raise self.fault(field, f"is {text!r}; write a decimal such as 1000.00") from None
        if not amount.is_finite() or abs(amount.adjusted()) > 24:
            raise self.fault(field, f"is {text!r}; write a decimal such as 1000.00")
        return amount

    def day(self, field: str) -> datetime:
        """The first instant of a UTC day."""
        text = self.text(field)
        try:
            instant = parse_instant(text)
        except ValueError:
            raise self.fault(field, f"is {text!r}; write a day such as 2026-01-31") from None
        if instant != day_start(instant.date()):
            raise self.fault(field, f"is {text!r}; give a whole UTC day such as 2026-01-31")
        return instant

    def day_or_none(self, field: str) -> datetime | None:
        """A day, or None where the field is empty."""
        return self.day(field) if self.text(field, "") else None

    @contextmanager
    def placing(self) -> Iterator[None]:
        """Faults of a value that is made of this row name its place, too."""
        try:
            yield
        except InvalidInput as error:
            if error.message.startswith(self.place):
                raise
            raise InvalidInput(f"{self.place}: {error.message}", target=error.target) from None

    def rows(self, field: str) -> list[Row]:
        """Rows nested in a field."""
        value = self.fields.get(field) or []
        file = self.place.rpartition(":")[0]
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.fault(field, "is a list of rows")
        return [_row(file, item) for item in value]


def read_rows(path: Path, name: str) -> list[Row]:
    """The rows of a CSV file, or those under `name` in a YAML file. Raises UnreadableFile."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"{path}: {error}", target=str(path)) from None
    rows = _from_csv(path, text) if path.suffix.lower() == ".csv" else _from_yaml(path, text, name)
    if not rows:
        raise UnreadableFile(f"{path}: it has no rows under '{name}'", target=str(path))
    return rows


def read_document(path: Path) -> Row:
    """A YAML file that is one mapping, with the lists in it (Row.rows). Raises UnreadableFile."""
    try:
        document = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_TextLoader)
    except (OSError, UnicodeDecodeError, RecursionError, yaml.YAMLError) as error:
        raise UnreadableFile(f"{path}: {error}", target=str(path)) from None
    if not isinstance(document, dict):
        raise UnreadableFile(f"{path}: it has no fields", target=str(path))
    return _row(str(path), document)


def _from_csv(path: Path, text: str) -> list[Row]:
    reader = csv.DictReader(text.splitlines(), skipinitialspace=True)
    rows = []
    for row in reader:
        if None in row:
            raise UnreadableFile(
                f"{path}:{reader.line_num}: it has more values than the header has fields",
                target=str(path),
            )
        fields = {k.strip(): v or "" for k, v in row.items()}
        rows.append(Row(f"{path}:{reader.line_num}", fields))
    return rows


def _from_yaml(path: Path, text: str, name: str) -> list[Row]:
    try:
        document = yaml.load(text, Loader=_TextLoader)
    except yaml.YAMLError as error:
        raise UnreadableFile(f"{path}: {error}", target=str(path)) from None
    listed = document.get(name) if isinstance(document, dict) else document
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        raise UnreadableFile(f"{path}: it is no list of rows under '{name}'", target=str(path))
    return [_row(str(path), item) for item in listed]


def _row(file: str, item: Mapping[str, Any]) -> Row:
    fields = {key: value for key, value in item.items() if key != LINE}
    return Row(f"{file}:{item[LINE]}", fields)
