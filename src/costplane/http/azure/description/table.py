"""What each operation takes and answers, by its name in `operations.py`.

A row is the kind of answer, the options of the address, and the body. Tests hold it to what is read
and answered: an operation without a row, or with an option that nothing reads, fails them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from costplane.http.azure.description.answers import Answer


@dataclass(frozen=True, slots=True)
class Told:
    """How an operation is described. `body` names a schema of `bodies.py`; `bare`: the call may
    have none."""

    answer: Answer
    options: tuple[str, ...] = ()
    body: str = ""
    bare: bool = False


_ROWS = ("$top", "$skiptoken")
_PAGES = ("top", *_ROWS)
_BILLED = ("skip", "count", *_PAGES)
"""Lists of Azure's Billing API; its filter, orderBy and search are refused."""
_DAYS = ("$filter", "startDate", "endDate")
_RESERVED = ("reservationOrderId", "reservationId")
_PRIVATE_OR_NOT = ("", "_by_scope")
_BENEFITS = ("billing_account_id", "billing_profile_id", "savings_plan_order", "savings_plan_id")
_BENEFIT_REPORTS = (
    *("billing_account", "billing_profile", "reservation_order_id", "reservation_id"),
    *("savings_plan_order_id", "savings_plan_id"),
)


def _analysis() -> Iterator[tuple[str, Told]]:
    query = Told("query", _ROWS, "AzureQueryDefinition")
    yield "query.usage", query
    yield "query.usage_by_external_cloud_provider_type", query
    yield "query.next", Told("query", _ROWS)
    forecast = Told("query", ("$filter",), "AzureQueryDefinition")
    yield "forecast.usage", forecast
    yield "forecast.external_cloud_provider_usage", forecast
    menus = Told("list", ("$filter", "$expand", *_ROWS))
    yield "dimensions.list", menus
    yield "dimensions.by_external_cloud_provider_type", menus
    yield "tags.get", Told("named", ("$expand", *_DAYS, *_PAGES))
    for name in ("usage_details.list", "marketplaces.list"):
        more = ("metric", "$expand") if name == "usage_details.list" else ()
        yield name, Told("list", ("$filter", *more, *_PAGES))


def _kept() -> Iterator[tuple[str, Told]]:
    for suffix in _PRIVATE_OR_NOT:
        yield f"views.list{suffix}", Told("list", _PAGES)
        yield f"views.get{suffix}", Told("named")
        yield f"views.create_or_update{suffix}", Told("saved", body="AzureViewBody")
        yield f"views.delete{suffix}", Told("removed-or-absent")
        actions = "scheduled_actions."
        yield f"{actions}list{suffix}", Told("list", ("$filter", *_PAGES))
        yield f"{actions}get{suffix}", Told("named")
        yield f"{actions}create_or_update{suffix}", Told("saved", body="AzureScheduledActionBody")
        yield f"{actions}delete{suffix}", Told("removed-or-absent")
        yield f"{actions}run{suffix}", Told("done")
        yield f"{actions}check_name_availability{suffix}", Told("name", body="AzureNameRequest")
    yield "budgets.list", Told("list", ("$filter", *_PAGES))
    yield "budgets.get", Told("named")
    yield "budgets.create_or_update", Told("saved", body="AzureBudgetBody")
    yield "budgets.delete", Told("removed")
    yield "alerts.list", Told("list")
    yield "alerts.list_external", Told("list")
    yield "alerts.get", Told("named")
    yield "alerts.dismiss", Told("named", body="AzureAlertStatus")
    yield "exports.list", Told("list", ("$expand",))
    yield "exports.get", Told("named", ("$expand",))
    yield "exports.create_or_update", Told("saved", body="AzureExportBody")
    yield "exports.delete", Told("removed")
    yield "exports.execute", Told("done", body="AzureExportRunBody", bare=True)
    yield "exports.get_execution_history", Told("list")
    yield "settings.list", Told("list")
    yield "settings.get_by_scope", Told("named")
    yield "settings.create_or_update_by_scope", Told("saved", body="AzureSettingBody")
    yield "settings.delete_by_scope", Told("removed-or-absent")
    rules = "cost_allocation_rules."
    yield f"{rules}list", Told("list", _PAGES)
    yield f"{rules}get", Told("named")
    yield f"{rules}create_or_update", Told("saved", body="AzureCostAllocationRuleBody")
    yield f"{rules}delete", Told("removed-or-absent")
    yield f"{rules}check_name_availability", Told("name", body="AzureNameRequest")


