"""The secrets that an installation keeps, sealed anew when its keys turn (access/sealing.py)."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from costplane.access.sealing import Sealing, is_sealed
from costplane.app.arm.export import KIND
from costplane.app.arm.export_run import RUNS
from costplane.app.arm.ports import ArmStore
from costplane.app.ports import Secrets
from costplane.core.arm_resource import ArmResource

_TOKEN = re.compile(r'("sasToken":)("(?:[^"\\]|\\.)*")')


def seal_anew(secrets: Secrets, kept: ArmStore, sealing: Sealing) -> int:
    """Seal every secret with the first key of `sealing`; how many there are. Those that an older
    version kept unsealed are sealed, too. Raises DamagedData for one whose key is not there."""
    own = secrets.all()
    for name, sealed in own.items():
        secrets.put(name, sealing.reseal(sealed))
    return len(own) + sum(
        _anew(kept, found, sealing) for kind in (KIND, RUNS) for found in kept.everywhere(kind)
    )


def _anew(kept: ArmStore, resource: ArmResource, sealing: Sealing) -> int:
    def again(match: re.Match[str]) -> str:
        text = json.loads(match[2])
        sealed = sealing.reseal(text) if is_sealed(text) else sealing.seal(text)
        return f'{match[1]}"{sealed}"'

    def decide(found: ArmResource | None) -> ArmResource:
        current = found or resource
        return replace(current, document=_TOKEN.sub(again, current.document))

    if not _TOKEN.search(resource.document):
        return 0
    kept.change(resource.place, resource.name, decide, None)
    return 1
