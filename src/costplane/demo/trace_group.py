"""The resource group of Azure's two traces of 2023, replayed call by call.

Time of day, prompt and answer of every call are those of the trace; the date is moved, and
which deployment took the calls is assigned. The group holds nothing else, so that its cost can
be computed by hand from the trace files.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO

from costplane.demo.estate import account_id, data_file
from costplane.metering.batch import EventBatch
from costplane.metering.traces.assignment import Assignment
from costplane.metering.traces.azure_2023 import read_trace

GROUP = "rg-azure-trace-2023"
TAGS = {"origin": "replayed"}
REGION = "swedencentral"
DAY = date(2026, 10, 15)
ENDED = datetime(2026, 10, 15, 20, tzinfo=UTC)
"""The first full hour after the last call."""


@dataclass(frozen=True, slots=True)
class Replay:
    """One trace, and the deployment that takes its calls."""

    file: str
    account: str
    deployment: str
    model: str
    version: str
    type: str

    @property
    def resource_id(self) -> str:
        """Id of the account."""
        return account_id(GROUP, self.account)


REPLAYS = (
    Replay(
        "AzureLLMInferenceTrace_code_2023.csv.gz",
        "aoai-dev-tools",
        "code-completion",
        "gpt-4.1",
        "2025-04-14",
        "GlobalStandard",
    ),
    Replay(
        "AzureLLMInferenceTrace_conv_2023.csv.gz",
        "aoai-assistants",
        "chat",
        "gpt-5.4-mini",
        "2026-03-17",
        "DataZoneStandard",
    ),
)


def trace_batches() -> Iterator[EventBatch]:
    """The calls of both traces."""
    for replay in REPLAYS:
        assignment = Assignment(
            resource_id=replay.resource_id,
            deployment=replay.deployment,
            model=replay.model,
            model_version=replay.version,
            deployment_type=replay.type,
            region=REGION,
            provider="azure.ai.openai",
            operation="chat",
            source=f"trace/{replay.file.partition('.')[0]}",
            day=DAY,
            tags=TAGS,
        )
        yield from read_trace(BytesIO(data_file(replay.file)), assignment)
