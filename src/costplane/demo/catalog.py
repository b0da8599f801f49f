"""The demo's hierarchy as values of the catalog: agreement, subscription, groups, accounts,
deployments, tags."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from costplane.catalog.model import (
    BEGINNING,
    Deployment,
    ManagementGroup,
    Resource,
    ResourceGroup,
)
from costplane.catalog.ports import CatalogWriter
from costplane.core.period import day_start
from costplane.demo import trace_group
from costplane.demo.estate import (
    Placed,
    account_id,
    estate,
    group_id,
    subscription_id,
)

MANAGEMENT_GROUP = "demo"


def put_hierarchy(catalog: CatalogWriter) -> None:
    """Put everything that the demo's usage stands on, below the agreements (agreement.yaml), and
    the management group over their Azure subscriptions. Putting it again changes nothing."""
    catalog.put_management_group(ManagementGroup(MANAGEMENT_GROUP, "Demo"))
    catalog.put_subscription(
        *(
            replace(subscription, management_group_id=MANAGEMENT_GROUP)
            for subscription in catalog.hierarchy().subscriptions
            if subscription.kind == "Azure"
        )
    )
    groups = {name: group.tags for name, group in estate().groups.items()}
    groups[trace_group.GROUP] = trace_group.TAGS
    catalog.put_resource_group(*(ResourceGroup(subscription_id(name), name) for name in groups))
    for name, tags in groups.items():
        if tags:
            catalog.put_tags(group_id(name).lower(), tags, BEGINNING)
    catalog.put_resource(*_estate_accounts(), *_trace_accounts())
    catalog.put_deployment(*map(_deployment, estate().deployments()), *_trace_deployments())


def _estate_accounts() -> Iterator[Resource]:
    for group, facts in estate().groups.items():
        for name, account in facts.accounts.items():
            resource_id = account_id(group, name)
            yield Resource(resource_id, name, account.region, account.kind, "S0")


def _deployment(placed: Placed) -> Deployment:
    facts = placed.deployment
    return Deployment(
        resource_id=placed.resource_id,
        name=placed.name,
        model=facts.model,
        model_version=estate().models[facts.model].version,
        deployment_type=facts.type,
        valid_from=facts.valid_from,
        valid_to=facts.valid_to,
    )


def _trace_accounts() -> Iterator[Resource]:
    for replay in trace_group.REPLAYS:
        yield Resource(replay.resource_id, replay.account, trace_group.REGION, "OpenAI", "S0")


def _trace_deployments() -> Iterator[Deployment]:
    start = day_start(trace_group.DAY)
    for replay in trace_group.REPLAYS:
        yield Deployment(
            resource_id=replay.resource_id,
            name=replay.deployment,
            model=replay.model,
            model_version=replay.version,
            deployment_type=replay.type,
            valid_from=start,
            valid_to=start + timedelta(days=1),
        )
