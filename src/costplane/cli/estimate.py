"""`costplane estimate`: what planned workloads will cost."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from costplane.cli.location import DataOption, TablesOption, opened
from costplane.cli.output import Format, FormatOption, print_json
from costplane.errors import InvalidInput

if TYPE_CHECKING:
    from costplane.app.estimating.workload import Plan

Words = Annotated[str | None, typer.Option(show_default=False)]


def _option(help_: str) -> Any:
    return typer.Option(help=help_, show_default=False)


def estimate(
    file: Annotated[
        Path | None,
        typer.Argument(help="Workload file (YAML).", exists=True, dir_okay=False),
    ] = None,
    data: DataOption = None,
    tables: TablesOption = None,
    model: Annotated[str | None, _option("Model, such as gpt-4.1.")] = None,
    model_version: Words = None,
    deployment_type: Annotated[str | None, _option("Azure SKU name; GlobalStandard.")] = None,
    service_tier: Words = None,
    region: Words = None,
    provider: Annotated[str | None, _option("Who serves the model; azure.")] = None,
    variant: Annotated[
        str | None, _option("fine-tuned, or quality and size of images or videos made.")
    ] = None,
    calls_per_day: Words = None,
    calls_per_weekday: Words = None,
    calls_per_weekend_day: Words = None,
    calls_per_hour: Words = None,
    hours_per_day: Annotated[str | None, _option("Hours in which the calls come; 24.")] = None,
    peak_calls_per_minute: Words = None,
    input_tokens: Annotated[str | None, _option("Tokens in, of an average call.")] = None,
    output_tokens: Annotated[str | None, _option("Tokens out, reasoning apart.")] = None,
    reasoning_tokens: Words = None,
    cached_share: Annotated[str | None, _option("Part of the input read from cache: 60%.")] = None,
    cache_write_share: Words = None,
    cache_lifetime: Annotated[str | None, _option("5m, 30m, 1h or 12h.")] = None,
    text: Annotated[
        list[Path] | None, _option("Prompt whose tokens are counted; may be repeated.")
    ] = None,
    image: Annotated[
        list[str] | None, _option("WIDTHxHEIGHT or WIDTHxHEIGHT:low; may be repeated.")
    ] = None,
    quantity: Annotated[
        list[str] | None, _option("NAME=AMOUNT of a call, such as images=1; may be repeated.")
    ] = None,
    audio_input_seconds: Words = None,
    audio_output_seconds: Words = None,
    batch_share: Annotated[str | None, _option("Part of the calls sent as batch: 20%.")] = None,
    growth_per_month: Annotated[str | None, _option("Growth of the calls: 5%.")] = None,
    start: Annotated[str | None, _option("First month: 2027-01; this month.")] = None,
    months: Words = None,
    scope: Annotated[str | None, _option("Who pays: own prices of this scope count.")] = None,
    currency: Annotated[
        str | None, _option("Billing currency, where no agreement says it.")
    ] = None,
    prices_at: Annotated[
        str | None,
        _option("Day whose prices hold, or each-month; today."),
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Show other deployment types and provisioned units.")
    ] = False,
    compare_model: Annotated[
        list[str] | None,
        _option("Compare with this model (NAME or NAME@VERSION), too; may be repeated."),
    ] = None,
    save: Annotated[str | None, _option("Keep the estimate under this name.")] = None,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Estimate what a workload will cost, by meter and month."""
    from costplane.app.estimating.alternatives import compare as alternatives
    from costplane.app.estimating.fields import price_instant
    from costplane.cli.estimate_compare import print_alternatives
    from costplane.cli.estimate_output import as_data, print_estimate

    told: dict[str, object] = {
        "model": model,
        "model_version": model_version,
        "deployment_type": deployment_type,
        "service_tier": service_tier,
        "region": region,
        "provider": provider,
        "variant": variant,
        "calls_per_day": calls_per_day,
        "calls_per_weekday": calls_per_weekday,
        "calls_per_weekend_day": calls_per_weekend_day,
        "calls_per_hour": calls_per_hour,
        "hours_per_day": hours_per_day,
        "peak_calls_per_minute": peak_calls_per_minute,
        "input_tokens": input_tokens,
        "output_tokens": output_tokens,
        "reasoning_tokens": reasoning_tokens,
        "cached_share": cached_share,
        "cache_write_share": cache_write_share,
        "cache_lifetime": cache_lifetime,
        "text": [str(path) for path in text or ()],
        "quantities": dict(_quantity(told) for told in quantity or ()),
        "images": [_image(size) for size in image or ()],
        "audio_input_seconds": audio_input_seconds,
        "audio_output_seconds": audio_output_seconds,
        "batch_share": batch_share,
        "growth_per_month": growth_per_month,
        "start": start,
        "months": months,
        "scope": scope,
        "currency": currency,
    }
    given = {name: value for name, value in told.items() if value}
    with opened(data, tables) as workspace:
        plan = _plan(file, given, workspace.now().date().replace(day=1))
        at = price_instant(prices_at, workspace.now(), "--prices-at")
        plan = replace(plan, compare_models=(*plan.compare_models, *(compare_model or ())))
        found = workspace.estimating.estimate(plan, at)
        saved = workspace.estimates.save(save, found, workspace.now()) if save else None
        wanted = compare or plan.compare_models
        beside = alternatives(workspace.estimating, plan, at) if wanted else []
    if format_ is Format.JSON:
        told_of = {"name": saved.name, "version": saved.version} if saved else None
        others = [asdict(one) for one in beside]
        print_json(as_data(found) | {"alternatives": others, "saved": told_of})
    else:
        print_estimate(found)
        if beside:
            print_alternatives(plan, beside)
        if saved:
            print(f"saved: {saved.name}, version {saved.version}")


def _plan(file: Path | None, given: dict[str, object], this_month: date) -> Plan:
    """The plan of the file, or of the one workload that the options describe."""
    from costplane.app.estimating.workload_file import plan_of, read_plan

    if file is None:
        if "model" not in given:
            raise InvalidInput("name a workload file, or a --model with --calls-per-day")
        name = str(given["model"])
        return plan_of({"workloads": [{"name": name, **given}]}, name, Path(), this_month)
    if given:
        option = next(iter(given)).replace("_", "-")
        raise InvalidInput(f"--{option} describes a workload; write it into {file}")
    return read_plan(file, this_month)


def _image(text: str) -> dict[str, str]:
    size, _, detail = text.partition(":")
    width, cross, height = size.lower().partition("x")
    if not cross:
        raise InvalidInput(f"--image is {text!r}; write 1024x768 or 1024x768:low", target="--image")
    return {"width": width, "height": height, "detail": detail or "auto"}


def _quantity(text: str) -> tuple[str, str]:
    name, equals, amount = text.partition("=")
    if not equals:
        raise InvalidInput(
            f"--quantity is {text!r}; write NAME=AMOUNT, such as images=1", target="--quantity"
        )
    return name.strip(), amount.strip()
