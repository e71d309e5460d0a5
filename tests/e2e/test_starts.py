"""Starts that come to nothing: each is told in one sentence, and each ends by itself."""

import secrets
import signal
import sys
from pathlib import Path

import pytest

from tests.e2e.running_server import RunningServer, members
from tests.waiting import until

SERVICES = (sys.executable, "-W", "error", "-m", "local.services")


def told_at_start(data_dir: Path, settings: dict[str, str], command: tuple[str, ...] | None = None) -> str:
    """Return all that a start prints that comes to nothing."""
    server = RunningServer(data_dir, settings, command) if command else RunningServer(data_dir, settings)
    server.launch()
    try:
        assert server.wait() == 1, server.words()
        assert members(server.pid) == []
    finally:
        server.kill_group()
    return server.words()


@pytest.mark.parametrize(
    ("name", "value"),
    [("LOG_LEVEL", "LOUD"), ("LABEL_LINK_DAYS", "soon"), ("DYNAMODB_ENDPOINT", "nonsense"), ("PORT", "http")],
)
def test_a_wrong_setting_is_one_sentence_that_names_it(tmp_path: Path, name: str, value: str) -> None:
    words = told_at_start(tmp_path / "data", {name: value})

    assert words.startswith(f"dray: the setting {name} must be")
    assert words.endswith(f", not '{value}'\n")
    assert words.count("\n") == 1


def test_a_key_that_the_data_was_not_encrypted_with_stops_the_start(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with RunningServer(data_dir):
        right = (data_dir / "key").read_bytes()
    (data_dir / "key").write_bytes(secrets.token_bytes(32))

    words = told_at_start(data_dir, {})

    assert words.startswith(
        f"dray: the key file {data_dir}/key is not the one that the data in {data_dir} was encrypted"
    )
    assert len(words.splitlines()) == 1
    (data_dir / "key").write_bytes(right)
    with RunningServer(data_dir) as server:
        assert "kept from the last start" in server.words()


def test_a_key_file_that_holds_no_key_is_told(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("no key")

    words = told_at_start(tmp_path / "data", {"KEY_FILE": str(tmp_path / "key")})

    assert words == (
        f"dray: the key file {tmp_path}/key can't be used: the key file {tmp_path}/key must hold 32 bytes, not 6\n"
    )


@pytest.mark.parametrize("settings", [{}, {"ENGINE_PORT": "8002"}])
def test_services_for_chalice_refuse_a_data_folder_that_chalice_does_not_use(
    tmp_path: Path, settings: dict[str, str]
) -> None:
    words = told_at_start(tmp_path / "data", settings, SERVICES)

    assert words.startswith("dray: `make services` is for `chalice local`")
    assert not (tmp_path / "data").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells which signals a process hears")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_the_app_is_loaded_ends_it_quietly(tmp_path: Path, number: int) -> None:
    server = RunningServer(tmp_path / "data").launch()
    try:
        until(lambda: hears(server.pid, signal.SIGTERM))

        assert server.stop(number) == 0
    finally:
        server.kill_group()

    assert server.words() == "stopped\n"
    assert members(server.pid) == []


def hears(pid: int, number: int) -> bool:
    """Whether the process has a handler for the signal, told by the kernel as a mask of bits."""
    status = Path(f"/proc/{pid}/status").read_text()
    mask = next(line for line in status.splitlines() if line.startswith("SigCgt:")).split()[1]
    return bool(int(mask, 16) >> (number - 1) & 1)
