"""The settings of a scope: tag inheritance, the one that Azure has (contract.md, models.md).

It says that charges inherit the tags of their resource group and subscription, and whose value
counts where both have a key: the container's with `prefer_container_tags`, else the resource's.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from costplane.app.arm.documents import Shape, of_text, read, text_of
from costplane.core.arm_resource import ArmResource
from costplane.errors import NotFound

KIND = "settings"
TAG_INHERITANCE = "taginheritance"


class TagInheritance(Shape, frozen=True):
    """Whose value counts."""

    prefer_container_tags: bool


class ScopeSetting(Shape, frozen=True, kw_only=True):
    """A setting's body: what the envelope repeats is passed over."""

    lenient: ClassVar[bool] = True

    kind: Literal["taginheritance"] = "taginheritance"
    properties: TagInheritance


def check_type(name: str) -> str:
    """The setting's type as it is written. Raises NotFound for one that there is not."""
    if name.lower() == TAG_INHERITANCE:
        return TAG_INHERITANCE
    raise NotFound(f"there is no setting '{name[:80]}'; there is {TAG_INHERITANCE}")


def setting_of(resource: ArmResource) -> ScopeSetting:
    """The setting that a resource holds."""
    return of_text(ScopeSetting, resource.document)


def saved_text(body: object) -> str:
    """The document of a setting as `body` tells it. Raises InvalidInput."""
    return text_of(read(ScopeSetting, body))
