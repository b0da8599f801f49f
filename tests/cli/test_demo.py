"""`costplane demo`: served at once, not ready before its history, ended as a whole."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import httpx

from tests.environment.server import costplane


def test_it_serves_while_it_loads(tmp_path: Path) -> None:
    arguments = ["demo", "--port", "0", "--data", str(tmp_path)]
    environment = os.environ | {"COSTPLANE_DEMO_NOW": "2026-11-22T10:00:00Z"}
    with subprocess.Popen(
        [costplane(), *arguments], stdout=subprocess.PIPE, text=True, env=environment
    ) as demo:
        assert demo.stdout is not None
        address = demo.stdout.readline().split()[-1]
        assert httpx.get(f"{address}/healthz", timeout=60).status_code == 200
        waiting = httpx.get(f"{address}/readyz", timeout=60)
        assert (waiting.status_code, waiting.json()["status"]) == (503, "loading")
        status = httpx.get(f"{address}/v1/status", timeout=60).json()
        assert status["demo"]
        assert status["now"] == "2026-11-22T10:00:00Z"
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(60) == 0
