"""What all receivers of usage share: the sender's scopes, one writer, and who waits for it."""

from __future__ import annotations

from functools import partial

from costplane.app.intake.intake import IntakeReport
from costplane.app.intake.permitted import permitted
from costplane.core.scope import parse_scope
from costplane.errors import Unavailable
from costplane.http.access import Access, Principal
from costplane.http.services import Services
from costplane.metering.batch import EventBatch

WRITING = Access("Ingest Writer", "body")


def take(services: Services, principal: Principal, sent: EventBatch) -> IntakeReport:
    """Takes the events that `principal` may send; what is counted as accepted is on disk."""
    batch = permitted(sent, partial(_may_write, principal))
    try:
        return services.workspace.ingest([batch])
    except OSError as fault:
        raise Unavailable(f"The events cannot be written: {fault.strerror}") from fault


def _may_write(principal: Principal, resource_id: str) -> bool:
    return principal.holds("Ingest Writer", parse_scope(resource_id))
