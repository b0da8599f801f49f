"""What a format of bills is: how it is told, and which of its columns make which of FOCUS 1.4.

A format is data. `COLUMNS` maps a column of FOCUS (or one of Costplane's own) to SQL over the
format's columns, written `{Name}`: the text of the file's column of that name, without regard to
case, null where it is blank, one of the words for nothing, or missing. What the SQL gives is text
too; `mapping` turns it into the column's type and finds what cannot be.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from costplane.errors import UnreadableFile

NAMED = re.compile(r"\{([^{}]+)\}")
"""A column of the file in the SQL of a format."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a format, told by columns that come with it (`marks`, any of them)."""

    name: str
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Format:
    """A format of bills.

    `needed` are the columns by which it is told: one name of each group. `versions` go from the
    newest to the oldest, whose marks are the empty set. `excluding` are pairs of sets of columns
    of which no file has both, since no version does. `aliases` are other names of columns. `views`
    are words in the names of files that tell the same charges in another way.
    """

    name: str
    needed: tuple[frozenset[str], ...]
    versions: tuple[Version, ...]
    columns: Mapping[str, str]
    aliases: Mapping[str, str] = field(default_factory=dict)
    excluding: tuple[tuple[frozenset[str], frozenset[str]], ...] = ()
    views: tuple[str, ...] = ()

    def matches(self, names: frozenset[str]) -> bool:
        """Whether a file with columns of these names, in lower case, is one."""
        return all(names & group for group in self.needed)

    def version(self, names: frozenset[str]) -> str:
        """The version that columns of these names, in lower case, come from."""
        return next(v.name for v in self.versions if not v.marks or names & v.marks)

    def check(self, names: frozenset[str], place: str) -> None:
        """Raise UnreadableFile if columns come from versions that exclude each other."""
        for old, new in self.excluding:
            if names & old and names & new:
                one, other = sorted(names & old)[0], sorted(names & new)[0]
                raise UnreadableFile(
                    f"{place}:1: the columns {one} and {other} are of two versions of {self.name}; "
                    "import each version's rows as a file of their own",
                    target=place,
                )


def lowered(names: str) -> frozenset[str]:
    """The names in a text, in lower case."""
    return frozenset(names.lower().split())
