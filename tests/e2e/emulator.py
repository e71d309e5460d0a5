"""An AWS account on this machine: the emulator's process, with IAM's policies in force, for as long as a block runs."""

import importlib.metadata
import os
import subprocess
import urllib.error
import urllib.request
import venv
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import botocore.session

from local.engine import free_port
from tests.waiting import until

HOST = "127.0.0.1"
REGION = "eu-central-1"
ACCOUNT = "000000000000"
OWNER = ("local", "local")
"""Key id and secret of who may do everything: those that the app itself sends to a DynamoDB on this machine."""

START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 10.0


class Emulator:
    """One account, empty at its start and forgotten at its end. Everything that it writes lies in `folder`."""

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
        key_id, secret = OWNER
        return botocore.session.Session().create_client(
            service,
            region_name=REGION,
            endpoint_url=self.endpoint,
            aws_access_key_id=key_id,
            aws_secret_access_key=secret,
        )

    def words(self) -> str:
        """Return the end of what it wrote."""
        return (self._folder / "log").read_text(encoding="utf-8", errors="replace")[-4000:]

    def __enter__(self) -> Self:
        venv.create(self._folder / "python", with_pip=False, symlinks=True)
        launcher = Path(__file__).with_name("emulator_launcher.py")
        site_packages = str(importlib.metadata.distribution("ministack").locate_file(""))
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program and paths
                [self._folder / "python/bin/python", launcher, str(os.getpid()), site_packages],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment(),
            )
        try:
            until(lambda: self._answers() or self._has_ended(), START_TIMEOUT_S, self.words)
            assert not self._has_ended(), self.words()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """End it, and with it the Lambdas: they end when nobody speaks to them any more."""
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
        key_id, secret = OWNER
        return {
            "PATH": os.environ["PATH"],
            "BIND_HOST": HOST,
            "GATEWAY_PORT": str(self.port),
            "AUTH": "true",
            "MINISTACK_REGION": REGION,
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "AWS_ACCESS_KEY_ID": key_id,
            "AWS_SECRET_ACCESS_KEY": secret,
            "LOG_LEVEL": "WARNING",
            "PYTHONDONTWRITEBYTECODE": "1",
            "TMPDIR": str(self._folder),
            "S3_DATA_DIR": str(self._folder / "s3"),
        }

    def _has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.endpoint}/_ministack/health", timeout=1) as answer:  # noqa: S310 - ours
                return bool(answer.status == HTTPStatus.OK)
        except (urllib.error.URLError, OSError):
            return False
