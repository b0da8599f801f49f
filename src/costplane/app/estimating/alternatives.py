"""A plan beside other ways to serve it: models, deployment types, provisioned throughput."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from costplane.app.estimating.alternative import (
    Alternative,
    Variant,
    change_of,
    cost_of,
    lines_of,
    reasons_of,
)
from costplane.app.estimating.estimating import Estimating
from costplane.app.estimating.provisioned_ways import provisioned_ways
from costplane.app.estimating.result import Estimate
from costplane.app.estimating.workload import Plan, Workload
from costplane.core.period import day_start
from costplane.pricing.providers import AZURE

BY_USE = "by use"
_DEPLOYMENT_TYPES = (
    "GlobalStandard",
    "DataZoneStandard",
    "Standard",
    "GlobalBatch",
    "DataZoneBatch",
)


def compare(estimating: Estimating, plan: Plan, priced_at: datetime | None) -> list[Alternative]:
    """Every workload of `plan` on its own model and on those to compare with, by each deployment
    type and purchase. Raises NotFound if no price sheet is stored."""
    variants = [variant for workload in plan.workloads for variant in _variants(workload, plan)]
    workloads = tuple(variant.workload for variant in variants)
    estimate = estimating.estimate(Plan(plan.name, workloads), priced_at)
    planned = {
        variant.origin.name: cost_of(lines_of(estimate, variant.workload), None)
        for variant in variants
        if variant.is_planned
    }
    book, payers = estimating.book(), estimating.payers(workloads)
    found = []
    for variant in variants:
        base = planned[variant.origin.name]
        found.append(_by_use(variant, estimate, base))
        at = priced_at or day_start(variant.origin.start)
        found += provisioned_ways(variant, estimate, base, book, payers, at)
    return found


def _variants(workload: Workload, plan: Plan) -> Iterator[Variant]:
    own = workload.served.model
    for told in dict.fromkeys((own, *plan.compare_models)):
        model, _, version = told.lower().partition("@")
        served = replace(workload.served, model=model)
        if told != own:
            served = replace(served, model_version=version or None)
        kinds: Sequence[str | None] = (served.deployment_type,)
        if served.provider == AZURE:
            kinds = tuple(dict.fromkeys((*kinds, *_DEPLOYMENT_TYPES)))
        for kind in kinds:
            batch = Fraction(1) if kind in _DEPLOYMENT_TYPES[3:] else workload.batch_share
            if kind == workload.served.deployment_type:
                batch = workload.batch_share
            yield Variant(
                workload,
                replace(
                    workload,
                    name=f"{workload.name}\n{told}\n{kind}",
                    served=replace(served, deployment_type=kind),
                    batch_share=batch,
                ),
            )


def _by_use(variant: Variant, estimate: Estimate, base: tuple[str, Decimal] | None) -> Alternative:
    lines = lines_of(estimate, variant.workload)
    month, total = cost_of(lines, variant.origin.start), cost_of(lines, None)
    reasons = reasons_of(estimate, variant.workload)
    return Alternative(
        workload=variant.origin.name,
        model=variant.workload.served.model,
        deployment_type=variant.workload.served.deployment_type,
        purchase=BY_USE,
        planned=variant.is_planned,
        month_cost=month[1] if month else None,
        total=total[1] if total else None,
        currency=total[0] if total else "",
        change=None if reasons else change_of(total, base),
        reasons=reasons,
    )
