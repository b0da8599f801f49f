"""Shapes of OpenAI and of those who answer in its forms (Azure OpenAI, vLLM, OpenRouter, ...).

Counting is inclusive throughout: cached and written tokens, audio and images lie within the
prompt; reasoning, audio, images and rejected predictions within the completion. Source:
OpenAI API reference, the usage objects of each endpoint.
"""

from __future__ import annotations

from costplane.metering.extract.shape import Count, Shape, Sign

ANTHROPIC_CACHE = frozenset({"cache_creation_input_tokens", "cache_read_input_tokens"})
"""Keys that OpenAI never sends: with them, what a prompt includes is another's rule."""

_IMAGE_OPERATIONS = frozenset({"image", "images", "image_generation", "image_edit"})
_AUDIO_OPERATIONS = frozenset({"audio", "transcription", "transcriptions", "translation"})


def prompt(whole: str, details: str) -> tuple[Count, ...]:
    """The prompt's count `whole` and the parts that its `details` tell of."""
    cached, written = f"{details}/cached_tokens", f"{details}/cache_write_tokens"
    audio, image = f"{details}/audio_tokens", f"{details}/image_tokens"
    return (
        Count("input_text", whole),
        Count("input_text_cached", cached, (whole,)),
        Count("input_text_cache_write", written, (whole,)),
        Count("input_audio", audio, (whole,)),
        Count("input_image", image, (whole,)),
        Count("input_audio_cached", f"{cached}_details/audio_tokens", (cached, audio)),
        Count("input_image_cached", f"{cached}_details/image_tokens", (cached, image)),
        Count("input_audio_cache_write", f"{written}_details/audio_tokens", (written, audio)),
    )


def completion(whole: str, details: str) -> tuple[Count, ...]:
    """The completion's count `whole` and the parts that its `details` tell of.

    Accepted predictions are ordinary output; rejected ones are billed though not shown.
    """
    return (
        Count("output_text", whole),
        Count("output_reasoning", f"{details}/reasoning_tokens", (whole,)),
        Count("output_rejected_prediction", f"{details}/rejected_prediction_tokens", (whole,)),
        Count("output_audio", f"{details}/audio_tokens", (whole,)),
        Count("output_image", f"{details}/image_tokens", (whole,)),
    )


CHAT_COUNTS = prompt("prompt_tokens", "prompt_tokens_details") + completion(
    "completion_tokens", "completion_tokens_details"
)

CHAT = Shape(
    "openai.chat",
    (Sign(keys=frozenset({"prompt_tokens", "completion_tokens"}), without=ANTHROPIC_CACHE),),
    CHAT_COUNTS,
)
"""Chat and legacy completions; embeddings, which tell `prompt_tokens` alone; and the Azure AI
Inference API, which tells no details."""

RESPONSES = Shape(
    "openai.responses",
    (Sign(keys=frozenset({"input_tokens", "output_tokens"}), without=ANTHROPIC_CACHE),),
    prompt("input_tokens", "input_tokens_details")
    + completion("output_tokens", "output_tokens_details"),
)

IMAGES = Shape(
    "openai.images",
    (Sign(keys=frozenset({"input_tokens"}), operations=_IMAGE_OPERATIONS),),
    (
        *prompt("input_tokens", "input_tokens_details"),
        Count("output_image", "output_tokens"),
        Count("output_text", "output_tokens_details/text_tokens", ("output_tokens",)),
    ),
)
"""Image generation and edits: the output is image tokens, save for the text it tells of."""

REALTIME = Shape(
    "openai.realtime",
    (
        Sign(keys=frozenset({"input_token_details", "output_token_details"})),
        Sign(keys=frozenset({"input_tokens"}), operations=_AUDIO_OPERATIONS),
    ),
    prompt("input_tokens", "input_token_details")
    + completion("output_tokens", "output_token_details"),
)
"""Realtime sessions and transcriptions told in tokens: `token` stands in the singular."""

DURATION = Shape(
    "openai.duration",
    (Sign(keys=frozenset({"seconds"})),),
    (Count("audio_seconds", "seconds"),),
)
"""Transcriptions told in seconds."""
