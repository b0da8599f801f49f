"""Keeping named resources: create or update under a version check, read, remove.

contract.md section 0: a resource has an `eTag`; who sends the one it read changes nothing that
somebody else has changed since. The check and the change are one transaction.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from costplane.access.audit import AuditAction, AuditEntry
from costplane.app.arm.ports import ArmStore
from costplane.core.arm_resource import ArmResource, Place
from costplane.errors import InvalidInput, NotFound, PreconditionFailed

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")

Document = Callable[[ArmResource | None], str]
"""The text to save in the place of a resource that is there, or of none."""


@dataclass(frozen=True, slots=True)
class Versions:
    """What a caller demands of the version that is there. `body` is the eTag in the body (it
    counts for updates only), the others are the headers If-Match and If-None-Match; empty:
    not told. `required`: an update must tell one (exports and views, contract.md 0)."""

    body: str = ""
    match: str = ""
    none_match: str = ""
    required: bool = False

    def check(self, name: str, found: ArmResource | None) -> None:
        """Raise PreconditionFailed if `found` is not what was demanded."""
        if found is None:
            if self.match:
                raise PreconditionFailed(f"'{name}' does not exist, so that If-Match cannot hold")
            return
        if self.none_match and _names(self.none_match, found.etag):
            raise PreconditionFailed(f"'{name}' exists already; leave If-None-Match out to update")
        told = [tag for tag in (self.match, self.body) if tag]
        if self.required and not told:
            raise InvalidInput(
                f"'{name}' exists: an update needs its latest eTag, which GET answers",
                target="eTag",
            )
        if not all(_names(tag, found.etag) for tag in told):
            raise PreconditionFailed(
                f"'{name}' was changed since that eTag was read; get it again and repeat",
                target="eTag",
            )


ANY = Versions()


@dataclass(frozen=True, slots=True)
class Keeping:
    """Named resources as use cases. Threads may share it."""

    store: ArmStore
    now: Callable[[], datetime]

    def get(self, place: Place, name: str) -> ArmResource:
        """The resource of a name. Raises NotFound."""
        found = self.store.find(place, name)
        if found is None:
            raise NotFound(f"there is no '{name[:80]}' among {place.kind} at '{place.scope}'")
        return found

    def save(
        self, place: Place, name: str, document: Document, who: str, versions: Versions = ANY
    ) -> tuple[ArmResource, bool]:
        """Create or update; the resource, and whether it is new. Raises InvalidInput for a name
        that cannot be, PreconditionFailed where `versions` does not hold."""
        check_name(name)
        now, created = self.now(), False

        def decide(found: ArmResource | None) -> ArmResource:
            nonlocal created
            versions.check(name, found)
            created = found is None
            etag = f'"{secrets.token_hex(8)}"'
            text = document(found)
            if found is None:
                return ArmResource(place, name, text, etag, now, who, now, who)
            return replace(found, document=text, etag=etag, modified_at=now, modified_by=who)

        entry = self.entry("ResourceSaved", place, name, who)
        saved = self.store.change(place, name, decide, entry)
        return saved, created

    def remove(self, place: Place, name: str, who: str, *children: Place) -> bool:
        """Remove a resource, with all that is in `children`; whether it was there."""
        entry = self.entry("ResourceRemoved", place, name, who)
        return self.store.remove(place, name, entry, children)

    def entry(self, action: AuditAction, place: Place, name: str, who: str) -> AuditEntry:
        """What the audit log says of a change."""
        return AuditEntry(self.now(), who, action, f"{place.kind} {name} at {place.scope}")


def check_name(name: str) -> None:
    """Raise InvalidInput unless `name` can be that of a resource."""
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            f"'{name[:80]}' is no name: write 1 to 64 letters, digits, '-' or '_'", target="name"
        )


def _names(told: str, etag: str) -> bool:
    """Whether a condition's text names a version: `*`, or a list of eTags, quoted or not."""
    tags = {tag.strip().removeprefix("W/").strip('"') for tag in told.split(",")}
    return "*" in tags or etag.strip('"') in tags
