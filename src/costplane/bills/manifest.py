"""Folders of exports: `manifest.json` names the files of a run, as Azure's exports write it.

The manifest is written last, so a folder without it may still be growing.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

import msgspec

from costplane.errors import UnreadableFile

NAME = "manifest.json"


class Blob(msgspec.Struct, frozen=True):
    """A file of the run: its place in the store that it was exported to, and its size."""

    blob_name: str = msgspec.field(name="blobName")
    byte_count: int | None = msgspec.field(name="byteCount", default=None)


class Manifest(msgspec.Struct, frozen=True):
    """What an export says that it wrote; of what else stands there nothing is needed."""

    blobs: tuple[Blob, ...]


def files_of(paths: Iterable[Path]) -> list[Path]:
    """The files themselves; for a folder, or its manifest, those that the manifest names.

    Raises UnreadableFile for a folder without one, and for files that are missing or cut off.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir() or path.name == NAME:
            found += _named(path / NAME if path.is_dir() else path)
        else:
            found.append(path)
    return found


def _named(manifest: Path) -> list[Path]:
    if not manifest.is_file():
        _refuse(manifest, f"the folder {manifest.parent.name} has no {NAME}; name its files")
    try:
        told = msgspec.json.decode(manifest.read_bytes(), type=Manifest)
    except msgspec.MsgspecError as error:
        _refuse(manifest, f"it is no manifest of an export: {error}")
    if not told.blobs:
        _refuse(manifest, "it names no files; the export had no rows")
    return [_checked(manifest, blob) for blob in told.blobs]


def _checked(manifest: Path, blob: Blob) -> Path:
    """The file beside the manifest; its folders in the store are of no interest."""
    path = manifest.parent / blob.blob_name.replace("\\", "/").rpartition("/")[2]
    if not path.is_file():
        _refuse(manifest, f"the file {path.name} that it names is missing")
    size = path.stat().st_size
    if blob.byte_count is not None and size != blob.byte_count:
        _refuse(manifest, f"{path.name} has {size} bytes, but it names {blob.byte_count}")
    return path


def _refuse(manifest: Path, told: str) -> NoReturn:
    raise UnreadableFile(f"{manifest.name}: {told}", target=manifest.name) from None
