"""What every table is made of: the metadata with its names for constraints, and short columns."""

from __future__ import annotations

from sqlalchemy import Column, MetaData, Text

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def key(name: str) -> Column[str]:
    """A part of the primary key."""
    return Column(name, Text, primary_key=True)


def text(name: str) -> Column[str]:
    """A text that is always there."""
    return Column(name, Text, nullable=False)


def optional(*names: str) -> list[Column[str | None]]:
    """Texts that may be missing."""
    return [Column(name, Text) for name in names]
