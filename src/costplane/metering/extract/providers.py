"""Shapes of further providers, of OpenTelemetry and of LiteLLM.

Each docstring says what the whole includes and where that is documented; `within` says it to
the machine. Keys that are not listed (totals, times, costs, tiers) are passed over.
"""

from __future__ import annotations

from costplane.metering.extract.openai import ANTHROPIC_CACHE, CHAT_COUNTS, completion
from costplane.metering.extract.shape import Count, Shape, Sign

_SEARCHES = Count("searches", "server_tool_use/web_search_requests")

_CREATED = "cache_creation_input_tokens"
ANTHROPIC = Shape(
    "anthropic.messages",
    (
        Sign(
            keys=ANTHROPIC_CACHE | {"cache_creation", "server_tool_use"},
            without=frozenset({"input_tokens_details", "prompt_tokens"}),
        ),
        Sign(keys=frozenset({"input_tokens"}), providers=frozenset({"anthropic"})),
    ),
    (
        Count("input_text", "input_tokens"),
        Count("input_text_cached", "cache_read_input_tokens"),
        Count("input_text_cache_write", _CREATED),
        Count("input_text_cache_write_5m", "cache_creation/ephemeral_5m_input_tokens", (_CREATED,)),
        Count("input_text_cache_write_1h", "cache_creation/ephemeral_1h_input_tokens", (_CREATED,)),
        Count("output_text", "output_tokens"),
        Count("output_reasoning", "output_tokens_details/thinking_tokens", ("output_tokens",)),
        _SEARCHES,
    ),
)
"""Messages API, direct or on Foundry, Bedrock and Vertex. `input_tokens` excludes what was read
from and written to the cache; the output includes thinking. Written tokens whose lifetime is
not told stay without one. Source: Anthropic API reference, Messages, usage."""

_WRITTEN = "cacheWriteInputTokens"
BEDROCK = Shape(
    "aws.bedrock.converse",
    (Sign(keys=frozenset({"inputTokens", "outputTokens"})),),
    (
        Count("input_text", "inputTokens"),
        Count("input_text_cached", "cacheReadInputTokens", aliases=("cacheReadInputTokenCount",)),
        Count("input_text_cache_write", _WRITTEN, aliases=("cacheWriteInputTokenCount",)),
        Count("input_text_cache_write_5m", "cacheDetails[ttl=5m]/inputTokens", (_WRITTEN,)),
        Count("input_text_cache_write_1h", "cacheDetails[ttl=1h]/inputTokens", (_WRITTEN,)),
        Count("output_text", "outputTokens"),
    ),
)
"""Converse. `inputTokens` excludes the cache. Source: Bedrock API reference, TokenUsage."""


def _modality(quantity: str, details: str, modality: str, *within: str) -> Count:
    return Count(quantity, f"{details}[modality={modality}]/tokenCount", within)


_PROMPT, _CACHED, _TOOLS = "promptTokenCount", "cachedContentTokenCount", "toolUsePromptTokenCount"
_CANDIDATES = "candidatesTokenCount"
GEMINI = Shape(
    "gcp.gemini",
    (Sign(keys=frozenset({_PROMPT, _CANDIDATES, "responseTokenCount", "totalTokenCount"})),),
    (
        Count("input_text", _PROMPT),
        _modality("input_audio", "promptTokensDetails", "AUDIO", _PROMPT),
        _modality("input_image", "promptTokensDetails", "IMAGE", _PROMPT),
        _modality("input_image", "promptTokensDetails", "DOCUMENT", _PROMPT),
        Count("input_text_cached", _CACHED, (_PROMPT,)),
        *(
            _modality(
                f"{quantity}_cached",
                "cacheTokensDetails",
                modality,
                _CACHED,
                f"promptTokensDetails[modality={modality}]/tokenCount",
            )
            for quantity, modality in (
                ("input_audio", "AUDIO"),
                ("input_image", "IMAGE"),
                ("input_image", "DOCUMENT"),
            )
        ),
        Count("input_text", _TOOLS),
        _modality("input_audio", "toolUsePromptTokensDetails", "AUDIO", _TOOLS),
        _modality("input_image", "toolUsePromptTokensDetails", "IMAGE", _TOOLS),
        _modality("input_image", "toolUsePromptTokensDetails", "DOCUMENT", _TOOLS),
        Count("output_text", _CANDIDATES, aliases=("responseTokenCount",)),
        _modality("output_audio", "candidatesTokensDetails", "AUDIO", _CANDIDATES),
        _modality("output_image", "candidatesTokensDetails", "IMAGE", _CANDIDATES),
        Count("output_reasoning", "thoughtsTokenCount"),
    ),
)
"""`usageMetadata` of Gemini. The prompt includes cached content, not the prompts of tools; the
candidates exclude thoughts. Pages of documents are seen as images and counted with them;
video is counted with text, as it is priced. Source: Gemini API reference, UsageMetadata."""

