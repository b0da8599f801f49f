"""Which rows of a bill are AI inference, whatever the provider calls its service.

A row of a bill is one if its words match any of `SIGNS`; it then is put into the FOCUS service
sub-category Generative AI. Sources: cost-details rows of Azure (meter categories and sub-categories
of its model families), Marketplace publishers of models, and service names of other providers.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sign:
    """Rows whose column matches a pattern (of lower case), if `among` holds for them too."""

    column: str
    pattern: str
    among: str = ""

    @property
    def sql(self) -> str:
        """The sign as a condition, which is never null."""
        found = f"REGEXP_MATCHES(LOWER(COALESCE({self.column}, '')), '{self.pattern}')"
        return f"({found} AND {self.among})" if self.among else found


_MODELS = "openai|grok|deepseek|llama|mistral|phi|cohere|kimi|qwen|gpt-oss|claude|anthropic"
_MARKETPLACE = "LOWER(COALESCE(x_PublisherType, '')) = 'marketplace'"

SIGNS = (
    Sign("ServiceSubcategory", "^generative ai$"),
    Sign("x_SkuMeterCategory", "^foundry models$"),
    Sign("x_SkuMeterSubcategory", f"^(azure )?({_MODELS})\\b"),
    Sign("ServiceName", "^(azure openai|foundry models|amazon bedrock|openai api|anthropic api)"),
    Sign("ServiceProviderName", f"^({_MODELS})\\b", _MARKETPLACE),
    Sign(
        "ChargeDescription", "\\bclaude\\b|\\banthropic\\b|\\bmistral\\b|\\bcohere\\b", _MARKETPLACE
    ),
)

IS_GENERATIVE = f"({' OR '.join(sign.sql for sign in SIGNS)})"
"""The condition over the columns of a charge."""
