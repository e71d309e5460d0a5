"""The DynamoDB engine's process: started on its own port, watched, started again when it dies, and stopped."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from local.data_folder import DataFolder
from local.errors import EngineError

HOST = "127.0.0.1"
LAUNCHER = Path(__file__).with_name("engine_launcher.py")
START_TIMEOUT_S = 10.0
POLL_S = 0.005
PAUSE_S = 0.1
"""Before it is started again; twice that after the second death, and so on."""

MAX_DEATHS = 4
DEATHS_WINDOW_S = 60.0
"""`MAX_DEATHS` deaths within this time are a broken disk or program, which no further start will mend."""


class Engine:
    """One engine: on the database of `folder`, or in memory without one. Port 0 means: any free one.

    Used as a context manager it runs inside the block. A server that lives long calls `watch` too.
    """

    def __init__(self, program: Path, folder: DataFolder | None = None, port: int = 0) -> None:
        self._program = program
        self._folder = folder
        self.port = port or free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._words: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the engine
        self._turn = threading.Lock()
        self._stopping = threading.Event()
        self._watcher: threading.Thread | None = None

    @property
    def endpoint(self) -> str:
        """The address to give to a DynamoDB client."""
        return f"http://{HOST}:{self.port}"

    @property
    def pid(self) -> int | None:
        """The running process, None before the start."""
        return self._process.pid if self._process else None

    def start(self) -> Self:
        """Start it, and return once it answers. Raises `EngineError` with its own words when it doesn't."""
        self._launch()
        self._wait_until_healthy()
        return self

    def watch(self, on_failure: Callable[[str], None]) -> None:
        """From now on start it again on the same port whenever it dies.

        When it keeps dying, `on_failure` is called once, on another thread, with a sentence that says why.
        """
        self._watcher = threading.Thread(target=self._keep_alive, args=(on_failure,), name="engine", daemon=True)
        self._watcher.start()

    def answers(self) -> bool:
        """Whether it answers at the moment."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=1)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def stop(self) -> None:
        """End it and its watch, and wait until both are gone; twice does no harm. Not to be called by `on_failure`."""
        self._stopping.set()
        with self._turn:
            if self._process is not None:
                _end(self._process)
        if self._watcher is not None:
            self._watcher.join()
        self._words.close()

    def __enter__(self) -> Self:
        try:
            return self.start()
        except EngineError:
            self.stop()
            raise

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _launch(self) -> None:
        """Start the process, unless `stop` came first. The lock of its folder goes with it."""
        command = [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), str(self._program)]
        command += ["--host", HOST, "--port", str(self.port)]
        lock: tuple[int, ...] = ()
        if self._folder is not None:
            command += ["--db-path", str(self._folder.database)]
            lock = (self._folder.lock_fd,)
        with self._turn:
            if self._stopping.is_set():
                return
            self._words.seek(0)
            self._words.truncate()
            self._process = subprocess.Popen(  # noqa: S603 - our own program and paths
                command,
                stdin=subprocess.DEVNULL,
                stdout=self._words,
                stderr=self._words,
                pass_fds=lock,
            )
            if self._folder is not None:
                self._folder.record_engine(self._process.pid)

    def _wait_until_healthy(self) -> None:
        """Return once this very process listens and answers."""
        process, deadline = self._process, time.monotonic() + START_TIMEOUT_S
        while process is not None:
            # its own words first: another program may be the one that answers on this port
            if "listening" in self._last_words() and self.answers():
                return
            if process.poll() is not None:
                raise EngineError(f"the DynamoDB engine stopped at its start: {self._last_words()}")
            if time.monotonic() > deadline:
                _end(process)
                raise EngineError(f"the DynamoDB engine did not answer within {START_TIMEOUT_S:.0f} s")
            time.sleep(POLL_S)

    def _keep_alive(self, on_failure: Callable[[str], None]) -> None:
        deaths: deque[float] = deque(maxlen=MAX_DEATHS)
        while self._process is not None:
            self._process.wait()
            if self._stopping.is_set():
                return
            deaths.append(time.monotonic())
            why = f"exit code {self._process.returncode}, its last words: {self._last_words()}"
            if len(deaths) == MAX_DEATHS and deaths[-1] - deaths[0] < DEATHS_WINDOW_S:
                on_failure(f"the DynamoDB engine died {MAX_DEATHS} times within {DEATHS_WINDOW_S:.0f} s: {why}")
                return
            self._stopping.wait(PAUSE_S * len(deaths))
            with contextlib.suppress(EngineError):  # it counts as the next death
                self.start()

    def _last_words(self) -> str:
        """Return the last line that the engine wrote."""
        if self._words.closed:
            return "it was stopped"
        size = os.fstat(self._words.fileno()).st_size
        text = os.pread(self._words.fileno(), 1000, max(0, size - 1000)).decode(errors="replace").strip()
        return text.splitlines()[-1] if text else "it said nothing"


def free_port() -> int:
    """Return a port on which nobody listens at the moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill it: the launcher blocked every gentler signal, and the engine syncs each write before it answers."""
    process.kill()
    process.wait()