MISTRAL = Shape(
    "mistral.chat",
    (
        Sign(
            keys=frozenset({"prompt_tokens"}),
            providers=frozenset({"mistral", "mistral_ai", "mistralai"}),
        ),
        Sign(keys=frozenset({"prompt_audio_seconds"})),
    ),
    (*CHAT_COUNTS, Count("audio_seconds", "prompt_audio_seconds")),
)
"""As OpenAI's chat, and seconds of audio beside the tokens. `num_cached_tokens`, which no price
page speaks of, stays part of the prompt. Source: Mistral API reference, UsageInfo."""

MISTRAL_OCR = Shape(
    "mistral.ocr",
    (Sign(keys=frozenset({"pages_processed"})),),
    (Count("pages", "pages_processed"),),
)
"""`usage_info` of OCR."""

COHERE = Shape(
    "cohere.billed",
    (Sign(keys=frozenset({"billed_units"})),),
    (
        Count("input_text", "billed_units/input_tokens"),
        Count("input_image", "billed_units/image_tokens"),
        Count("output_text", "billed_units/output_tokens"),
        Count("searches", "billed_units/search_units"),
        Count("images", "billed_units/images"),
    ),
)
"""`usage` of v2 and `meta` of v1 and embeddings: what is billed wins over what was counted.
Source: Cohere API reference, billed_units."""

COHERE_TOKENS = Shape(
    "cohere.tokens",
    (Sign(keys=frozenset({"tokens"})),),
    (
        Count("input_text", "tokens/input_tokens"),
        Count("input_text_cached", "cached_tokens", ("tokens/input_tokens",)),
        Count("output_text", "tokens/output_tokens"),
    ),
)
"""Cohere without billed units."""

DEEPSEEK = Shape(
    "deepseek.chat",
    (Sign(keys=frozenset({"prompt_cache_hit_tokens", "prompt_cache_miss_tokens"})),),
    (
        Count("input_text", "prompt_tokens"),
        Count("input_text", "prompt_cache_miss_tokens", ("prompt_tokens",)),
        Count(
            "input_text_cached",
            "prompt_cache_hit_tokens",
            ("prompt_tokens",),
            ("prompt_tokens_details/cached_tokens",),
        ),
        *completion("completion_tokens", "completion_tokens_details"),
    ),
)
"""The prompt is the sum of the cache's hits and misses, all three told.
Source: DeepSeek API docs, usage."""

_REASONING = "completion_tokens_details/reasoning_tokens"
XAI = Shape(
    "x_ai.chat",
    (
        Sign(keys=frozenset({"prompt_tokens"}), providers=frozenset({"x_ai", "xai", "x-ai"})),
        Sign(keys=frozenset({"prompt_tokens"}), models=("grok",)),
    ),
    (
        *(count for count in CHAT_COUNTS if count.path != _REASONING),
        Count("output_reasoning", _REASONING),
    ),
)
"""As OpenAI's chat, but the completion excludes reasoning. Source: xAI API docs, reasoning."""

_USAGE = "gen_ai.usage."
_INPUT, _OUTPUT = f"{_USAGE}input_tokens", f"{_USAGE}output_tokens"
_OTEL_OLD = (f"{_USAGE}prompt_tokens", f"{_USAGE}completion_tokens")


