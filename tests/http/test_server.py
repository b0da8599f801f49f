"""The server as a process: its start, its address, its end."""

from __future__ import annotations

import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from costplane.errors import InvalidInput, Unavailable
from costplane.http.server import listen
from tests.environment.server import costplane, free_port


def test_a_taken_port_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable, match=f"Port {port} of 127.0.0.1"):
            listen("127.0.0.1", port)


def test_certificate_and_key_belong_together(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="--tls-key"):
        listen("127.0.0.1", 0, certificate=tmp_path / "cert.pem")


def test_it_serves_and_ends_in_order(tmp_path: Path) -> None:
    port = free_port()
    arguments = ["serve", "--no-auth", "--port", str(port), "--data", str(tmp_path)]
    with subprocess.Popen([costplane(), *arguments], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == f"Costplane serves on http://127.0.0.1:{port}\n"
        answer = httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=30)
        assert answer.json() == {"status": "alive"}
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0


def test_tls_with_its_own_authority(tmp_path: Path) -> None:
    port = free_port()
    arguments = ["serve", "--no-auth", "--self-signed", "--port", str(port)]
    arguments += ["--data", str(tmp_path)]
    with subprocess.Popen([costplane(), *arguments], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        authority = server.stdout.readline().split()[-1]
        assert server.stdout.readline().startswith("Costplane serves on https://127.0.0.1")
        trust = ssl.create_default_context(cafile=authority)
        for host in ("127.0.0.1", "localhost"):
            answer = httpx.get(f"https://{host}:{port}/healthz", verify=trust, timeout=30)
            assert answer.status_code == 200
        server.send_signal(signal.SIGINT)
        assert server.wait(30) == 0


def test_open_to_the_network_with_roles_and_tls(tmp_path: Path) -> None:
    """Off loopback nothing is served before somebody holds a role, and then to them alone."""
    folder = ["--data", str(tmp_path)]
    arguments = ["serve", "--host", "0.0.0.0", "--self-signed", "--port", str(free_port()), *folder]
    refused = subprocess.run([costplane(), *arguments], capture_output=True, text=True, timeout=120)
    assert refused.returncode != 0
    assert "costplane tokens create" in refused.stderr
    create = ["tokens", "create", "--role", "Owner", "--scope", "/", "--name", "first", *folder]
    made = subprocess.run([costplane(), *create], capture_output=True, text=True, check=True)
    token = made.stdout.split()[0]
    with subprocess.Popen(
        [costplane(), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert server.stderr is not None
        trust = ssl.create_default_context(cafile=server.stdout.readline().split()[-1])
        url = f"https://127.0.0.1:{arguments[5]}/v1/scopes"
        assert server.stdout.readline().startswith("Costplane serves on https://")
        with httpx.Client(verify=trust, timeout=60) as client:
            assert client.get(url).status_code == 401
            known = {"Authorization": f"Bearer {token}"}
            assert client.get(url, headers=known).status_code == 200
            with pytest.raises(httpx.TransportError):
                client.get(url.replace("https", "http"))
        server.send_signal(signal.SIGTERM)
        assert server.wait(60) == 0
        assert "without TLS" not in server.stderr.read()


def test_help_starts_quickly() -> None:
    """Measured as processor time: the machine may be busy."""
    import resource

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([costplane(), "--help"], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert used < 0.5, f"{sys.executable} took {used:.2f} s"
