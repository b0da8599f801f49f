"""What was measured in production: prompts, answers and caching of real calls, and the rhythm
of real tenants. data/SOURCES.md names the traces.
"""

from __future__ import annotations

import gzip
import io
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow.csv as pacsv

from costplane.demo.estate import Tokens, data_file

Counts = npt.NDArray[np.int64]

FORTNIGHT = 336
"""Hours that the rhythm was measured for; the first is taken to be a Monday's."""

LONG_PROMPT = 24_000
"""Tokens from which a call of the agents' trace counts as one with a long context."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Calls of a trace: `cached` of `prompt` tokens had been seen before (None: not told)."""

    prompt: Counts
    output: Counts
    cached: Counts | None = None

    def __len__(self) -> int:
        return len(self.prompt)


@cache
def samples(name: Tokens) -> Samples:
    """The calls of a trace, in its order."""
    if name == "long-agent":
        calls = samples("agent")
        assert calls.cached is not None
        long = calls.prompt >= LONG_PROMPT
        return Samples(calls.prompt[long], calls.output[long], calls.cached[long])
    return _READERS[name]()


@cache
def rhythm() -> dict[int, npt.NDArray[np.float64]]:
    """Each tenant's rate in every hour of a fortnight, relative to its mean."""
    columns = _columns(data_file("servegen_rhythm.csv"))
    return {int(client): column.astype(np.float64) for client, column in columns.items()}


def _azure(name: str) -> Samples:
    columns = _columns(gzip.decompress(data_file(f"AzureLLMInferenceTrace_{name}_2023.csv.gz")))
    return Samples(columns["ContextTokens"], columns["GeneratedTokens"])


def _mooncake() -> Samples:
    columns = _columns(gzip.decompress(data_file("mooncake_tokens.csv.gz")))
    return Samples(columns["input"], columns["output"], columns["cached"])


_READERS = {
    "code": lambda: _azure("code"),
    "conversation": lambda: _azure("conv"),
    "agent": _mooncake,
}


def _columns(text: bytes) -> dict[str, npt.NDArray[np.int64]]:
    table = pacsv.read_csv(io.BytesIO(text))
    return {name: table.column(name).to_numpy() for name in table.column_names}
