"""Where the facts and tags of an event or a charge come from, as far as the catalog knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from costplane.catalog.inheritance import TagInheritance
from costplane.catalog.model import Deployment
from costplane.catalog.ports import CatalogReader
from costplane.core.tables import EVENT_FACTS
from costplane.core.tags import merge
from costplane.rating.explain import tag_origins
from costplane.rating.explanation import Fact, TagOrigin
from costplane.rating.holder import Facts

EVENT = "event"
"""The origin of tags that the event sent."""

_CALL = (
    *("http_status", "error_code", "finish_reason", "operation_id", "attempt"),
    *("spillover_from", "context_tokens", "response_id", "trace_id", "span_id", "correlation_id"),
    *("reported_cost", "reported_currency"),
)


@dataclass(frozen=True, slots=True)
class Origins:
    """Asks the catalog. `inheritance` is the installation's setting `tag_inheritance`."""

    catalog: CatalogReader
    inheritance: bool

    def event_facts(self, event: Mapping[str, Any], time: datetime) -> tuple[Fact, ...]:
        """The facts of a row of `usage`, beside what its deployment's catalog entry says.

        Who made the call (user, session, API key) is left out: seeing persons is a permission of
        its own (billing-rules 30).
        """
        known = self._entry(event, time)
        told = {name: event[name] for name in (*EVENT_FACTS, *_CALL) if event[name] is not None}
        return tuple(Fact(name, str(value), known.get(name)) for name, value in told.items())

    def event_tags(
        self, sent: Mapping[str, str], resource_id: str, time: datetime
    ) -> tuple[TagOrigin, ...]:
        """The tags of an event: its own over those of its resource, group and subscription."""
        layers = [(EVENT, sent), *self._layers(resource_id, time)]
        return tag_origins(merge(layer for _, layer in layers), layers)

    def charge_tags(
        self, posted: Mapping[str, str], facts: Facts, allocated: Mapping[str, str], time: datetime
    ) -> tuple[TagOrigin, ...]:
        """The tags of a posted row at `time`; `allocated` are those that its events sent."""
        resource_id = facts["resource_id"]  # a reservation is none, and has no tags
        inherited = self._layers(resource_id, time) if resource_id else []
        return tag_origins(posted, [(EVENT, allocated), *inherited])

    def _layers(self, resource_id: str, time: datetime) -> list[tuple[str, Mapping[str, str]]]:
        scopes = TagInheritance.of(self.catalog, everywhere=self.inheritance).sources(resource_id)
        tags = self.catalog.tags_at(scopes, time)
        return [(scope, tags[scope]) for scope in scopes if scope in tags]

    def _entry(self, event: Mapping[str, Any], time: datetime) -> dict[str, str | None]:
        """What the catalog fills in for a call (app/intake/deployment_facts.py)."""
        resource = self.catalog.resource(event["resource_id"])
        region = resource.location if resource and resource.confirmed else None
        for entry in self.catalog.deployments([event["resource_id"]]):
            if entry.confirmed and entry.name == event["deployment"] and _holds(entry, time):
                return {
                    "model": entry.model,
                    "model_version": entry.model_version,
                    "deployment_type": entry.deployment_type,
                    "region": region,
                }
        return {"region": region}


def series_facts(facts: Facts) -> tuple[Fact, ...]:
    """The facts that a charge's events share."""
    return tuple(
        Fact(name, value) for name in EVENT_FACTS if (value := facts.get(name)) is not None
    )


def _holds(entry: Deployment, time: datetime) -> bool:
    return entry.valid_from <= time and (entry.valid_to is None or time < entry.valid_to)
