"""Ids of what Microsoft.Billing has: accounts, profiles, sections, customers, periods."""

from __future__ import annotations

from datetime import datetime

_ACCOUNTS = "/providers/Microsoft.Billing/billingAccounts"


def account_id(account: str) -> str:
    """Of a billing account."""
    return f"{_ACCOUNTS}/{account}"


def profile_id(account: str, profile: str) -> str:
    """Of a billing profile."""
    return f"{_ACCOUNTS}/{account}/billingProfiles/{profile}"


def section_id(account: str, profile: str | None, section: str) -> str:
    """Of an invoice section, under its profile if that is known."""
    within = profile_id(account, profile) if profile else account_id(account)
    return f"{within}/invoiceSections/{section}"


def customer_id(account: str, customer: str) -> str:
    """Of a customer."""
    return f"{_ACCOUNTS}/{account}/customers/{customer}"


def invoice_id(account: str, profile: str | None, number: str) -> str:
    """Of an invoice."""
    within = profile_id(account, profile) if profile else account_id(account)
    return f"{within}/invoices/{number}"


def period_id(scope: str, month: datetime) -> str:
    """Of a billing period of a scope, which is written with or without a slash before it."""
    return f"/{scope.strip('/')}/providers/Microsoft.Billing/billingPeriods/{month:%Y%m}"
