"""Sealing: what is sealed reads as nothing without the key, and keys turn."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from costplane.access.sealing import VARIABLE, Sealing, add_key, is_sealed, new_key, sealing_of
from costplane.errors import DamagedData, InvalidInput


def test_sealed_and_unsealed() -> None:
    sealing = Sealing([new_key()])
    sealed = sealing.seal("secret é")
    assert is_sealed(sealed)
    assert "secret" not in sealed
    assert sealing.unseal(sealed) == "secret é"
    assert sealing.seal("secret é") != sealed, "equal secrets do not show"


def test_other_keys_open_nothing() -> None:
    sealed = Sealing([new_key()]).seal("secret")
    for text in (sealed, sealed[:-4] + "AAAA", "sealed:", "sealed:x"):
        with pytest.raises(DamagedData):
            Sealing([new_key()]).unseal(text)


def test_the_first_key_seals_and_all_open() -> None:
    old, new = new_key(), new_key()
    sealed = Sealing([old]).seal("secret")
    both = Sealing([new, old])
    assert both.unseal(sealed) == "secret"
    assert Sealing([new]).unseal(both.reseal(sealed)) == "secret"


def test_a_folder_gets_one_key_that_its_owner_alone_reads(tmp_path: Path) -> None:
    found: list[Sealing] = []
    threads = [
        threading.Thread(target=lambda: found.append(sealing_of(tmp_path, {}))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sealed = found[0].seal("secret")
    assert {one.unseal(sealed) for one in found} == {"secret"}
    (file,) = (tmp_path / "keys").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o644)
    with pytest.raises(InvalidInput, match="chmod 600"):
        sealing_of(tmp_path, {})


def test_keys_of_the_environment_go_first(tmp_path: Path) -> None:
    old, new = new_key(), new_key()
    environment = {VARIABLE: f"{new}, {old}"}
    sealed = Sealing([old]).seal("secret")
    assert sealing_of(tmp_path, environment).unseal(sealed) == "secret"
    add_key(tmp_path, environment)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(InvalidInput) as refusal:
        sealing_of(tmp_path, {VARIABLE: "hunter2"})
    assert "hunter2" not in refusal.value.message
