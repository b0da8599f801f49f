"""JSON documents of named resources: read without regard to case, held exactly, written back.

A `Shape` is what a document must be. Names of members and enumerations are matched in lower case
and kept as Azure writes them; null is absent; amounts are decimals; a time without a zone is UTC.
A member that nobody knows is refused with its path, as Azure does, so that a misspelt
setting is never lost in silence; members that only the server writes are passed over, so that what
GET answered can be sent back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar, TypeVar, cast

import msgspec
from msgspec import inspect

from costplane.analysis.body import as_object, as_text
from costplane.errors import InvalidInput

MOST_DIGITS = 28
"""Digits of an amount, and its largest exponent: more is a slip or an attack."""

_MOST_ITEMS = 1_000
_ENCODER = msgspec.json.Encoder(decimal_format="number")
_DECODER = msgspec.json.Decoder(float_hook=Decimal)


class Shape(msgspec.Struct, frozen=True, rename="camel"):
    """A JSON object. `read_only` names members that only the server writes; they are passed over
    when a caller sends them. `lenient`: so are all that are not known."""

    read_only: ClassVar[frozenset[str]] = frozenset()
    lenient: ClassVar[bool] = False


S = TypeVar("S", bound=Shape)


def decode(body: bytes) -> dict[str, object]:
    """The JSON object in `body`, its numbers exact. Raises InvalidInput."""
    try:
        value = _DECODER.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as fault:
        raise InvalidInput(f"The body is not JSON: {fault}", target="body") from None
    if not isinstance(value, dict):
        raise InvalidInput("The body must be a JSON object", target="body")
    return value


def read(shape: type[S], data: object, target: str = "") -> S:
    """`data` as a value of `shape`. Raises InvalidInput with the path of the fault."""
    plain = _plain(_info(shape), data, target)
    try:
        return msgspec.convert(plain, shape)
    except msgspec.ValidationError as fault:
        message, _, place = str(fault).partition(" - at `$")
        path = ".".join(part for part in (target, place.strip("`.")) if part)
        raise InvalidInput(f"{path}: {message}", target=path or "body") from None


def text_of(value: Shape) -> str:
    """The document as it is stored."""
    return _ENCODER.encode(value).decode()


def of_text(shape: type[S], text: str) -> S:
    """A stored document."""
    return msgspec.json.decode(text, type=shape)


def plain(value: Shape) -> dict[str, Any]:
    """The document's members as Azure names them, without those that are absent; decimals stay
    decimals, times have a Z."""
    members: dict[str, Any] = _present(_DECODER.decode(_ENCODER.encode(value)))
    return members


def _present(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _present(item) for name, item in value.items() if item is not None}
    return [_present(item) for item in value] if isinstance(value, list) else value


@cache
def _info(shape: type[Shape]) -> inspect.Type:
    return inspect.type_info(shape)


def _plain(kind: inspect.Type, value: object, target: str) -> object:
    """`value` with the names and forms that `kind` has; what does not fit is left for msgspec."""
    if isinstance(kind, inspect.UnionType):
        kind = next(part for part in kind.types if not isinstance(part, inspect.NoneType))
    if isinstance(kind, inspect.StructType):
        return _members(kind, as_object(value, target or "body"), target)
    if isinstance(kind, inspect.DictType):
        items = as_object(value, target).items()
        return {_text(k, target): _plain(kind.value_type, v, f"{target}.{k}") for k, v in items}
    if isinstance(kind, inspect.VarTupleType) and isinstance(value, list):
        _check_length(value, target)
        return [_plain(kind.item_type, v, f"{target}[{n}]") for n, v in enumerate(value)]
    if isinstance(kind, inspect.LiteralType):
        return _choice(kind, value, target)
    if isinstance(kind, inspect.DateTimeType):
        return _instant(value, target)
    if isinstance(kind, inspect.DecimalType):
        return _amount(value, target)
    return as_text(value, target) if isinstance(value, str) else value


def _members(kind: inspect.StructType, body: Mapping[str, object], target: str) -> dict[str, Any]:
    fields = {field.encode_name.lower(): field for field in kind.fields}
    shape = cast("type[Shape]", kind.cls)
    found: dict[str, Any] = {}
    for name, value in body.items():
        path = f"{target}.{name}" if target else name
        field = fields.get(name.lower())
        if field is None and (shape.lenient or name.lower() in shape.read_only):
            continue
        if field is None:
            known = ", ".join(field.encode_name for field in kind.fields)
            raise InvalidInput(
                f"Invalid member: '{path[:200]}'; known here are {known}", target=path[:200]
            )
        if field.encode_name in found:
            raise InvalidInput(f"'{path[:200]}' is given twice; give it once", target=path[:200])
        if value is not None:
            found[field.encode_name] = _plain(field.type, value, path)
    return found


def _choice(kind: inspect.LiteralType, value: object, target: str) -> object:
    if isinstance(value, str):
        for allowed in kind.values:
            if str(allowed).lower() == value.lower():
                return allowed
    told = value[:60] if isinstance(value, str) else type(value).__name__
    raise InvalidInput(
        f"Invalid {target} '{told}'; valid values: "
        + ", ".join(f"'{allowed}'" for allowed in kind.values),
        target=target,
    )


def _instant(value: object, target: str) -> datetime:
    text = as_text(value, target)
    try:
        instant = datetime.fromisoformat(text.strip())
        return instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidInput(
            f"{target} is a time such as 2026-11-01T00:00:00Z, not '{text[:40]}'", target=target
        ) from None


def _amount(value: object, target: str) -> object:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        amount = Decimal(value)
        digits, exponent = len(amount.as_tuple().digits), amount.as_tuple().exponent
        if amount.is_finite() and digits <= MOST_DIGITS and -MOST_DIGITS <= int(exponent) <= 12:
            return amount
        raise InvalidInput(f"{target} has more digits than an amount has", target=target)
    raise InvalidInput(f"{target} is a number", target=target)


def _check_length(value: list[object], target: str) -> None:
    if len(value) > _MOST_ITEMS:
        raise InvalidInput(f"{target} has at most {_MOST_ITEMS:,} items", target=target)


def _text(value: object, target: str) -> str:
    return as_text(value, target)
