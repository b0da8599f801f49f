"""Management groups of an agreement's file: beside those of the catalog they are a tree."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from costplane.app.agreements.agreement_file import AgreementFile, refuse
from costplane.catalog.management_groups import in_ring, loop
from costplane.catalog.model import ManagementGroup
from costplane.catalog.scopes import Hierarchy


def grouped(found: AgreementFile, before: Hierarchy) -> list[ManagementGroup]:
    """The groups of the file; name and parent that it does not tell stay as the catalog has
    them."""
    known = {group.id: group for group in before.management_groups}
    told = []
    for row, group in found.groups:
        former = known.get(group.id, group)
        name = group.name if row.text("name", "") else former.name
        told.append(replace(group, name=name, parent=group.parent or former.parent))
    return told


def check_groups(path: Path, found: AgreementFile, before: Hierarchy) -> None:
    """Raises InvalidInput, naming lines, for a group that neither the file nor the catalog has,
    and for one that would stand under itself."""
    groups = {one.id: one for one in (*before.management_groups, *grouped(found, before))}
    named = [(row, "parent", group.parent) for row, group in found.groups]
    named += [(row, "management_group", s.management_group_id) for row, s in found.subscriptions]
    faults = [
        row.fault(
            field,
            f"'{id_}' is told nowhere; list it under management_groups, or take it with "
            "'costplane resources import'",
        )
        for row, field, id_ in named
        if id_ is not None and id_ not in groups
    ]
    ring = loop(groups.values())
    faults += [row.fault("parent", in_ring(ring)) for row, one in found.groups if one.id in ring]
    if faults:
        refuse(path, faults)
