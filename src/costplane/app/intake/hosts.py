"""Which resource answers at a host: Azure's AI resources have the name of their host."""

from __future__ import annotations

from functools import cached_property

from costplane.catalog.ports import CatalogReader

_ACCOUNTS = "/providers/microsoft.cognitiveservices/accounts/"


class Hosts:
    """The resources of the catalog by the first label of their hosts' names, as they are now."""

    def __init__(self, catalog: CatalogReader) -> None:
        self._catalog = catalog

    def resource_at(self, host: str) -> str | None:
        """The id of the resource at `host`; None if none or several have its name."""
        return self._ids.get(host.partition(".")[0])

    @cached_property
    def _ids(self) -> dict[str, str | None]:
        ids: dict[str, str | None] = {}
        for resource in self._catalog.resources():
            before, accounts, name = resource.id.partition(_ACCOUNTS)
            if accounts and "/" not in name:
                ids[name] = None if name in ids else f"{before}{accounts}{name}"
        return ids
