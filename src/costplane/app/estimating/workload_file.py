"""A workload file: YAML that says what is planned (docs/estimate.md explains the fields).

What stands beside `workloads` holds for every workload that does not say otherwise. Scalars are
read as text, so no float arises. Texts are read from paths relative to the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import yaml

from costplane.app.estimating.workload import (
    CacheLifetime,
    ImageInput,
    Plan,
    Served,
    Shape,
    Traffic,
    Workload,
)
from costplane.core.scope import parse_scope
from costplane.errors import InvalidInput, UnreadableFile
from costplane.metering.tokens.images import Detail
from costplane.pricing.providers import AZURE, provider_family

Fields = Mapping[str, Any]

TRAFFIC = (
    "calls_per_day",
    "calls_per_weekday",
    "calls_per_weekend_day",
    "calls_per_hour",
    "hours_per_day",
    "peak_calls_per_minute",
)
NUMBERS = (
    "input_tokens",
    "output_tokens",
    "reasoning_tokens",
    "audio_input_seconds",
    "audio_output_seconds",
)
SHARES = ("cached_share", "cache_write_share")
FIELDS = (
    "name",
    "model",
    "model_version",
    "deployment_type",
    "service_tier",
    "region",
    "provider",
    *TRAFFIC,
    *NUMBERS,
    *SHARES,
    "cache_lifetime",
    "text",
    "images",
    "quantities",
    "batch_share",
    "growth_per_month",
    "start",
    "months",
    "scope",
    "currency",
)
_TOP = ("workloads", "compare_models")
_IMAGE = ("width", "height", "detail", "count")
_NUMBER = re.compile(r"(?P<digits>-?\d[\d_]*(?:\.\d+)?)\s*(?P<percent>%)?")


class _TextLoader(yaml.SafeLoader):
    """Every scalar as text; a mapping with a field twice is refused."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [key.value for key, _ in node.value]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            line = node.start_mark.line + 1
            raise InvalidInput(f"line {line}: {twice} stands there twice", target=str(twice))
        return super().construct_mapping(node, deep=deep)


def read_plan(path: Path, this_month: date) -> Plan:
    """The plan in a file; workloads without `start` begin in `this_month`.

    Raises UnreadableFile if it is no YAML, InvalidInput naming file, workload and field.
    """
    try:
        document = yaml.load(path.read_text("utf-8"), Loader=_TextLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"{path}: not YAML: {error}") from error
    except InvalidInput as error:
        raise _of(f"{path}", error) from error
    try:
        return plan_of(document, path.stem, path.parent, this_month)
    except InvalidInput as error:
        raise _of(f"{path}", error) from error


def plan_of(document: object, name: str, folder: Path, this_month: date) -> Plan:
    """The plan that a document means; texts are read from `folder`."""
    if not isinstance(document, dict) or not isinstance(document.get("workloads"), list):
        raise InvalidInput("write a list of workloads under 'workloads:'", target="workloads")
    common = {field: value for field, value in document.items() if field not in _TOP}
    _known(common, FIELDS)
    title = str(common.pop("name", name))
    workloads = [
        _workload(common, fields, number, folder, this_month)
        for number, fields in enumerate(document["workloads"], start=1)
    ]
    return Plan(title, tuple(workloads), tuple(_texts(document, "compare_models")))


def _workload(
    common: Fields, fields: object, number: int, folder: Path, this_month: date
) -> Workload:
    if not isinstance(fields, dict):
        raise InvalidInput(f"workload {number}: write its fields", target="workloads")
    name = str(fields.get("name") or f"workload {number}")
    try:
        _known(fields, FIELDS)
        return workload_of({**common, **fields, "name": name}, folder, this_month)
    except InvalidInput as error:
        raise _of(f"workload '{name}'", error) from error


def workload_of(fields: Fields, folder: Path, this_month: date) -> Workload:
    """One workload from its fields, as a file or the command's options give them."""
    start = fields.get("start")
    return Workload(
        name=_text(fields, "name") or _text(fields, "model") or "workload",
        served=_served(fields),
        traffic=_traffic(fields),
        shape=_shape(fields, folder),
        start=_month(start) if start else this_month,
        months=_whole(fields, "months", 1),
        growth=_number(fields, "growth_per_month", percent=True),
        batch_share=_number(fields, "batch_share", percent=True),
        scope=parse_scope(_text(fields, "scope") or "/").id,
        currency=_text(fields, "currency"),
    )


