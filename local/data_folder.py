"""A data folder and its one owner: the lock, and the end of an engine that outlived its server."""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from local.errors import FolderInUse

DATABASE = "dynamodb.sqlite"
GITIGNORE = ".gitignore"
TAKEOVER_TIMEOUT_S = 3.0
"""How long a lock without a visible owner is waited for: a killed process gives its files back within milliseconds."""

POLL_S = 0.02


@dataclass(frozen=True)
class _Process:
    """A running process: who started it, and its command line."""

    parent_pid: int
    command: str


class DataFolder:
    """A folder held by this process until `release`, or until this process and its engine are both gone.

    The engine inherits the lock's file descriptor, and the kernel keeps a lock while any process has it open: so no
    two engines ever run on one file, also when the server between them was killed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.database = self.path / DATABASE
        self.lock_fd = -1

    def hold(self) -> Self:
        """Make the folder (only its owner may read it) and take it, ending an engine that nobody watches any more.

        Raises `FolderInUse` when another server has it.
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.lock_fd = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + TAKEOVER_TIMEOUT_S
        while not self._locked():
            if self._has_owner() or time.monotonic() > deadline:
                sentence = f"the data folder {self.path} is in use by another server{self._owner_words()}"
                self.release()
                raise FolderInUse(f"{sentence}: stop that one, or set DATA_DIR to another folder")
            time.sleep(POLL_S)
        self.record_engine(None)
        self._keep_out_of_git()
        return self

    def record_engine(self, engine_pid: int | None) -> None:
        """Write down who owns the folder and which engine runs on it, for the start after this one."""
        text = json.dumps({"owner_pid": os.getpid(), "engine_pid": engine_pid}).encode()
        os.ftruncate(self.lock_fd, 0)
        os.pwrite(self.lock_fd, text, 0)

    def release(self) -> None:
        """Give the folder back; twice does no harm."""
        if self.lock_fd >= 0:
            os.close(self.lock_fd)
            self.lock_fd = -1

    def __enter__(self) -> Self:
        return self.hold()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()

    def _keep_out_of_git(self) -> None:
        """See to it that `git add .` never takes a key, wherever the folder lies."""
        ignored = self.path / GITIGNORE
        if not ignored.exists():
            ignored.write_text("*\n")

    def _locked(self) -> bool:
        try:
            fcntl.flock(self.lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _has_owner(self) -> bool:
        """Whether the recorded server still watches its engine; an engine without its server is ended here."""
        owner_pid, engine_pid = self._recorded()
        engine = _process(engine_pid) if engine_pid else None
        if engine is None or str(self.database) not in engine.command:
            return False
        if engine.parent_pid == owner_pid:
            return True
        with contextlib.suppress(ProcessLookupError):
            os.kill(engine_pid, signal.SIGKILL)  # what it answered is on disk
        return False

    def _owner_words(self) -> str:
        owner_pid, _ = self._recorded()
        return f" (process {owner_pid})" if owner_pid else ""

    def _recorded(self) -> tuple[int, int]:
        """Return owner and engine as last recorded, 0 for unknown."""
        try:
            record = json.loads(os.pread(self.lock_fd, 1000, 0))
            return int(record["owner_pid"] or 0), int(record["engine_pid"] or 0)
        except (ValueError, KeyError, TypeError):
            return 0, 0


def _process(pid: int) -> _Process | None:
    """Return the running process `pid`, or None. Linux answers from /proc, which needs no program; others by ps."""
    try:
        if Path("/proc/self/stat").exists():
            # the second field is the name in parentheses, and may hold spaces
            parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]
            return _Process(int(parent), Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode())
        ask = ["ps", "-o", "ppid=,command=", "-p", str(pid)]
        told = subprocess.run(ask, capture_output=True, text=True, check=True)  # noqa: S603 - fixed words and a number
        parent, _, command = told.stdout.strip().partition(" ")
        return _Process(int(parent), command)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return None
