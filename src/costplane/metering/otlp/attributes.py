"""The attributes of spans that are read, by what they tell, newest name first.

OpenTelemetry semantic conventions for generative AI; older names, and those of widespread
instrumentations (OpenLLMetry, OpenLIT, Sentry), stand behind the present ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from costplane.metering.extract.providers import OTEL

Value: TypeAlias = str | int | float | bool
"""A scalar; of a list the first."""

Attributes: TypeAlias = Mapping[str, Value]

OPERATION = ("gen_ai.operation.name",)
REQUEST_TYPE = ("llm.request.type",)
FRAMEWORK_KIND = ("traceloop.span.kind",)
PROVIDER = ("gen_ai.provider.name", "gen_ai.system")
REQUEST_MODEL = ("gen_ai.request.model",)
RESPONSE_MODEL = ("gen_ai.response.model",)
RESPONSE_ID = ("gen_ai.response.id",)
SERVICE_TIER = ("openai.response.service_tier", "gen_ai.openai.response.service_tier")
FINISH_REASON = ("gen_ai.response.finish_reasons",)
HTTP_STATUS = ("http.response.status_code", "http.status_code")
ERROR = ("error.type",)
HOST = ("server.address", "net.peer.name")
SESSION = ("gen_ai.conversation.id", "session.id")
USER = ("user.id", "enduser.id")
COST = ("gen_ai.usage.cost.amount", "gen_ai.usage.cost", "gen_ai.usage.cost_usd", "llm.usage.cost")
CURRENCY = ("gen_ai.usage.cost.currency",)
RESENDS = ("http.request.resend_count",)
SERVICE = ("service.name",)

AS_TAGS = {
    "application": SERVICE,
    "environment": ("deployment.environment.name", "deployment.environment"),
    "agent": ("gen_ai.agent.name",),
}
"""Attributes that become tags, by the tag's key."""

OWN = "costplane."
"""What a sender can say of its calls by itself, on the span or on the resource."""

OWN_TAG = "costplane.tag."
RESOURCE_ID = ("costplane.resource_id",)
DEPLOYMENT = ("costplane.deployment",)
ORGANISATION = ("costplane.organisation",)
PROJECT = ("costplane.project",)
USAGE_FORMAT = ("costplane.usage_format",)

USAGE = frozenset(OTEL.places)
"""Counts of tokens."""

READ = USAGE.union(
    OPERATION,
    REQUEST_TYPE,
    FRAMEWORK_KIND,
    PROVIDER,
    REQUEST_MODEL,
    RESPONSE_MODEL,
    RESPONSE_ID,
    SERVICE_TIER,
    FINISH_REASON,
    HTTP_STATUS,
    ERROR,
    HOST,
    SESSION,
    USER,
    COST,
    CURRENCY,
    RESENDS,
    *AS_TAGS.values(),
)


def is_read(key: str) -> bool:
    """Whether an attribute tells anything here; all others are dropped where they stand."""
    return key in READ or key.startswith(OWN)


def text(names: tuple[str, ...], *attributes: Attributes) -> str | None:
    """The first text told under `names`, in the first of `attributes` that has one."""
    for told in attributes:
        for name in names:
            value = told.get(name)
            if isinstance(value, str) and value.strip():
                return value.strip()
    return None


def whole(names: tuple[str, ...], attributes: Attributes) -> int | None:
    """The first whole number told under `names`, written as a number or as text."""
    for name in names:
        value = attributes.get(name)
        if type(value) is int:
            return value
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
            return int(value)
    return None
