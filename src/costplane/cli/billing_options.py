"""Options that name what is billed together, and a month."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from costplane.errors import InvalidInput

AccountOption = Annotated[
    str | None,
    typer.Option("--billing-account", help="Id of the billing account.", show_default=False),
]
NeededAccountOption = Annotated[
    str, typer.Option("--billing-account", help="Id of the billing account.", show_default=False)
]
ProfileOption = Annotated[
    str | None,
    typer.Option("--profile", help="Billing profile, where it bills.", show_default=False),
]
MonthOption = Annotated[
    str | None, typer.Option("--month", help="UTC month, such as 2026-10.", show_default=False)
]


def key_of(account: str | None, profile: str | None) -> str | None:
    """The billing key that the options name; None is every one."""
    from costplane.billing.billing_key import billing_key

    if account is None:
        if profile is not None:
            raise InvalidInput("--profile needs --billing-account beside it", target="profile")
        return None
    return billing_key(account, profile)


def month_of(text: str | None) -> datetime | None:
    """The first instant of the month that the option names."""
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        raise InvalidInput(
            f"--month is {text!r}; write a month such as 2026-10", target="month"
        ) from None
