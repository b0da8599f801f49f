"""Which files an export may write, and where (contract.md section 7)."""

from __future__ import annotations

import re

from costplane.errors import InvalidInput

_STORAGE = re.compile(
    r"/?subscriptions/[^/]+/resourcegroups/[^/]+/providers/microsoft\.storage/storageaccounts/[^/]+",
    re.IGNORECASE,
)
_CONTAINER = re.compile(r"[A-Za-z0-9$][A-Za-z0-9-]{0,62}")
_COMPRESSION = {"Csv": ("gzip", "none"), "Parquet": ("snappy", "none")}
_PLACE = "properties.deliveryInfo.destination"


def check_files(form: str, compression: str, type_: str) -> None:
    """Raise InvalidInput for a format that the dataset or the compression does not have."""
    if compression not in _COMPRESSION[form]:
        raise InvalidInput(
            f"Invalid compressionMode '{compression}' for {form}; valid values: "
            + ", ".join(f"'{name}'" for name in _COMPRESSION[form]),
            target="properties.compressionMode",
        )
    if type_.startswith("Reservation") and (form, compression) != ("Csv", "none"):
        raise InvalidInput(
            f"{type_} is exported as Csv without compression", target="properties.format"
        )


def check_delivery(
    resource_id: str | None, container: str, folder: str | None, *, by_token: bool
) -> None:
    """Raise InvalidInput unless files can be put there. A path never leads out of its place."""
    if resource_id is None and not by_token:
        raise InvalidInput(
            f"{_PLACE} needs resourceId, or storageAccount with sasToken",
            target=f"{_PLACE}.resourceId",
        )
    if resource_id is not None and not _STORAGE.fullmatch(resource_id):
        raise InvalidInput(
            f"'{resource_id[:120]}' is not the id of a storage account",
            target=f"{_PLACE}.resourceId",
        )
    if not _CONTAINER.fullmatch(container):
        raise InvalidInput(
            f"'{container[:80]}' is no container: write 1 to 63 letters, digits or '-'",
            target=f"{_PLACE}.container",
        )
    parts = (folder or "").replace("\\", "/").split("/")
    if ".." in parts or "." in parts or not (folder or "").isprintable():
        raise InvalidInput(
            f"{_PLACE}.rootFolderPath is a path of names, without '.' and '..'",
            target=f"{_PLACE}.rootFolderPath",
        )
