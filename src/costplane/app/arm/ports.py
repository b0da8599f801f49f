"""What keeping named resources asks of the control plane; `store/` implements it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from costplane.access.audit import AuditEntry
from costplane.core.arm_resource import ArmResource, Place


class ArmStore(Protocol):
    """Named resources by place. Each change is one transaction with its audit entry."""

    def find(self, place: Place, name: str) -> ArmResource | None:
        """The resource of a name, without regard to case."""
        ...

    def at(self, place: Place) -> list[ArmResource]:
        """The resources of a place, in the order of their creation."""
        ...

    def everywhere(self, kind: str) -> list[ArmResource]:
        """All resources of a kind, in the order of their creation."""
        ...

    def change(
        self,
        place: Place,
        name: str,
        decide: Callable[[ArmResource | None], ArmResource],
        entry: AuditEntry | None,
    ) -> ArmResource:
        """Save what `decide` makes of the resource of that name (None if there is none). Nobody
        changes it in between. What `decide` raises leaves it as it was."""
        ...

    def remove(
        self, place: Place, name: str, entry: AuditEntry | None, children: Sequence[Place] = ()
    ) -> bool:
        """Remove a resource, with all that is in `children`; whether it was there."""
        ...
