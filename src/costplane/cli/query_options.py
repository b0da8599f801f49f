"""The options by which commands ask for costs: where, when, by what."""

from __future__ import annotations

from typing import Annotated

import typer

ScopeOption = Annotated[str, typer.Option(help="Scope id; / is all that you may see.")]
TimeframeOption = Annotated[
    str | None, typer.Option(help="MonthToDate, TheLastMonth, ...; MonthToDate without --from.")
]
FromOption = Annotated[
    str | None, typer.Option("--from", help="First UTC day.", show_default=False)
]
ToOption = Annotated[str | None, typer.Option(help="Last UTC day, included.", show_default=False)]
GroupByOption = Annotated[
    list[str] | None,
    typer.Option(help="Dimension or tag:KEY; may be repeated.", show_default=False),
]
FilterOption = Annotated[
    list[str] | None,
    typer.Option("--filter", help="NAME=V1,V2 or tag:KEY=V; may be repeated.", show_default=False),
]
TimeZoneOption = Annotated[
    str | None, typer.Option(help="IANA name; days and months are those of this zone.")
]
