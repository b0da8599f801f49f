"""What the catalog's values take: it must survive every database and every comparison."""

from __future__ import annotations

from datetime import UTC, datetime

from costplane.errors import InvalidInput


def checked(value: object, *fields: str) -> None:
    """Raise InvalidInput if one of `fields` of `value` is empty or cannot be stored.

    PostgreSQL takes no NUL, and lone surrogates have no UTF-8 form.
    """
    for field in fields:
        text = getattr(value, field)
        if text is not None and (not text.strip() or not is_storable(text)):
            raise InvalidInput(
                f"{type(value).__name__}.{field} is {text!r}; give text that is not blank "
                "and has no NUL or broken Unicode",
                target=field,
            )


def is_storable(text: str) -> bool:
    """Whether every database can hold `text` as it is."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def id_text(value: object, *fields: str) -> None:
    """Check `fields` of the frozen `value` and write them in lower case, as ids are compared."""
    checked(value, *fields)
    for field in fields:
        text = getattr(value, field)
        if text is not None:
            object.__setattr__(value, field, text.lower())


def segment_text(value: object, *fields: str) -> None:
    """As `id_text`, for ids that are one segment of a scope's id."""
    id_text(value, *fields)
    for field in fields:
        if "/" in (getattr(value, field) or ""):
            raise InvalidInput(
                f"{type(value).__name__}.{field} is {getattr(value, field)!r}; give the id alone, "
                "without the path of its scope",
                target=field,
            )


def in_utc(field: str, instant: datetime | None) -> None:
    """Raise InvalidInput for an instant that is not told in UTC."""
    if instant is not None and instant.tzinfo is not UTC:
        raise InvalidInput(f"{field} is {instant}; give an instant in UTC", target=field)


def within(value: object, field: str, limit: int) -> None:
    """Raise InvalidInput if a field has more than `limit` bytes in UTF-8.

    The limits are above Azure's; PostgreSQL's indexes take no key over 2,700 bytes.
    """
    length = len(getattr(value, field).encode())
    if length > limit:
        raise InvalidInput(
            f"{type(value).__name__}.{field} has {length} bytes; at most {limit} are allowed",
            target=field,
        )
