"""Sealing: how secrets lie in the control plane, so that its file alone gives none away.

The keys are Fernet's (AES-128-CBC with HMAC-SHA256), in the environment variable
`COSTPLANE_SEALING_KEYS` (several processes on several machines share it), else in the file
`keys/sealing` of the data folder, which its owner alone may read. The first key seals; all unseal,
so that a new one is put before the others, and what is kept is sealed anew.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from costplane.errors import DamagedData, InvalidInput

VARIABLE = "COSTPLANE_SEALING_KEYS"
"""Keys parted by commas, the newest first."""

PREFIX = "sealed:"
"""Begins every sealed text."""

_OTHERS = 0o077


class Sealing:
    """Seals with the first of `keys`, unseals with any. Threads may share it."""

    def __init__(self, keys: Sequence[str]) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError:
            raise InvalidInput(
                "a sealing key is 32 random bytes in URL-safe base64, as 'costplane keys rotate' "
                "makes it; nothing is sealed or unsealed until the keys are right",
                target=VARIABLE,
            ) from None

    def seal(self, text: str) -> str:
        """`text` as it may lie in a database."""
        return PREFIX + self._fernet.encrypt(text.encode()).decode()

    def unseal(self, sealed: str) -> str:
        """The text that was sealed. Raises DamagedData if no key of these did it."""
        try:
            return self._fernet.decrypt(sealed.removeprefix(PREFIX).encode()).decode()
        except InvalidToken:
            raise _not_ours() from None

    def reseal(self, sealed: str) -> str:
        """The same text, sealed with the first key. Raises DamagedData."""
        try:
            return PREFIX + self._fernet.rotate(sealed.removeprefix(PREFIX).encode()).decode()
        except InvalidToken:
            raise _not_ours() from None


def is_sealed(text: str) -> bool:
    """Whether `text` was sealed."""
    return text.startswith(PREFIX)


def new_key() -> str:
    """A fresh key."""
    return Fernet.generate_key().decode()


def sealing_of(data: Path, environment: Mapping[str, str] = os.environ) -> Sealing:
    """The sealing of an installation; a data folder without a key gets one. Raises InvalidInput
    for a key that is none, or one that others may read."""
    told = environment.get(VARIABLE, "").strip()
    if told:
        return Sealing([key.strip() for key in told.split(",") if key.strip()])
    return Sealing(_kept(_file(data)))


def add_key(data: Path, environment: Mapping[str, str] = os.environ) -> None:
    """Put a new key before the last one in the file of a data folder, and forget those before.
    The last one stays until the next time: what another process seals with it meanwhile can be
    unsealed. Keys in the environment are its owner's to change."""
    if not environment.get(VARIABLE, "").strip():
        file = _file(data)
        _written(file, [new_key(), *_kept(file)[:1]]).replace(file)


def _file(data: Path) -> Path:
    return data / "keys" / "sealing"


def _kept(file: Path) -> list[str]:
    if not file.exists():
        _make(file)
    if file.stat().st_mode & _OTHERS:
        raise InvalidInput(
            f"others may read {file}, which holds keys; run 'chmod 600 {file}'", target=VARIABLE
        )
    return file.read_text().split()


def _make(file: Path) -> None:
    """A file with one key; of several that make it at once, the first one's stands."""
    written = _written(file, [new_key()])
    try:
        file.hardlink_to(written)
    except FileExistsError:
        pass
    finally:
        written.unlink()


def _written(file: Path, keys: Sequence[str]) -> Path:
    """A file of its own beside `file`; its owner alone may read it from the start."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent)
    with os.fdopen(handle, "w") as opened:
        opened.write("\n".join(keys) + "\n")
        opened.flush()
        os.fsync(opened.fileno())
    return Path(name)


def _not_ours() -> DamagedData:
    return DamagedData(
        f"a secret was sealed with a key that is not here; give it in {VARIABLE}, or put it back "
        "into keys/sealing of the data folder"
    )
