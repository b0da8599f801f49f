"""The texts of a file: itself, what gzip or zip packed, several files of a zip in order of name."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from costplane.errors import TooLarge, UnreadableFile

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_LIMIT = 2 << 30
"""Bytes that a file may come to when it is unpacked: the largest price sheets have a few 100 MB."""


@dataclass(frozen=True, slots=True)
class Part:
    """One text of a file, and its name there."""

    name: str
    text: str


def parts_of(file: Path, content: bytes) -> list[Part]:
    """The texts of a file. Raises UnreadableFile for damaged or foreign content."""
    if content.startswith((_ZIP, _EMPTY_ZIP)):
        return _of_zip(file, content)
    try:
        plain = _gunzipped(file, content) if content.startswith(_GZIP) else content
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableFile(f"{file}: the gzip data is damaged", target=str(file)) from error
    return [Part(file.name, _decoded(str(file), plain))]


def _gunzipped(file: Path, content: bytes) -> bytes:
    with gzip.open(BytesIO(content)) as packed:
        plain = packed.read(_LIMIT + 1)
    if len(plain) > _LIMIT:
        raise _too_large(file)
    return plain


def _of_zip(file: Path, content: bytes) -> list[Part]:
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            members = sorted(filter(_is_sheet, packed.infolist()), key=lambda m: m.filename)
            if sum(member.file_size for member in members) > _LIMIT:
                raise _too_large(file)
            return [
                Part(m.filename, _decoded(f"{file}/{m.filename}", packed.read(m))) for m in members
            ]
    # What zipfile raises for damage, for a password, and for a packing that it does not know.
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise UnreadableFile(
            f"{file}: the zip data is damaged or locked: {error}", target=str(file)
        ) from error


def _is_sheet(member: zipfile.ZipInfo) -> bool:
    """Whether a member is a file of its own, not what a desktop lays beside files. Members are
    read and never written, so that a name that leads elsewhere leads nowhere."""
    names = member.filename.split("/")
    return not member.is_dir() and names[0] != "__MACOSX" and not names[-1].startswith(".")


def _decoded(name: str, plain: bytes) -> str:
    try:
        return plain.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"{name}: the text is not UTF-8", target=name) from error


def _too_large(file: Path) -> TooLarge:
    return TooLarge(f"{file} unpacks to more than {_LIMIT >> 30} GiB", target=str(file))
