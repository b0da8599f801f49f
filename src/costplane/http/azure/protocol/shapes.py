"""The shapes that Azure's resources share: the envelope, amounts, eTags."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256

from costplane.core.exact_json import json_text
from costplane.http.azure.protocol.operation import Call


def resource_id(call: Call, type_: str, *names: str) -> str:
    """The id of a resource of `type_` (`Microsoft.CostManagement/views`) at the call's scope, as
    the caller wrote that. `names` are its own name, after those of what it stands in:
    `resource_id(call, "Microsoft.CostManagement/exports/run", "daily", "1")`."""
    provider, *kinds = type_.split("/")
    path = "/".join(f"{kind}/{name}" for kind, name in zip(kinds, names, strict=True))
    return f"/{call.address}/providers/{provider}/{path}".replace("//", "/")


def resource(
    id_: str,
    type_: str,
    properties: Mapping[str, object],
    *,
    name: str | None = None,
    etag: str | None = None,
    **more: object,
) -> dict[str, object]:
    """Azure's envelope: id, name (by default the last part of the id), type, eTag if there is
    one, `more` members such as kind, and properties."""
    members: dict[str, object] = {"id": id_, "name": name or id_.rpartition("/")[2], "type": type_}
    if etag is not None:
        members["eTag"] = etag
    return members | more | {"properties": properties}


def amount(value: Decimal, currency: str) -> dict[str, object]:
    """A sum of money with its currency; the number keeps all its digits."""
    return {"currency": currency, "value": value}


def etag_of(*content: object) -> str:
    """A quoted text that differs with `content`, such as a document and when it was changed."""
    return f'"{sha256(json_text(content)).hexdigest()[:16]}"'
