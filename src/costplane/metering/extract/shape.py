"""What a provider's usage object looks like, as data: its counts, and which lie within which.

A count that lies within another is a part of it ("inclusive" counting); one that lies within
none stands beside the others ("exclusive"). That is all that telemetry needs to tell apart,
so a shape is a table of `Count` rows, and extraction (disjoint.py) is the same for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from costplane.core.quantities import BY_NAME


@dataclass(frozen=True, slots=True)
class Count:
    """One number of a usage object.

    `path` leads to it, keys joined by `/`; `details[modality=AUDIO]/tokens` is the sum over
    those elements of a list whose `modality` is AUDIO. What no other count claims of it is
    of the kind `quantity`. `within` holds the paths of the counts that include it, and
    `aliases` other paths of the same number.
    """

    quantity: str
    path: str
    within: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()

    @property
    def target(self) -> str:
        """Where the count stands, as errors name it: a dotted path under the usage object."""
        return self.path.replace("/", ".")


@dataclass(frozen=True, slots=True)
class Sign:
    """What tells a shape. All of the stated conditions hold; an empty one says nothing.

    `keys`: at least one is there. `without`: none is there. `providers` and `operations` are
    OpenTelemetry's words (lower case); `models` are the starts of model names.
    """

    keys: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    providers: frozenset[str] = frozenset()
    operations: frozenset[str] = frozenset()
    models: tuple[str, ...] = ()

    def fits(self, keys: frozenset[str], provider: str, operation: str, model: str) -> bool:
        """Whether a usage object with these top-level `keys` shows this sign."""
        return (
            (not self.keys or not self.keys.isdisjoint(keys))
            and self.without.isdisjoint(keys)
            and (not self.providers or provider in self.providers)
            and (not self.operations or operation in self.operations)
            and (not self.models or model.startswith(self.models))
        )


@dataclass(frozen=True, slots=True)
class Step:
    """A count in the order of computation, with the places of all counts inside it."""

    count: Count
    is_token: bool
    is_outermost: bool
    inside: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A named form of usage object. `steps` and `places` are derived from `counts`.

    `steps` run from the inside out. `places` is the tree of keys that matters: a leaf is the
    number of a step, a `Choice` a list whose elements are told apart by a key.
    """

    name: str
    signs: tuple[Sign, ...]
    counts: tuple[Count, ...]
    steps: tuple[Step, ...] = field(init=False, repr=False)
    places: dict[str, Place] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", _steps(self.counts))
        object.__setattr__(self, "places", _places(self.steps))


@dataclass(frozen=True, slots=True)
class Choice:
    """A list of objects, each told by the value of `key`."""

    key: str
    places: dict[str, dict[str, Place]] = field(default_factory=dict)


Place = int | Choice | dict[str, "Place"]


def _steps(counts: Sequence[Count]) -> tuple[Step, ...]:
    """The counts from the inside out: a count never comes before one that lies within it."""
    whole_of = {count.path: frozenset(count.within) for count in counts}
    ordered = sorted(counts, key=lambda count: -_depth(count.path, whole_of))
    return tuple(
        Step(
            count,
            BY_NAME[count.quantity].is_token,
            not count.within,
            tuple(i for i, part in enumerate(ordered) if count.path in _wholes(part, whole_of)),
        )
        for count in ordered
    )


def _depth(path: str, whole_of: dict[str, frozenset[str]]) -> int:
    return 1 + max((_depth(whole, whole_of) for whole in whole_of[path]), default=0)


def _wholes(count: Count, whole_of: dict[str, frozenset[str]]) -> frozenset[str]:
    """The paths of all counts around `count`, near and far."""
    near = whole_of[count.path]
    return near.union(*(_wholes(Count("", path), whole_of) for path in near))


def _places(steps: Sequence[Step]) -> dict[str, Place]:
    tree: dict[str, Place] = {}
    for number, step in enumerate(steps):
        for path in (step.count.path, *step.count.aliases):
            *parents, last = path.split("/")
            _branch(tree, parents)[last] = number
    return tree


def _branch(tree: dict[str, Place], keys: Sequence[str]) -> dict[str, Place]:
    """The part of the tree under `keys`, made where it is missing."""
    for part in keys:
        key, _, selector = part.partition("[")
        if selector:
            told_by, _, value = selector.rstrip("]").partition("=")
            choice = tree.setdefault(key, Choice(told_by))
            assert isinstance(choice, Choice)
            tree = choice.places.setdefault(value, {})
        else:
            branch = tree.setdefault(key, {})
            assert isinstance(branch, dict)
            tree = branch
    return tree
