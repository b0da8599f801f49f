"""What each call used: prompt and answer of a real call, split as its provider tells them.

The trace gives prompt and answer together. How much of a prompt was cached is the ratio of a
call of the Mooncake trace (for its own calls, their own). The rest is arithmetic on integers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from costplane.demo import outcomes
from costplane.demo.arrivals import Stream
from costplane.demo.estate import Caching, Estate, Model, Tokens
from costplane.demo.samples import Counts, Samples, samples

Chances = npt.NDArray[np.float64]
"""Numbers in [0, 1), one a call."""

_SMALLEST_CACHED = 1_024
"""Prompt tokens below which no provider caches."""
_STEP = 128
"""OpenAI counts cached tokens in steps of this many."""
_BLOCK = 512
"""Tokens of a block of the Mooncake trace; whole new blocks are written to the cache."""

_CACHE_KINDS: dict[Caching, tuple[str, ...]] = {
    "none": (),
    "read": ("input_text_cached",),
    "read-write": ("input_text_cached", "input_text_cache_write"),
    "read-write-5m": ("input_text_cached", "input_text_cache_write_5m"),
}

_TRACES: tuple[Tokens, ...] = ("code", "conversation", "agent", "long-agent")


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls that were drawn: the stream and the ending of each, and its tokens."""

    stream: Counts
    outcome: Counts
    prompt: Counts
    output: Counts
    cached: Counts


def draw_calls(
    streams: Sequence[Stream], stream: Counts, outcome: Counts, row: Chances, ratio: Chances
) -> Calls:
    """Calls with the tokens of the trace's call that `row` picks. Where the trace does not
    tell what was cached, `ratio` picks a call of the agents' trace whose share it takes."""
    calls = Calls(stream, outcome, *(np.zeros(len(stream), dtype=np.int64) for _ in range(3)))
    trace = np.array([_TRACES.index(s.tokens) for s in streams])[stream]
    for number, name in enumerate(_TRACES):
        at = np.flatnonzero(trace == number)
        told = samples(name)
        picked = np.floor(row[at] * len(told)).astype(np.int64)
        calls.prompt[at], calls.output[at] = told.prompt[picked], told.output[picked]
        calls.cached[at] = _cached(told, picked, ratio[at])
    return calls


def used(model: Model) -> tuple[str, ...]:
    """The quantities that calls to `model` tell."""
    prompt = ("input_text", *_CACHE_KINDS[model.caching])
    if model.operation == "embeddings":
        return prompt
    return (*prompt, "output_text", *(("output_reasoning",) if model.reasoning else ()))


def quantities(estate: Estate, streams: Sequence[Stream], calls: Calls) -> dict[str, pa.Array]:
    """The disjoint quantities of each call, by name; null where the call did not tell one."""
    models = [estate.models[stream.placed.deployment.model] for stream in streams]
    counts = _counts(calls, models)
    told = ~outcomes.told("nothing")[calls.outcome]
    answered = told & ~outcomes.told("prompt")[calls.outcome]
    columns = {}
    for name, count in counts.items():
        tells = np.array([name in used(model) for model in models])[calls.stream]
        tells &= answered if name.startswith("output") else told
        columns[name] = pa.array(count, mask=~tells)
    return columns


def _counts(calls: Calls, models: Sequence[Model]) -> dict[str, Counts]:
    """Each kind of token of each call, as far as its model has it."""
    caching = np.array([model.caching for model in models])[calls.stream]
    share = np.array([model.reasoning for model in models])[calls.stream]
    cacheable = calls.prompt >= _SMALLEST_CACHED
    read = np.where(cacheable & (caching != "none"), calls.cached // _STEP * _STEP, 0)
    new = calls.prompt - read
    writes = cacheable & np.char.startswith(caching, "read-write")
    written = np.where(writes, new // _BLOCK * _BLOCK, 0)
    output = np.where(outcomes.told("half")[calls.outcome], calls.output // 2, calls.output)
    reasoning = output * share // 100
    return {
        "input_text": new - written,
        "input_text_cached": read,
        "input_text_cache_write": written,
        "input_text_cache_write_5m": written,
        "output_text": output - reasoning,
        "output_reasoning": reasoning,
    }


def _cached(told: Samples, picked: Counts, ratio: Chances) -> Counts:
    if told.cached is not None:
        return told.cached[picked]
    cached, prompt = _ratios()
    like = np.floor(ratio * len(prompt)).astype(np.int64)
    return told.prompt[picked] * cached[like] // prompt[like]


def _ratios() -> tuple[Counts, Counts]:
    agents = samples("agent")
    assert agents.cached is not None
    return agents.cached, agents.prompt
