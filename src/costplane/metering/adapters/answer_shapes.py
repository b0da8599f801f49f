"""What answers of model APIs look like, as data: how each is told, and where its facts stand.

Their usage objects are read by the shapes in `extract/`; a row names the one of its API where the
keys alone would leave a doubt. Sources: the API references named there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from costplane.metering.adapters.adapter import Record


@dataclass(frozen=True, slots=True)
class AnswerShape:
    """An API's answer: it `tells` these values and has these `keys`. The other fields are paths
    (`choices/0/finish_reason`) to its facts. `provider` is None where several answer so."""

    operation: str
    keys: frozenset[str] = frozenset()
    tells: Mapping[str, str] = field(default_factory=dict)
    provider: str | None = None
    usage_format: str | None = None
    id: str = "id"
    time: str = "created"
    model: str = "model"
    usage: str = "usage"
    finish: str = "choices/0/finish_reason"
    tier: str = "service_tier"

    def fits(self, record: Record) -> bool:
        """Whether a record is such an answer."""
        told = all(record.get(key) == value for key, value in self.tells.items())
        return told and self.keys <= record.keys()


def _keys(*names: str) -> frozenset[str]:
    return frozenset(names)


_TRANSCRIBED = {"type": "conversation.item.input_audio_transcription.completed"}

SHAPES: tuple[AnswerShape, ...] = (
    AnswerShape("chat", tells={"object": "chat.completion"}),
    AnswerShape("chat", tells={"object": "chat.completion.chunk"}),
    AnswerShape("text_completion", tells={"object": "text_completion"}),
    AnswerShape(
        "responses",
        tells={"object": "response"},
        usage_format="openai.responses",
        time="created_at",
        finish="status",
    ),
    AnswerShape(
        "chat",
        tells={"type": "message"},
        provider="anthropic",
        usage_format="anthropic.messages",
        finish="stop_reason",
        tier="usage/service_tier",
    ),
    AnswerShape(
        "realtime",
        tells={"type": "response.done"},
        usage_format="openai.realtime",
        id="response/id",
        usage="response/usage",
        finish="response/status",
    ),
    AnswerShape("transcription", tells=_TRANSCRIBED, id="item_id"),
    AnswerShape(
        "generate_content",
        keys=_keys("usageMetadata"),
        provider="gcp.gemini",
        usage_format="gcp.gemini",
        id="responseId",
        time="createTime",
        model="modelVersion",
        usage="usageMetadata",
        finish="candidates/0/finishReason",
    ),
    AnswerShape(
        "chat",
        keys=_keys("stopReason", "usage"),
        provider="aws.bedrock",
        usage_format="aws.bedrock.converse",
        id="ResponseMetadata/RequestId",
        finish="stopReason",
    ),
    AnswerShape("ocr", keys=_keys("usage_info"), provider="mistral_ai", usage="usage_info"),
    AnswerShape("chat", keys=_keys("message", "usage"), provider="cohere", finish="finish_reason"),
    AnswerShape("rerank", keys=_keys("results", "meta"), provider="cohere", usage="meta"),
    AnswerShape("embeddings", keys=_keys("embeddings", "meta"), provider="cohere", usage="meta"),
    AnswerShape("chat", keys=_keys("text", "meta"), provider="cohere", usage="meta"),
    AnswerShape("embeddings", keys=_keys("usage"), tells={"object": "list"}),
    AnswerShape("transcription", keys=_keys("text", "usage")),
    AnswerShape("transcription", keys=_keys("text", "duration")),
    AnswerShape("image", keys=_keys("created", "data"), usage_format="openai.images"),
)
"""In the order in which they are tried."""

_MAKERS = {
    "openai": ("gpt", "chatgpt", "o1", "o3", "o4", "text-embedding", "dall-e", "whisper", "tts",
               "davinci", "babbage", "codex", "computer-use", "omni-", "sora", "ft:"),
    "mistral_ai": ("mistral", "ministral", "magistral", "codestral", "devstral", "pixtral",
                   "voxtral", "open-mistral", "open-mixtral"),
    "deepseek": ("deepseek",),
    "x_ai": ("grok",),
}  # fmt: skip
"""Who answers in OpenAI's form, by how the names of their models begin."""


def maker(model: str | None) -> str | None:
    """The provider whose model it is, by its name; None for a model of others."""
    name = (model or "").lower()
    return next((maker for maker, starts in _MAKERS.items() if name.startswith(starts)), None)


def shape_of(record: Record) -> AnswerShape | None:
    """The row that a record fits; None for what is no answer."""
    return next((shape for shape in SHAPES if shape.fits(record)), None)


def at(record: Record, path: str) -> object:
    """The value at `path`; None if there is none."""
    value: object = record
    for step in path.split("/"):
        if isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value
