"""The native usage event: a CloudEvents 1.0 envelope around the facts of one call.

interfaces.md, "Usage events". Types are strict; attributes that are not named here
(CloudEvents extensions, further facts) are passed over. Rules between fields stand in rows.py.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=1_024)]
_Text = Annotated[str, msgspec.Meta(max_length=1_024)]
_Ordinal = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]

ABSENT = msgspec.Raw()
"""Stands for JSON that was not sent."""


class Account(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An account outside Azure, in place of `resource_id`.

    `organisation` is an external billing account, `project` an external subscription.
    """

    provider: _Text | None = None
    organisation: _Text | None = None
    project: _Text | None = None
    api_key_id: _Text | None = None


class UsageData(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The facts of one call to a model. None means that the caller did not tell.

    `usage` is the provider's own object, verbatim; `quantities` are disjoint counts by the
    names of core.quantities; never both. `usage_format` names the shape of `usage` where its
    keys leave a doubt (extract/table.py).
    `variant` tells what of the model was used where prices differ by it: "fine-tuned", an image's
    quality and size, a video's resolution. `tags` stay text until they are seen for the first
    time.
    """

    resource_id: _Text | None = None
    account: Account | None = None
    deployment: _Text | None = None
    model: _Text | None = None
    model_version: _Text | None = None
    provider: _Text | None = None
    deployment_type: _Text | None = None
    region: _Text | None = None
    operation: _Text | None = None
    service_tier: _Text | None = None
    variant: _Text | None = None
    http_status: int | None = None
    error_code: _Text | None = None
    finish_reason: _Text | None = None
    operation_id: _Text | None = None
    attempt: _Ordinal | None = None
    gateway_cache_hit: bool | None = None
    spillover_from: _Text | None = None
    estimated: bool | None = None
    reported_cost: Decimal | None = None
    reported_currency: _Text | None = None
    response_id: _Text | None = None
    trace_id: _Text | None = None
    span_id: _Text | None = None
    correlation_id: _Text | None = None
    usage_format: _Text | None = None
    usage: dict[str, Any] | None = None
    quantities: dict[str, Any] | None = None
    user: _Text | None = None
    session: _Text | None = None
    tags: msgspec.Raw = ABSENT


class UsageEvent(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The envelope: identity is (`source`, `id`), whatever the `time`."""

    source: _Name
    id: _Name
    time: str
    data: UsageData
    specversion: Literal["1.0"] = "1.0"
    type: Literal["ai.inference.usage"] = "ai.inference.usage"


_EVENT = msgspec.json.Decoder(UsageEvent, float_hook=Decimal)
_DOCUMENT = msgspec.json.Decoder(float_hook=Decimal)

decode = _EVENT.decode
"""JSON text -> UsageEvent. Raises msgspec.DecodeError (malformed), its subclass
msgspec.ValidationError (wrong type) or RecursionError (nested too deep)."""

decode_loosely = _DOCUMENT.decode
"""JSON text -> plain values, to find all the faults of what `decode` refused."""
