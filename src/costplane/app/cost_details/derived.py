"""What follows from a row's facts and sums: Azure's words, prices of what was charged, ids.

Quotients are shown to twelve decimals, half away from zero, and computed in whole numbers: a
`DECIMAL` divided by another is a float in the engine.
"""

from __future__ import annotations

from costplane.app.cost_details.facts import FACTS
from costplane.rating.capacity_templates import REFUND

_SEPARATOR = "CHR(31)"
_SCALE = "CAST(1000000000000 AS HUGEINT)"

_RULE = "allocation_rule"


def _whole(amount: str) -> str:
    """A DECIMAL(38, 12) as its number of smallest units."""
    return f"CAST(REPLACE(CAST(CAST({amount} AS DECIMAL(38, 12)) AS VARCHAR), '.', '') AS HUGEINT)"


def ratio(dividend: str, divisor: str) -> str:
    """The quotient as DECIMAL(38, 12), zero where nothing is divided; null for none of nothing."""
    top, bottom = f"{_whole(dividend)} * {_SCALE} * 2", f"ABS({_whole(divisor)})"
    signed = f"({top}) * SIGN({divisor})"
    rounded = f"({signed} + SIGN({dividend}) * SIGN({divisor}) * {bottom}) // (2 * {bottom})"
    shown = f"CAST({rounded} AS DECIMAL(38, 0)) * CAST(0.000000000001 AS DECIMAL(13, 12))"
    return (
        f"CASE WHEN {dividend} = 0 THEN CAST(0 AS DECIMAL(38, 12)) "
        f"WHEN {divisor} <> 0 THEN CAST({shown} AS DECIMAL(38, 12)) END"
    )


def _row_id() -> str:
    """Of all facts; that of a rule only where one moved the cost, so that rows keep their ids."""
    told = [f"COALESCE(CAST({name} AS VARCHAR), '')" for name in FACTS if name != _RULE]
    texts = f", {_SEPARATOR}, ".join(told)
    return f"MD5(CONCAT({texts}, COALESCE(CONCAT({_SEPARATOR}, {_RULE}), '')))"


_OWN_COST = f"CASE WHEN exchange_rate IS NULL THEN cost ELSE {ratio('cost', 'exchange_rate')} END"
"""In the pricing currency: rows without a rate are priced in the billing currency."""
_COST_OF_LIST_IN_USD = (
    "CASE WHEN currency = 'USD' THEN list_cost WHEN pricing_currency = 'USD' "
    f"THEN {ratio('list_cost', 'exchange_rate')} END"
)
_INFO = {
    "Deployment": "deployment",
    "DeploymentType": "deployment_type",
    "Model": "model",
    "ModelVersion": "model_version",
    "Provider": "provider",
    "Operation": "operation",
    "TokenType": "token_type",
    "ServiceTier": "service_tier",
    "ContextBand": "context_band",
    "AccountResourceId": "account_resource_id",
    "ConsumedQuantity": "CASE WHEN consumed <> 0 THEN consumed END",
    "ConsumedUnit": "CASE WHEN consumed <> 0 THEN consumed_unit END",
}
_NAMESPACES = {
    "microsoft.cognitiveservices": "Microsoft.CognitiveServices",
    "microsoft.saas": "Microsoft.SaaS",
    "microsoft.capacity": "Microsoft.Capacity",
}


def _additional_info() -> str:
    """The facts of AI as a JSON object without what is not known."""
    members = ", ".join(
        f"CASE WHEN {sql} IS NOT NULL THEN CONCAT('\"{name}\":', TO_JSON({sql})) END"
        for name, sql in _INFO.items()
    )
    return f"CONCAT('{{', CONCAT_WS(',', {members}), '}}')"


def _consumed_service() -> str:
    known = " ".join(f"WHEN '{text}' THEN '{name}'" for text, name in _NAMESPACES.items())
    return (
        "CASE WHEN resource_group IS NULL AND commitment_id IS NULL THEN provider ELSE "
        f"CASE SPLIT_PART(resource_type, '/', 1) {known} "
        "ELSE SPLIT_PART(resource_type, '/', 1) END END"
    )


DERIVED: dict[str, str] = {
    "id": _row_id(),
    "effective_price": ratio("cost", "quantity"),
    "own_cost": _OWN_COST,
    "own_effective_price": ratio(f"({_OWN_COST})", "quantity"),
    "shown_rate": "COALESCE(exchange_rate, CASE WHEN currency = pricing_currency THEN 1 END)",
    "list_cost_in_usd": _COST_OF_LIST_IN_USD,
    "charge_type": "CASE WHEN commitment_status = 'Unused' "
    "THEN CONCAT('Unused', REPLACE(commitment_type, ' ', '')) "
    f"WHEN charge_category = 'Credit' OR ENDS_WITH(product, '{REFUND}') THEN 'Refund' "
    "ELSE charge_category END",
    "frequency": "REPLACE(charge_frequency, '-', '')",
    "pricing_model": "CASE WHEN pricing_category = 'Committed' "
    "THEN REPLACE(commitment_type, ' ', '') WHEN pricing_category = 'Dynamic' THEN 'Spot' "
    "ELSE 'OnDemand' END",
    "reservation_id": "CASE WHEN commitment_type = 'Reservation' "
    "THEN SPLIT_PART(commitment_id, '/', -1) END",
    "reservation": "CASE WHEN commitment_type = 'Reservation' THEN commitment END",
    "order_id": "CASE WHEN commitment_type = 'Reservation' "
    "THEN SPLIT_PART(commitment_id, '/', 5) END",
    "is_credit_eligible": "COALESCE(publisher_type, '') = 'Azure'",
    "microsoft_publisher": "CASE publisher_type WHEN 'Azure' THEN 'Microsoft' "
    "ELSE publisher_type END",
    "consumed_service": _consumed_service(),
    "additional_info": _additional_info(),
    "product_provider": "CASE WHEN resource_group IS NULL AND commitment_id IS NULL "
    "THEN provider ELSE 'Azure' END",
    "offer": "CASE WHEN publisher_type = 'Marketplace' THEN meter_sub_category END",
}