def _billing() -> Iterator[tuple[str, Told]]:
    for by in ("account", "profile"):
        options = ("periodStartDate", "periodEndDate", *_BILLED)
        yield f"invoices.list_by_billing_{by}", Told("list", options)
    yield "invoices.list_by_billing_subscription", Told("list", options)
    for by in ("", "_by_billing_account", "_by_billing_subscription"):
        yield f"invoices.get{by}", Told("named")
    for by in ("account", "subscription"):
        yield f"invoices.begin_download_by_billing_{by}", Told("accepted")
    yield "invoices.download_result", Told("result")
    yield "charges.list", Told("list", ("$apply", *_DAYS))
    yield "balances.get_by_billing_account", Told("named")
    yield "balances.get_for_billing_period_by_billing_account", Told("named")
    yield "credits.get", Told("named")
    for what in ("lots", "events"):
        for by in ("billing_profile", "billing_account"):
            yield f"{what}.list_by_{by}", Told("list", (*_DAYS, *_PAGES))
    yield "lots.list_by_customer", Told("list", (*_DAYS, *_PAGES))
    yield "aggregated_cost.get_by_management_group", Told("named", _DAYS)
    yield "aggregated_cost.get_for_billing_period_by_management_group", Told("named", _DAYS)
    for name in ("get", "get_by_billing_period"):
        yield f"price_sheet.{name}", Told("named", ("$expand", *_PAGES))
    for by in ("billing_account", "billing_account_period", "billing_profile", "invoice"):
        yield f"price_sheet.begin_download_by_{by}", Told("accepted")
    yield "price_sheet.results", Told("result")


def _agreements() -> Iterator[tuple[str, Told]]:
    """Billing accounts and their levels."""
    lists = {
        "billing_accounts": ("",),
        "billing_profiles": ("_by_billing_account",),
        "invoice_sections": ("_by_billing_profile",),
        "customers": ("_by_billing_account", "_by_billing_profile"),
        "departments": ("_by_billing_account",),
        "enrollment_accounts": ("_by_billing_account", "_by_department"),
        "billing_subscriptions": (
            "_by_billing_account",
            "_by_billing_profile",
            "_by_invoice_section",
            "_by_customer_at_billing_account",
            "_by_enrollment_account",
        ),
    }
    for what, holders in lists.items():
        for by in holders:
            yield f"{what}.list{by}", Told("list", _BILLED)
        yield f"{what}.get", Told("named")
    yield "customers.get_by_billing_account", Told("named")
    yield "enrollment_accounts.get_by_department", Told("named")


def _reservations() -> Iterator[tuple[str, Told]]:
    for by in ("", "_by_reservation_order", "_by_reservation_order_and_reservation"):
        options: tuple[str, ...] = (*_DAYS, *_RESERVED, *_PAGES)
        yield f"reservations_summaries.list{by}", Told("list", ("grain", *options))
        yield f"reservations_details.list{by}", Told("list", options)
    for by in ("", "_by_billing_profile"):
        options = (*_DAYS, "useMarkupIfPartner", "previewMarkupPercentage", *_PAGES)
        yield f"reservation_transactions.list{by}", Told("list", options)
    for by in _BENEFITS:
        options = ("grain", "grainParameter", "filter", *_DAYS, *_PAGES)
        yield f"benefit_utilization_summaries.list_by_{by}", Told("list", options)
    yield "reservation_recommendations.list", Told("list", (*_DAYS, *_PAGES))
    named = ("scope", "region", "term", "lookBackPeriod", "product")
    yield "reservation_recommendation_details.get", Told("maybe", (*named, *_DAYS))
    yield "benefit_recommendations.list", Told("list", ("$expand", *_DAYS, *_PAGES))


def _reports() -> Iterator[tuple[str, Told]]:
    for kind in ("cost_details", "detailed_cost"):
        name = f"generate_{kind}_report.begin_create_operation"
        yield name, Told("accepted", body="AzureCostReport")
    yield "generate_cost_details_report.begin_get_operation_results", Told("result")
    yield "generate_detailed_cost_report_operation_status.get", Told("object")
    yield "generate_detailed_cost_report_operation_results.begin_get", Told("result")
    for by in ("billing_account_id", "billing_profile_id"):
        name = f"generate_reservation_details_report.begin_by_{by}"
        yield name, Told("accepted", ("startDate", "endDate"))
    yield "generate_reservation_details_report.results", Told("result")
    uses = "generate_benefit_utilization_summaries_report"
    for by in _BENEFIT_REPORTS:
        yield f"{uses}.begin_generate_by_{by}", Told("accepted", body="AzureBenefitReport")
    yield f"{uses}.results", Told("result")


def _catalog() -> Iterator[tuple[str, Told]]:
    yield "subscriptions.list", Told("list", _PAGES)
    for name in ("resource_groups.list", "resources.list", "resources.list_by_resource_group"):
        yield name, Told("list", ("$filter", *_PAGES))
    for name in ("subscriptions.get", "resource_groups.get", "resources.get_by_id"):
        yield name, Told("named")
    for name in ("role_definitions.list", "role_assignments.list_for_scope"):
        yield name, Told("list", ("$filter", *_PAGES))
    for name in ("role_definitions.get", "role_assignments.get"):
        yield name, Told("named")
    yield "role_assignments.create", Told("saved", body="AzureRoleAssignment")
    yield "role_assignments.delete", Told("taken")
    yield "tags.get_at_scope", Told("named")
    yield "tags.begin_create_or_update_at_scope", Told("named", body="AzureTags")
    yield "tags.begin_update_at_scope", Told("named", body="AzureTags")
    yield "tags.begin_delete_at_scope", Told("done")
    yield "resource_groups.check_existence", Told("exists")
    yield "operations.list", Told("list", _PAGES)


_SUBJECTS = (_analysis, _kept, _billing, _agreements, _reservations, _reports, _catalog)

TABLE: dict[str, Told] = {name: told for subject in _SUBJECTS for name, told in subject()}
