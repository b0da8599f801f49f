"""Certificates of a server that has none of its own."""

from __future__ import annotations

import ssl
import stat
from datetime import timedelta
from pathlib import Path

from costplane.http.tls import self_signed
from tests.http.sample import NOW


def test_the_authority_signs_the_server(tmp_path: Path) -> None:
    made = self_signed(tmp_path / "tls", NOW)
    ssl.create_default_context(cafile=str(made.authority))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(made.certificate, made.key)
    assert stat.S_IMODE(made.key.stat().st_mode) == 0o600


def test_they_are_kept_while_they_stand(tmp_path: Path) -> None:
    first = self_signed(tmp_path, NOW).certificate.read_bytes()
    assert self_signed(tmp_path, NOW + timedelta(days=300)).certificate.read_bytes() == first
    assert self_signed(tmp_path, NOW + timedelta(days=800)).certificate.read_bytes() != first


def test_a_missing_file_renews_all(tmp_path: Path) -> None:
    made = self_signed(tmp_path, NOW)
    first = made.certificate.read_bytes()
    made.authority.unlink()
    assert self_signed(tmp_path, NOW).certificate.read_bytes() != first
    assert made.authority.is_file()
