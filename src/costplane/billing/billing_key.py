"""What is billed together: a billing account, or a billing profile of one."""

from __future__ import annotations

BILLING_KEY = "CONCAT_WS(':', BillingAccountId, x_BillingProfileId)"
"""The key of a row of `charges`, in SQL."""


def billing_key(account_id: str, profile_id: str | None = None) -> str:
    """The account's id, or `account:profile` where an agreement bills by profile; lower case."""
    return ":".join(part.lower() for part in (account_id, profile_id) if part)
