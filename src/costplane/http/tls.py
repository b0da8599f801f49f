"""Certificates for a server that has none of its own (`serve --self-signed`).

A small certificate authority is made beside the data, signs one certificate for this machine,
and is thrown away but for its own certificate: clients trust `ca.pem` (Azure's SDK with
`connection_verify=".../ca.pem"`), and nobody can sign a second one.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import trustme
from cryptography import x509

_VALID = timedelta(days=820)
_RENEW_BEFORE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Certificates:
    """Paths of PEM files: the authority to trust, the server's certificate and key."""

    authority: Path
    certificate: Path
    key: Path


def self_signed(folder: Path, now: datetime) -> Certificates:
    """The certificates in `folder`; made anew when missing, about to expire, or for other names."""
    found = Certificates(folder / "ca.pem", folder / "server.pem", folder / "server-key.pem")
    names = ("localhost", "127.0.0.1", "::1", socket.gethostname())
    if not _stands(found, names, now):
        _write(found, names, now)
    return found


def _stands(found: Certificates, names: tuple[str, ...], now: datetime) -> bool:
    if not all(path.is_file() for path in (found.authority, found.certificate, found.key)):
        return False
    certificate = x509.load_pem_x509_certificate(found.certificate.read_bytes())
    told = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    known = {str(name.value) for name in told}
    return known >= set(names) and certificate.not_valid_after_utc > now + _RENEW_BEFORE


def _write(target: Certificates, names: tuple[str, ...], now: datetime) -> None:
    target.key.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority = trustme.CA(organization_name="Costplane", organization_unit_name="This server")
    issued = authority.issue_cert(
        *dict.fromkeys(names),
        organization_name="Costplane",
        not_before=now - timedelta(days=1),
        not_after=now + _VALID,
    )
    private = os.open(target.key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(private, "wb") as key:
        key.write(issued.private_key_pem.bytes())
    target.certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    authority.cert_pem.write_to_path(str(target.authority))
