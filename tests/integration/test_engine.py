"""The engine's promises: nothing acknowledged is lost, one owner a folder, and an end with its server."""

import json
import os
import queue
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from local.data_folder import DataFolder
from local.engine import Engine
from local.engine_package import PROJECT, engine_program, pinned_checksum, platform_name
from local.errors import EngineError, FolderInUse
from tests.waiting import until

WRITER = Path(__file__).with_name("write_until_killed.py")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(PROJECT)}
ROUNDS = 3
WRITES_A_ROUND = 60

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")

ORPHAN_MAKER = """
import os, subprocess, sys
from pathlib import Path
from local.data_folder import DataFolder
from local.engine_package import engine_program
folder = DataFolder(Path(sys.argv[1])).hold()
command = [str(engine_program()), "--port", "0", "--db-path", str(folder.database)]
engine = subprocess.Popen(command, pass_fds=(folder.lock_fd,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
folder.record_engine(engine.pid)
print(engine.pid, flush=True)
os._exit(0)
"""


def runs(pid: int) -> bool:
    """Whether the process is there, and not only as an entry that nobody has collected."""
    told = subprocess.run(["/bin/ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S603 - a number
    return told.stdout.strip()[:1] not in {"", "Z"}


def stored_ids(folder: Path) -> set[str]:
    """Everything that an engine finds in the folder."""
    with DataFolder(folder) as held, Engine(engine_program(), held) as engine:
        client = boto3.client(
            "dynamodb",
            endpoint_url=engine.endpoint,
            region_name="eu-central-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        pages = client.get_paginator("scan").paginate(TableName="writes")
        found = {item["id"]["S"] for page in pages for item in page["Items"]}
        client.close()
        return found


def lines(path: Path) -> list[str]:
    return path.read_text().split() if path.exists() else []


def until_acknowledged(path: Path, wanted: int) -> None:
    until(lambda: len(lines(path)) >= wanted, deadline_s=30)


def python(*arguments: str) -> "subprocess.Popen[str]":
    """This project's Python in a process of its own, with its output at hand."""
    command = [sys.executable, *arguments]
    return subprocess.Popen(  # noqa: S603 - our own programs
        command, env=ENVIRONMENT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Callable[[int], "subprocess.Popen[str]"]]:
    """Start a process that runs an engine and writes to it."""
    started: list[subprocess.Popen[str]] = []

    def start(turn: int) -> "subprocess.Popen[str]":
        process = python(str(WRITER), str(tmp_path / "data"), str(tmp_path / "acknowledged"), str(turn))
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_every_acknowledged_write_survives_kill_9_of_everything(tmp_path: Path, writer: Any) -> None:
    for turn in range(ROUNDS):
        process = writer(turn)
        wanted = len(lines(tmp_path / "acknowledged")) + WRITES_A_ROUND
        until_acknowledged(tmp_path / "acknowledged", wanted)
        process.kill()
        process.wait()

    acknowledged = lines(tmp_path / "acknowledged")
    stored = stored_ids(tmp_path / "data")
    assert len(acknowledged) >= ROUNDS * WRITES_A_ROUND
    assert set(acknowledged) <= stored
    assert {f"{name}/{half}" for name in acknowledged for half in "ab"} <= stored


def test_a_transaction_under_kill_9_is_whole_or_absent(tmp_path: Path, writer: Any) -> None:
    process = writer(0)
    until_acknowledged(tmp_path / "acknowledged", WRITES_A_ROUND)
    process.kill()
    process.wait()

    halves = {name for name in stored_ids(tmp_path / "data") if "/" in name}
    assert {name.replace("/a", "/b") for name in halves if name.endswith("/a")} == {
        name for name in halves if name.endswith("/b")
    }


@linux_only
def test_the_engine_ends_with_a_killed_server(writer: Any) -> None:
    process = writer(0)
    engine_pid = int(process.stdout.readline())
    assert runs(engine_pid)

    process.kill()

    until(lambda: not runs(engine_pid))


def test_a_second_start_on_a_folder_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with DataFolder(tmp_path) as held, Engine(engine_program(), held):
        expected = rf"{tmp_path} is in use by another server \(process {os.getpid()}\)"
        with pytest.raises(FolderInUse, match=expected):
            DataFolder(tmp_path).hold()


def test_a_released_folder_can_be_taken_again(tmp_path: Path) -> None:
    with DataFolder(tmp_path) as held, Engine(engine_program(), held):
        pass

    with DataFolder(tmp_path) as again:
        assert again.lock_fd >= 0


def test_git_never_takes_what_lies_in_a_data_folder(tmp_path: Path) -> None:
    subprocess.run(["/usr/bin/env", "git", "init", "--quiet", str(tmp_path)], check=True)  # noqa: S603 - fixed words and a path of ours
    with DataFolder(tmp_path / "anywhere") as held:
        (held.path / "key").write_bytes(bytes(32))

    ask = ["/usr/bin/env", "git", "-C", str(tmp_path), "status", "--porcelain", "--untracked-files=all"]
    told = subprocess.run(ask, capture_output=True, text=True, check=True)  # noqa: S603 - see above
    assert told.stdout == ""


def test_an_engine_that_outlived_its_server_is_ended_by_the_next_start(tmp_path: Path) -> None:
    orphan = int(python("-c", ORPHAN_MAKER, str(tmp_path)).communicate()[0])
    assert runs(orphan)

    with DataFolder(tmp_path):
        until(lambda: not runs(orphan))


def test_a_process_that_is_no_engine_of_the_folder_is_left_alone(tmp_path: Path) -> None:
    bystander = python("-c", "input()")
    with DataFolder(tmp_path):
        (tmp_path / "lock").write_text(json.dumps({"owner_pid": 1, "engine_pid": bystander.pid}))

        with pytest.raises(FolderInUse):
            DataFolder(tmp_path).hold()
        alive = bystander.poll() is None

    bystander.communicate()
    assert alive


def test_an_engine_that_dies_is_started_again_on_the_same_port() -> None:
    with Engine(engine_program()) as engine:
        engine.watch(pytest.fail)
        first, endpoint = engine.pid, engine.endpoint
        assert first is not None

        os.kill(first, signal.SIGKILL)

        until(lambda: engine.pid != first and engine.answers())
        assert engine.endpoint == endpoint


def test_an_engine_that_keeps_dying_is_given_up_with_a_sentence() -> None:
    sentences: queue.Queue[str] = queue.Queue()
    killed = set()
    with Engine(engine_program()) as engine:
        engine.watch(sentences.put)
        while sentences.empty():
            if engine.pid is not None and engine.pid not in killed:
                killed.add(engine.pid)
                os.kill(engine.pid, signal.SIGKILL)

    assert "died 4 times within 60 s: exit code -9" in sentences.get()


def test_signals_for_the_group_leave_the_engine_to_its_server() -> None:
    with Engine(engine_program()) as engine:
        engine.watch(pytest.fail)
        first = engine.pid
        assert first is not None

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(first, number)

        assert engine.answers()
        assert engine.pid == first


def test_a_port_that_is_taken_is_told_in_the_engines_words() -> None:
    with (
        Engine(engine_program()) as engine,
        pytest.raises(EngineError, match=f"port {engine.port} is already in use"),
        Engine(engine_program(), port=engine.port),
    ):
        pass


def test_a_package_with_another_checksum_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="is not the pinned one"):
        engine_program(tmp_path, integrity="sha512-AAAA")

    assert list(tmp_path.iterdir()) == []


def test_a_platform_without_a_checksum_is_refused_unless_one_is_stated() -> None:
    with pytest.raises(EngineError, match="no checksum is known for the DynamoDB engine on darwin-arm64"):
        pinned_checksum("darwin-arm64", None)

    assert pinned_checksum("darwin-arm64", "sha512-stated") == "sha512-stated"


@pytest.mark.parametrize(
    ("system", "machine", "name"),
    [("Linux", "x86_64", "linux-x64"), ("Linux", "aarch64", "linux-arm64"), ("Darwin", "arm64", "darwin-arm64")],
)
def test_a_platform_has_npms_name(system: str, machine: str, name: str) -> None:
    assert platform_name(system, machine) == name
