"""An AWS on this machine: the emulator's process, with IAM's policies in force, for as long as a block runs."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import botocore.session
import ministack

from local.engine import free_port

HOST = "127.0.0.1"
REGION = "eu-central-1"
ACCOUNT = "000000000000"
ROOT = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
"""The account's owner, who may do everything: the credentials that the app itself uses for a DynamoDB on this machine."""

START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 10.0
POLL_S = 0.05


class Emulator:
    """One AWS account, empty at its start and forgotten at its end. Everything that it writes is in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        """The address of all its services."""
        return f"http://{HOST}:{self.port}"

    def client(self, service: str) -> Any:
        """Return a client of a service, with the owner's rights."""
        return botocore.session.Session().create_client(service, region_name=REGION, endpoint_url=self.endpoint, **ROOT)

    def words(self) -> str:
        """Return the end of what it wrote."""
        return (self._folder / "log").read_text(encoding="utf-8", errors="replace")[-4000:]

    def __enter__(self) -> Self:
        venv.create(self._folder / "python", with_pip=False, symlinks=True)
        python = self._folder / "python/bin/python"
        launcher = Path(__file__).with_name("emulator_launcher.py")
        site_packages = Path(ministack.__file__).parents[1]
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program and paths
                [python, launcher, str(os.getpid()), site_packages],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment(),
            )
        self._wait_until_healthy(self._process)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _environment(self) -> dict[str, str]:
        """Return all that the emulator, and with it each Lambda, gets from this machine."""
        return {
            "PATH": os.environ["PATH"],
            "BIND_HOST": HOST,
            "GATEWAY_PORT": str(self.port),
            "AUTH": "true",
            "MINISTACK_REGION": REGION,
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "AWS_ACCESS_KEY_ID": ROOT["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": ROOT["aws_secret_access_key"],
            "LOG_LEVEL": "WARNING",
            "PYTHONDONTWRITEBYTECODE": "1",
            "TMPDIR": str(self._folder),
            "S3_DATA_DIR": str(self._folder / "s3"),
        }

    def _wait_until_healthy(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._answers():
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                process.wait()
                raise AssertionError(f"the AWS emulator did not start: {self.words()}")
            time.sleep(POLL_S)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.endpoint}/_ministack/health", timeout=1) as answer:  # noqa: S310 - ours
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False
