"""Every kind of price that calls have, from an event's quantities to its charge and its reasons.

Prices are those of examples/price-kinds.yaml; amounts were reckoned by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from costplane.app.workspace import Workspace
from tests.app.estate import RESOURCES, Event, take
from tests.environment.sources import ROOT

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    opened = Workspace.open(tmp_path / "data", now=lambda: NOW)
    opened.import_prices(ROOT / "examples/price-kinds.yaml")
    yield opened
    opened.close()


def call(id_: str, model: str, quantities: dict[str, object], **data: Any) -> Event:
    told = {
        "resource_id": RESOURCES[0],
        "model": model,
        "deployment_type": "GlobalStandard",
        "quantities": quantities,
    }
    return {"source": "t", "id": id_, "time": "2026-11-02T10:20:00Z", "data": told | data}


CALLS: tuple[tuple[str, dict[str, object], dict[str, str], dict[str, str]], ...] = (
    # model, quantities, further facts, costs by quantity
    ("example-chat", {"input_text": 1_000, "output_text": 10}, {}, {"input_text": "0.002"}),
    ("example-chat", {"input_text": 300_000}, {}, {"input_text": "1.2"}),
    (
        "example-chat",
        {"output_text": 1_000},
        {"service_tier": "flex"},
        {"output_text": "0.004"},
    ),
    ("dall-e-3", {"images": 3}, {"variant": "Standard 1024x1024"}, {"images": "0.12"}),
    ("dall-e-3", {"images": 3}, {"variant": "hd 1792x1024"}, {"images": "0.36"}),
    ("example-video", {"video_seconds": 7.5}, {"variant": "720p"}, {"video_seconds": "2.25"}),
    ("whisper", {"audio_seconds": 90.5}, {}, {"audio_seconds": "0.00905"}),
    ("tts", {"characters": 1_234}, {}, {"characters": "0.01851"}),
    ("example-ocr", {"pages": 12}, {}, {"pages": "0.024"}),
    ("example-chat", {"tool_calls": 4, "sessions": 1}, {}, {"tool_calls": "0.01"}),
    (
        "any",
        {"tool_calls": 4},
        {"deployment_type": "GlobalProvisionedManaged"},
        {"tool_calls": "0.01"},
    ),
    ("example-chat", {"storage_gb_days": 2.25}, {}, {"storage_gb_days": "0.225"}),
    ("example-chat", {"training_tokens": 2_000_000}, {}, {"training_tokens": "50"}),
    ("example-chat.ft-a1", {"training_tokens": 1_000_000}, {}, {"training_tokens": "25"}),
    ("example-think", {"training_hours": 1.5}, {}, {"training_hours": "150"}),
    ("example-chat.ft-a1", {"output_text": 1_000}, {}, {"output_text": "0.009"}),
    ("example-large", {"input_text": 2_500}, {}, {"input_text": "0.0075"}),
)


@pytest.mark.parametrize(("model", "quantities", "facts", "expected"), CALLS)
def test_a_call_is_charged_by_its_quantities(
    workspace: Workspace,
    model: str,
    quantities: dict[str, object],
    facts: dict[str, str],
    expected: dict[str, str],
) -> None:
    assert take(workspace, [call("1", model, quantities, **facts)]).unpriced == 0
    lines = workspace.explain_event("t", "1").lines
    assert all(line.posted for line in lines)
    found = {line.quantity: line.amount for line in lines}
    assert found.keys() == quantities.keys()
    assert {name: found[name] for name in expected} == {n: Decimal(c) for n, c in expected.items()}


@pytest.mark.parametrize(
    ("model", "quantities", "facts", "reason"),
    [
        ("dall-e-3", {"images": 1}, {}, "MissingFact: dall-e-3 images: variant"),
        ("example-think.ft-b", {"output_text": 1}, {}, "NoPriceForVariant"),
        ("example-chat", {"input_audio": 1}, {}, "NoPriceForTokenType"),
        ("example-chat", {"output_image": 1}, {}, "NoPriceForTokenType"),
        ("example-chat", {"hours": 1}, {}, "NoPriceForTokenType"),
        ("example-ocr", {"annotated_pages": 1}, {}, "NoPriceForTokenType"),
    ],
)
def test_what_has_no_price_says_why(
    workspace: Workspace,
    model: str,
    quantities: dict[str, object],
    facts: dict[str, str],
    reason: str,
) -> None:
    assert take(workspace, [call("1", model, quantities, **facts)]).unpriced == 1
    (line,) = workspace.explain_event("t", "1").lines
    assert (line.status, line.price) == ("Unpriced", None)
    assert (line.reason or "").startswith(reason)


def test_a_long_training_is_no_long_prompt(workspace: Workspace) -> None:
    """Training tokens are of no prompt: they choose no context band."""
    event = call("1", "example-chat", {"input_text": 1_000, "training_tokens": 9_000_000})
    take(workspace, [event])
    lines = {line.quantity: line.amount for line in workspace.explain_event("t", "1").lines}
    assert lines == {"input_text": Decimal("0.002"), "training_tokens": Decimal(225)}


def test_an_explanation_has_both_steps_of_a_publishers_units(workspace: Workspace) -> None:
    take(workspace, [call("1", "example-large", {"input_text": 2_500})])
    (line,) = workspace.explain_event("t", "1").lines
    assert line.price
    assert line.price.consumption
    steps = line.price.consumption
    assert (steps.unit, steps.units, steps.unit_price) == (
        "Example consumption units",
        Decimal(300),
        Decimal("0.01"),
    )
    assert (steps.file, steps.sheet) == ("price-kinds.yaml", "price-kinds")
    assert line.price.line == steps.line + 1
    assert line.amount == Decimal("0.0075")
    assert line.posted
