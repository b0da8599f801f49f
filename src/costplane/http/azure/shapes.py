"""The shapes that Azure's resources share: the envelope, amounts, eTags and their conditions."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256

from costplane.errors import PreconditionFailed
from costplane.http.azure.arm import Call
from costplane.http.exact_json import json_text


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


def check_conditions(call: Call, current: str | None, told: object = None) -> None:
    """Raises PreconditionFailed unless a write may go on: the If-Match and If-None-Match headers
    and `told`, the body's eTag, fit `current`, which is None while there is no such thing."""
    match = call.request.headers.get("if-match")
    missing = call.request.headers.get("if-none-match")
    if match is not None and not _names(match, current):
        raise _changed("If-Match", current)
    if missing is not None and _names(missing, current):
        raise _changed("If-None-Match", current)
    if told not in (None, "") and current is not None and _bare(str(told)) != _bare(current):
        raise _changed("eTag", current)


def _names(header: str, current: str | None) -> bool:
    """Whether one of the eTags in a header is `current`; a star is any that exists."""
    if current is None:
        return False
    return header.strip() == "*" or _bare(current) in map(_bare, header.split(","))


def _bare(etag: str) -> str:
    return etag.strip().removeprefix("W/").strip('"')


def _changed(target: str, current: str | None) -> PreconditionFailed:
    state = f"its eTag is now {current}" if current else "there is none"
    return PreconditionFailed(
        f"{target} does not fit what is stored: {state}; read it again, then send the change",
        target=target,
    )
