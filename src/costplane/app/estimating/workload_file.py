"""A workload file: YAML that says what is planned (docs/estimate.md explains the fields).

What stands beside `workloads` holds for every workload that does not say otherwise. Scalars are
read as text, so no float arises. Texts are read from paths relative to the file.
"""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import yaml

from costplane.app.estimating.fields import Fields, known, month, number, text, texts, whole
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
    "variant",
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
    known(common, FIELDS)
    title = text(common, "name") or name
    common.pop("name", None)
    workloads = [
        _workload(common, fields, number, folder, this_month)
        for number, fields in enumerate(document["workloads"], start=1)
    ]
    return Plan(title, tuple(workloads), tuple(texts(document, "compare_models")))


def _workload(
    common: Fields, fields: object, number: int, folder: Path, this_month: date
) -> Workload:
    if not isinstance(fields, dict):
        raise InvalidInput(f"workload {number}: write its fields", target="workloads")
    name = text(fields, "name") or f"workload {number}"
    try:
        known(fields, FIELDS)
        return workload_of({**common, **fields, "name": name}, folder, this_month)
    except InvalidInput as error:
        raise _of(f"workload '{name}'", error) from error


def workload_of(fields: Fields, folder: Path, this_month: date) -> Workload:
    """One workload from its fields, as a file or the command's options give them."""
    start = fields.get("start")
    workload = Workload(
        name=text(fields, "name") or text(fields, "model") or "workload",
        served=_served(fields),
        traffic=_traffic(fields),
        shape=_shape(fields, folder),
        start=month(start) if start else this_month,
        months=whole(fields, "months", 1),
        growth=number(fields, "growth_per_month", percent=True),
        batch_share=number(fields, "batch_share", percent=True),
        scope=parse_scope(text(fields, "scope") or "/").id,
        currency=text(fields, "currency"),
    )
    if workload.shape == Shape():
        raise InvalidInput(
            "calls use nothing; give input_tokens, output_tokens, text, images, "
            "audio_input_seconds or quantities",
            target="input_tokens",
        )
    return workload


def _served(fields: Fields) -> Served:
    provider = provider_family(text(fields, "provider") or AZURE)
    azure = provider == AZURE
    region = text(fields, "region")
    return Served(
        model=(text(fields, "model") or "").lower(),
        model_version=text(fields, "model_version"),
        deployment_type=text(fields, "deployment_type") or ("GlobalStandard" if azure else None),
        service_tier=text(fields, "service_tier"),
        region=region.lower().replace(" ", "") if region else None,
        provider=provider,
        variant=text(fields, "variant"),
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
    hours = number(fields, "hours_per_day") if "hours_per_day" in fields else Fraction(24)
    peak = "peak_calls_per_minute"
    most = number(fields, peak) if peak in fields else None
    if by_day:
        weekday, weekend = (number(fields, name) for name in TRAFFIC[1:3])
        return Traffic(weekday, weekend, hours, most)
    calls = number(fields, told[0]) * (hours if told[0] == "calls_per_hour" else 1)
    return Traffic(calls, calls, hours, most)


def _shape(fields: Fields, folder: Path) -> Shape:
    numbers = {name: number(fields, name) for name in NUMBERS}
    shares = {name: number(fields, name, percent=True) for name in SHARES}
    further = fields.get("quantities", {})
    if not isinstance(further, dict):
        raise InvalidInput("quantities: write 'name: amount of a call'", target="quantities")
    return Shape(
        **numbers,
        **shares,
        texts=tuple((path, _content(folder / path)) for path in texts(fields, "text")),
        cache_lifetime=cast(CacheLifetime, text(fields, "cache_lifetime") or ""),
        images=tuple(_image(image) for image in fields.get("images") or ()),
        further=tuple((str(name), number(further, name)) for name in further),
    )


def _image(fields: object) -> ImageInput:
    if not isinstance(fields, dict):
        raise InvalidInput("images: write width, height and detail of each", target="images")
    known(fields, _IMAGE)
    return ImageInput(
        whole(fields, "width"),
        whole(fields, "height"),
        cast(Detail, text(fields, "detail") or "auto"),
        number(fields, "count") if "count" in fields else Fraction(1),
    )


def _content(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"text {path} cannot be read: {error}", target="text") from error


def _of(place: str, error: InvalidInput) -> InvalidInput:
    return InvalidInput(f"{place}: {error.message}", target=error.target)
