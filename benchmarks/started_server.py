"""The one-machine server as a newcomer has it: started by a command, asked over HTTP, stopped by a signal."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from types import TracebackType

ADDRESS = re.compile(r"Dray answers at http://(\S+)")
START_S = 300.0
STOP_S = 30.0
POLL_S = 0.01
LIMIT_PER_MINUTE = "30000"


class StartedServer:
    """A server in `folder`, started by `command` on any free port, up inside a `with` block in a group of its own."""

    def __init__(self, folder: Path, command: tuple[str, ...], data_dir: Path) -> None:
        self.address = ""
        self.started_in_s = 0.0
        """From the command to the first answer."""
        self._folder = folder
        self._command = command
        self._data_dir = data_dir
        self._log = data_dir.with_name(f"{data_dir.name}.log")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def key(self) -> str:
        """The first account's key."""
        return (self._data_dir / "api_key").read_text().strip()

    def connection(self) -> http.client.HTTPConnection:
        """Return a connection that stays open between requests."""
        return http.client.HTTPConnection(self.address, timeout=60)

    def ask(self, connection: http.client.HTTPConnection, route: str, body: Any = None) -> bytes:
        """Return the body that a request such as `GET /v1/shipments` is answered with; raises when it is an error."""
        method, path = route.split(" ")
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        told = answer.read()
        if answer.status >= http.HTTPStatus.BAD_REQUEST:
            raise RuntimeError(f"{route}: {answer.status} {told[:500]!r}")
        return told

    def memory_mb(self) -> tuple[float, float]:
        """Return what all its processes take: proportional and resident set sizes."""
        proportional = resident = 0
        for pid in _members(self._pid):
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            proportional += _kb(rollup, "Pss")
            resident += _kb(rollup, "Rss")
        return proportional / 1024, resident / 1024

    @property
    def _pid(self) -> int:
        if self._process is None:
            raise RuntimeError("the server was not started")
        return self._process.pid

    def __enter__(self) -> Self:
        began = time.perf_counter()
        environment = {
            **os.environ,
            "DATA_DIR": str(self._data_dir),
            "PORT": "0",
            "SELF_HOSTED_LIMIT_PER_MINUTE": LIMIT_PER_MINUTE,
        }
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own commands
                self._command,
                cwd=self._folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
        while not self._answers():
            if self._process.poll() is not None or time.perf_counter() - began > START_S:
                self._stop()
                raise RuntimeError(f"no server came up:\n{self._log.read_text(errors='replace')}")
            time.sleep(POLL_S)
        self.started_in_s = time.perf_counter() - began
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop()

    def _answers(self) -> bool:
        found = ADDRESS.search(self._log.read_text(errors="replace"))
        if found is None:
            return False
        self.address = urlsplit(f"//{found.group(1)}").netloc
        connection = http.client.HTTPConnection(self.address, timeout=5)
        try:
            connection.request("GET", "/v1/health")
            return connection.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False
        finally:
            connection.close()

    def _stop(self) -> None:
        """Stop the server with the signal of a closed terminal, and whatever is left after `STOP_S` for good."""
        if self._process is None or self._process.poll() is not None:
            return
        os.killpg(self._pid, signal.SIGTERM)
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            os.killpg(self._pid, signal.SIGKILL)
            self._process.wait()


def _members(group: int) -> list[int]:
    """Return the processes of a group."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.getpgid(int(entry.name)) == group:
                    found.append(int(entry.name))
            except ProcessLookupError:
                continue
    return found


def _kb(rollup: str, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB", rollup, re.MULTILINE)
    return int(found.group(1)) if found else 0