def _span_counts(input_whole: tuple[str, ...]) -> tuple[Count, ...]:
    """Counts of a span; the cache's lie within `input_whole`."""
    return (
        Count("input_text", _INPUT, aliases=_OTEL_OLD[:1]),
        Count(
            "input_text_cached",
            f"{_USAGE}cache_read.input_tokens",
            input_whole,
            (f"{_USAGE}cache_read_input_tokens", f"{_INPUT}.cached"),
        ),
        Count(
            "input_text_cache_write",
            f"{_USAGE}cache_creation.input_tokens",
            input_whole,
            (f"{_USAGE}cache_creation_input_tokens", f"{_INPUT}.cache_write"),
        ),
        Count("output_text", _OUTPUT, aliases=_OTEL_OLD[1:]),
        Count(
            "output_reasoning",
            f"{_USAGE}reasoning.output_tokens",
            (_OUTPUT,),
            (f"{_USAGE}reasoning_tokens", f"{_OUTPUT}.reasoning"),
        ),
    )


OTEL = Shape(
    "otel.gen_ai",
    (Sign(keys=frozenset({_INPUT, _OUTPUT, *_OTEL_OLD})),),
    _span_counts((_INPUT,)),
)
"""Span attributes of the GenAI conventions: both wholes include their parts. Older names, and
those of OpenLLMetry and Sentry, are other paths of the same counts."""

OTEL_EXCLUSIVE = Shape("otel.gen_ai.exclusive", (), _span_counts(()))
"""The same attributes of an instrumentation that passes on the counts of Anthropic or Bedrock as
they are, beside the cache's. Nothing in a span shows it, so `usage_format` must name it."""

LANGFUSE = Shape(
    "langfuse",
    (),
    (
        Count("input_text", "input"),
        Count(
            "input_text_cached",
            "input_cached_tokens",
            aliases=("cache_read_input_tokens", "input_cache_read"),
        ),
        Count(
            "input_text_cache_write",
            "cache_creation_input_tokens",
            aliases=("input_cache_creation",),
        ),
        Count("input_text_cache_write_5m", "input_cache_creation_5m"),
        Count("input_text_cache_write_1h", "input_cache_creation_1h"),
        Count("input_audio", "input_audio_tokens", aliases=("input_audio",)),
        Count("output_text", "output"),
        Count("output_text", "output_accepted_prediction_tokens"),
        Count("output_rejected_prediction", "output_rejected_prediction_tokens"),
        Count("output_reasoning", "output_reasoning_tokens", aliases=("output_reasoning",)),
        Count("output_audio", "output_audio_tokens", aliases=("output_audio",)),
    ),
)
"""`usageDetails`: keys are added up, so `input` and `output` exclude all others. Free keys beside
these are no known quantities, and the adapter refuses them. It names this shape. Source: Langfuse
docs, token and cost tracking."""

_PARTS = "prompt_tokens_details"
_LITELLM_WRITTEN = f"{_PARTS}/cache_creation_tokens"
_LIFETIMES = f"{_PARTS}/cache_creation_token_details"
LITELLM = Shape(
    "litellm",
    (
        Sign(
            keys=ANTHROPIC_CACHE | {"server_tool_use"},
            without=frozenset({"input_tokens", "input_tokens_details"}),
        ),
    ),
    (
        Count("input_text", "prompt_tokens"),
        Count(
            "input_text_cached",
            f"{_PARTS}/cached_tokens",
            ("prompt_tokens",),
            ("cache_read_input_tokens",),
        ),
        Count("input_text_cache_write", _LITELLM_WRITTEN, ("prompt_tokens",), (_CREATED,)),
        Count(
            "input_text_cache_write_5m",
            f"{_LIFETIMES}/ephemeral_5m_input_tokens",
            (_LITELLM_WRITTEN,),
        ),
        Count(
            "input_text_cache_write_1h",
            f"{_LIFETIMES}/ephemeral_1h_input_tokens",
            (_LITELLM_WRITTEN,),
        ),
        Count("input_audio", f"{_PARTS}/audio_tokens", ("prompt_tokens",)),
        Count("input_image", f"{_PARTS}/image_tokens", ("prompt_tokens",)),
        *completion("completion_tokens", "completion_tokens_details"),
        _SEARCHES,
    ),
)
"""LiteLLM's own form: the prompt includes the cache, whoever the provider was."""
