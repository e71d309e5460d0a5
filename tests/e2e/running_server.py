"""The one-machine server as its user has it: a process, an address, a key, a data folder."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from local.engine_package import PROJECT
from tests.waiting import until

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 30.0

ADDRESS = re.compile(r"Dray answers at (\S+)")
OURS = re.compile(
    r"AWS_.*|.*_(BUCKET|DIR|ENDPOINT|FILE|FOLDER|KEY_ID|PORT|PREFIX|URL|LEVEL|ORIGINS|SECONDS)|ALLOW_.*|CARRIERS|HOST|PORT"
)
"""Settings that a developer's terminal may hold, and that a test must not inherit."""

COMMAND = (sys.executable, "-W", "error", "-m", "local.run")


class RunningServer:
    """A server on `data_dir` and a free port, up inside a `with` block and in a process group of its own.

    Its limit is so high that no test meets it by accident; `settings` are added to its environment.
    """

    def __init__(
        self, data_dir: Path, settings: Mapping[str, str] | None = None, command: tuple[str, ...] = COMMAND
    ) -> None:
        self.data_dir = data_dir
        self.url = ""
        self._command = command
        self._environment = {name: value for name, value in os.environ.items() if not OURS.fullmatch(name)}
        self._environment |= {"DATA_DIR": str(data_dir), "PORT": "0", "SELF_HOSTED_LIMIT_PER_MINUTE": "30000"}
        self._environment |= settings or {}
        self._log = data_dir.with_name(f"{data_dir.name}.log")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def key(self) -> str:
        """The first account's key."""
        return (self.data_dir / "api_key").read_text().strip()

    @property
    def pid(self) -> int:
        """The process that was started; also the number of its group."""
        assert self._process is not None
        return self._process.pid

    @property
    def engine_pid(self) -> int:
        """The process of its DynamoDB engine."""
        return int(json.loads((self.data_dir / "lock").read_text())["engine_pid"])

    @property
    def engine_endpoint(self) -> str:
        """The address of its DynamoDB engine."""
        arguments = next(line for line in members(self.pid) if "--port" in line)
        return f"http://127.0.0.1:{arguments.partition('--port ')[2].split()[0]}"

    def words(self) -> str:
        """All that it printed and logged since its last start."""
        return self._log.read_text(errors="replace")

    def client(self, key: str | None = None) -> httpx.Client:
        """A client that sends the first account's key, or `key`."""
        headers = {"Authorization": f"Bearer {key or self.key}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30)

    def launch(self) -> Self:
        """Start the process, and wait for nothing."""
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                self._command,
                cwd=PROJECT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
        return self

    def start(self) -> Self:
        """Start it, and return once it answers."""
        self.launch()
        until(lambda: bool(ADDRESS.search(self.words())) or self._has_ended(), START_TIMEOUT_S, self.words)
        found = ADDRESS.search(self.words())
        assert found is not None, self.words()
        self.url = found.group(1)
        until(self.answers, START_TIMEOUT_S, self.words)
        return self

    def answers(self) -> bool:
        """Whether it says that it is alive."""
        try:
            return httpx.get(f"{self.url}/v1/health", timeout=5).is_success
        except httpx.TransportError:
            return False

    def wait(self) -> int:
        """Return its exit code, once it ends by itself."""
        assert self._process is not None
        return self._process.wait(STOP_TIMEOUT_S)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send it a signal, and return its exit code."""
        os.kill(self.pid, number)
        return self.wait()

    def kill_group(self, number: int = signal.SIGKILL) -> int:
        """Send all its processes a signal at once, and return the exit code of the first."""
        if not self._has_ended():
            os.killpg(self.pid, number)
        return self.wait()

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.kill_group()
            raise

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if not self._has_ended():
            self.stop()

    def _has_ended(self) -> bool:
        assert self._process is not None
        return self._process.poll() is not None


def members(group: int) -> list[str]:
    """Every process of a group that still runs, as `ps` shows it."""
    told = subprocess.run(
        ["/bin/ps", "-eww", "-o", "pgid=,stat=,rss=,args="], capture_output=True, text=True, check=True
    )
    rows = (line.split(maxsplit=3) for line in told.stdout.splitlines())
    return [" ".join(row) for row in rows if row[0] == str(group) and not row[1].startswith("Z")]