def _served(fields: Fields) -> Served:
    provider = provider_family(_text(fields, "provider") or AZURE)
    azure = provider == AZURE
    region = _text(fields, "region")
    return Served(
        model=(_text(fields, "model") or "").lower(),
        model_version=_text(fields, "model_version"),
        deployment_type=_text(fields, "deployment_type") or ("GlobalStandard" if azure else None),
        service_tier=_text(fields, "service_tier"),
        region=region.lower().replace(" ", "") if region else None,
        provider=provider,
    )


def _traffic(fields: Fields) -> Traffic:
    told = [field for field in TRAFFIC[:4] if field in fields]
    by_day = told in (["calls_per_weekday"], ["calls_per_weekday", "calls_per_weekend_day"])
    if not by_day and told not in (["calls_per_day"], ["calls_per_hour"]):
        raise InvalidInput(
            "give calls_per_day, or calls_per_weekday with calls_per_weekend_day, or "
            "calls_per_hour with hours_per_day",
            target="calls_per_day",
        )
    hours = _number(fields, "hours_per_day") if "hours_per_day" in fields else Fraction(24)
    peak = "peak_calls_per_minute"
    most = _number(fields, peak) if peak in fields else None
    if by_day:
        weekday, weekend = (_number(fields, name) for name in TRAFFIC[1:3])
        return Traffic(weekday, weekend, hours, most)
    calls = _number(fields, told[0]) * (hours if told[0] == "calls_per_hour" else 1)
    return Traffic(calls, calls, hours, most)


def _shape(fields: Fields, folder: Path) -> Shape:
    numbers = {name: _number(fields, name) for name in NUMBERS}
    shares = {name: _number(fields, name, percent=True) for name in SHARES}
    further = fields.get("quantities", {})
    if not isinstance(further, dict):
        raise InvalidInput("quantities: write 'name: amount of a call'", target="quantities")
    return Shape(
        **numbers,
        **shares,
        texts=tuple((path, _content(folder / path)) for path in _texts(fields, "text")),
        cache_lifetime=cast(CacheLifetime, _text(fields, "cache_lifetime") or ""),
        images=tuple(_image(image) for image in fields.get("images") or ()),
        further=tuple((str(name), _number(further, name)) for name in further),
    )


def _image(fields: object) -> ImageInput:
    if not isinstance(fields, dict):
        raise InvalidInput("images: write width, height and detail of each", target="images")
    _known(fields, _IMAGE)
    return ImageInput(
        _whole(fields, "width"),
        _whole(fields, "height"),
        cast(Detail, _text(fields, "detail") or "auto"),
        _number(fields, "count") if "count" in fields else Fraction(1),
    )


def _content(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"text {path} cannot be read: {error}", target="text") from error


def _month(text: object) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise InvalidInput(f"start is {text!r}; write a month as 2027-01", target="start") from None


def _number(fields: Fields, name: str, *, percent: bool = False) -> Fraction:
    """A number as written, 0 where it is not; `60%` is 0.6 where a `percent` may stand."""
    text = str(fields.get(name, "0")).strip()
    found = _NUMBER.fullmatch(text)
    if not found or (found["percent"] and not percent):
        example = "a share such as 60% or 0.6" if percent else "a number such as 1200"
        raise InvalidInput(f"{name} is {text!r}; give {example}", target=name)
    number = Fraction(found["digits"].replace("_", ""))
    return number / 100 if found["percent"] else number


def _whole(fields: Fields, name: str, default: int | None = None) -> int:
    text = str(fields.get(name, "" if default is None else default)).strip()
    if not text.isascii() or not text.isdecimal():
        raise InvalidInput(f"{name} is {text!r}; give a whole number", target=name)
    return int(text)


def _text(fields: Fields, name: str) -> str | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidInput(f"{name}: write one value", target=name)
    return (value or "").strip() or None


def _texts(fields: Fields, name: str) -> list[str]:
    value = fields.get(name) or []
    several = [value] if isinstance(value, str) else value
    if not isinstance(several, list) or not all(isinstance(text, str) for text in several):
        raise InvalidInput(f"{name}: write one value or a list of them", target=name)
    return several


def _known(fields: Mapping[Any, Any], allowed: tuple[str, ...]) -> None:
    unknown = next((field for field in fields if field not in allowed), None)
    if unknown is not None:
        known = ", ".join(allowed)
        raise InvalidInput(f"{unknown} is no field; use {known}", target=str(unknown))


def _of(place: str, error: InvalidInput) -> InvalidInput:
    return InvalidInput(f"{place}: {error.message}", target=error.target)
