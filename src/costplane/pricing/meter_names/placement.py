"""The two answers of the meter-name parser."""

from __future__ import annotations

from dataclasses import dataclass

from costplane.pricing.model_key import ModelKey


@dataclass(frozen=True, slots=True)
class Placed:
    """A name of which every word is understood."""

    key: ModelKey


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A name that is listed for somebody to decide, or that prices no call at all.

    `code` is one word for lists and counts, `sentence` says why in full.
    """

    code: str
    sentence: str

    @property
    def reason(self) -> str:
        """Code and sentence as one text, as a meter's mapping stores it."""
        return f"{self.code}: {self.sentence}"


Placement = Placed | Unplaced
