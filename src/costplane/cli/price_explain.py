"""`costplane prices explain`: which price row a use would get, and why."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from costplane.cli.location import DataOption, TablesOption, opened
from costplane.cli.output import Format, FormatOption, plain, print_json, print_pairs

if TYPE_CHECKING:
    from costplane.catalog.scopes import ScopeNode
    from costplane.core.scope import Scope
    from costplane.pricing.book import Offer
    from costplane.pricing.question import Answer, PriceQuestion

USUAL = ("input_text", "input_text_cached", "output_text")


def explain(
    model: Annotated[str, typer.Option(help="Model, such as gpt-4.1.")],
    data: DataOption = None,
    tables: TablesOption = None,
    model_version: Annotated[str | None, typer.Option(show_default=False)] = None,
    deployment_type: Annotated[
        str | None, typer.Option(help="Azure SKU name.", show_default=False)
    ] = None,
    region: Annotated[str | None, typer.Option(show_default=False)] = None,
    service_tier: Annotated[str | None, typer.Option(show_default=False)] = None,
    variant: Annotated[
        str | None,
        typer.Option(help="fine-tuned, or quality and size of images.", show_default=False),
    ] = None,
    quantity: Annotated[
        list[str] | None, typer.Option(help="Token type; may be repeated.", show_default=False)
    ] = None,
    context_tokens: Annotated[int, typer.Option(help="Length of the prompt.", min=0)] = 0,
    provider: Annotated[str, typer.Option(help="Who serves the model.")] = "azure",
    scope: Annotated[str, typer.Option(help="Who pays.")] = "/",
    at: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], show_default=False),
    ] = None,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Say which price row a use would get, and why."""
    from costplane.core.scope import parse_scope
    from costplane.pricing.model_names import priced_variant
    from costplane.pricing.providers import provider_family
    from costplane.pricing.question import PriceQuestion

    with opened(data, tables) as workspace:
        payers = _payers(workspace.scopes(), parse_scope(scope))
        instant = at.replace(tzinfo=UTC) if at else workspace.now()
        asked = [
            PriceQuestion(
                payers,
                model.lower(),
                model_version,
                deployment_type,
                service_tier,
                region.lower() if region else None,
                name,
                context_tokens,
                provider_family(provider),
                priced_variant(model, variant, provider_family(provider)),
            )
            for name in quantity or USUAL
        ]
        answers = [(question, workspace.explain_price(question, instant)) for question in asked]
    if format_ is Format.JSON:
        print_json([_data(question, answer) for question, answer in answers])
        return
    for number, (question, answer) in enumerate(answers):
        if number:
            print()
        print_pairs(_pairs(question, answer))


def _payers(nodes: list[ScopeNode], scope: Scope) -> tuple[str, ...]:
    """The scopes whose own sheets may price the use, the narrowest first."""
    parents = {node.id: node.parents for node in nodes}
    if scope.kind == "Resource":
        parents[scope.id] = (scope.id.partition("/providers/")[0],)
    chain = [scope.id]
    for scope_id in chain:
        chain += [parent for parent in parents.get(scope_id, ()) if parent not in chain]
    return tuple(chain)


def _data(question: PriceQuestion, answer: Answer) -> dict[str, object]:
    return {"question": asdict(question), "answer": asdict(answer)}


def _pairs(question: PriceQuestion, answer: Answer) -> list[tuple[str, object]]:
    from costplane.core.reasons import in_words
    from costplane.pricing.question import Unresolved

    if isinstance(answer, Unresolved):
        return [
            ("use", question.quantity),
            ("price", "none"),
            ("because", f"{in_words(answer.reason)} ({answer.code})"),
        ]
    row = answer.offer.row
    until = f"until {row.valid_to:%F}" if row.valid_to else "without end"
    return [
        ("use", question.quantity),
        ("price", f"{plain(row.price)} {row.currency} for {row.priced}"),
        *_units(answer.offer),
        ("meter", f"{row.meter_name} ({row.product})"),
        ("region", row.region or "everywhere"),
        ("valid", f"from {row.valid_from:%F}, {until}"),
        ("source", answer.offer.place),
        ("because", ", ".join(answer.steps)),
    ]


def _units(offer: Offer) -> list[tuple[str, object]]:
    """The steps of a price in a publisher's units."""
    step, row = offer.conversion, offer.row
    if step is None:
        return []
    unit = step.unit.row
    return [
        ("in units", f"{plain(step.units)} {unit.meter_name} for {row.priced}"),
        ("a unit", f"{plain(unit.price)} {unit.currency}, {step.unit.place}"),
    ]
