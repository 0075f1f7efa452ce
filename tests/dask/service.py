"""Replicas of the published service on this machine, each a process of its own on a free port."""
from __future__ import annotations

import os
import pathlib
import re
import subprocess
import tempfile
import time
import types
import urllib.error
import urllib.request
from collections.abc import Mapping


class Replica:
    """Starts on entering, ready; stopped on leaving unless it was killed before."""

    def __init__(self, app: pathlib.Path, settings: Mapping[str, str] = types.MappingProxyType({}), patience_seconds: float = 120) -> None:
        self._app = app.resolve()
        self._settings = settings
        self._patience_seconds = patience_seconds

    def __enter__(self) -> Replica:
        self._log = tempfile.NamedTemporaryFile("w")
        self._process = subprocess.Popen(
            ["dotnet", str(self._app / "GradService.dll")], cwd="/", stdout=self._log, stderr=subprocess.STDOUT,
            env={**os.environ, "ASPNETCORE_URLS": "http://127.0.0.1:0", "Limits__Threads": "1", **self._settings})
        try:
            self.url = self._wait_until_ready(time.monotonic() + self._patience_seconds)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: types.TracebackType | None) -> None:
        self._stop()

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._log.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(30)

    def is_dead(self) -> bool:
        return self._process.poll() is not None

    def _wait_until_ready(self, deadline: float) -> str:
        while time.monotonic() < deadline and not self.is_dead():
            listening = re.search(r"Now listening on: (http://\S+)", self._said())
            if listening and _is_ready(listening[1]):
                return listening[1]
            time.sleep(0.05)
        raise RuntimeError(f"The service did not start: {self._said()}")

    def _said(self) -> str:
        return pathlib.Path(self._log.name).read_text()


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health/ready", timeout=30):
            return True
    except urllib.error.URLError:  # 503 while it starts
        return False
