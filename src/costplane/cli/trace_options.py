"""The options that say what a public trace leaves out: whose the calls were, and of what."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from costplane.errors import InvalidInput

if TYPE_CHECKING:
    from costplane.metering.traces.assignment import Assignment


def _option(name: str, meaning: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(name, help=meaning, show_default=False)
    return option


ResourceOption = Annotated[str | None, _option("--resource", "Resource id of the AI account.")]
DeploymentOption = Annotated[str | None, _option("--deployment", "Deployment that was called.")]
ModelOption = Annotated[str | None, _option("--model", "Model that served the calls.")]
ModelVersionOption = Annotated[str | None, _option("--model-version", "Its version.")]
DeploymentTypeOption = Annotated[
    str | None, _option("--deployment-type", "Azure SKU name, such as GlobalStandard.")
]
RegionOption = Annotated[str | None, _option("--region", "Azure's name of the region.")]
SourceOption = Annotated[str | None, _option("--source", "Source of the events' identity.")]
TagOption = Annotated[list[str] | None, _option("--tag", "KEY=VALUE; may be repeated.")]
DateOption = Annotated[
    datetime | None,
    typer.Option(
        "--date",
        help="UTC day to which the calls are moved; the time of day stays.",
        formats=["%Y-%m-%d"],
        show_default=False,
    ),
]


@dataclass(frozen=True, slots=True)
class TraceOptions:
    """What the options say. `tags` are KEY=VALUE."""

    resource: str | None
    deployment: str | None
    model: str | None
    model_version: str | None
    deployment_type: str | None
    region: str | None
    source: str | None
    day: date | None
    tags: tuple[str, ...]

    def assignment(self, file: str) -> Assignment | None:
        """What they assign to the calls in `file`; None if none was given.

        Without --source the file's name is the source, so that two traces do not share ids.
        Raises InvalidInput for a tag that is not understood; what a format lacks is told when the
        file is read.
        """
        if not any(astuple(self)):
            return None
        from costplane.metering.traces.assignment import Assignment

        return Assignment(
            resource_id=self.resource or "",
            deployment=self.deployment or "",
            model=self.model or "",
            model_version=self.model_version,
            deployment_type=self.deployment_type,
            region=self.region,
            source=self.source or file,
            day=self.day,
            tags=dict(_tag(text) for text in self.tags),
        )


def _tag(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise InvalidInput(f"--tag is '{text}'; write KEY=VALUE", target="--tag")
    return key, value
