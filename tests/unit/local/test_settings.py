"""The one-machine server's settings: what holds without any, and how a wrong one is told."""

from pathlib import Path

import pytest

from local.engine_package import CACHE
from local.errors import LocalError
from local.settings import LocalSettings, configure_app, shown


def test_nothing_needs_to_be_set() -> None:
    settings = LocalSettings.read({})

    assert settings.data_dir == Path.cwd() / ".local"
    assert (settings.host, settings.port, settings.engine_port) == ("127.0.0.1", 8000, 0)
    assert settings.engine_cache == CACHE


@pytest.mark.parametrize("text", ["http", "-1", "65536", "8000.0", "٨٠"])
def test_a_port_that_is_none_is_told_by_name(text: str) -> None:
    with pytest.raises(LocalError, match=f"the setting PORT must be a port number, not '{text}'"):
        LocalSettings.read({"PORT": text})


def test_the_app_finds_its_state_in_the_data_folder(tmp_path: Path) -> None:
    environment: dict[str, str] = {}
    configure_app(LocalSettings.read({"DATA_DIR": str(tmp_path)}), "http://127.0.0.1:1", environment)

    assert environment["LABEL_FOLDER"] == f"{tmp_path}/labels"
    assert environment["KEY_FILE"] == f"{tmp_path}/key"
    assert environment["DYNAMODB_ENDPOINT"] == "http://127.0.0.1:1"


def test_what_a_person_has_set_stays(tmp_path: Path) -> None:
    environment = {"TABLE_PREFIX": "mine-", "LABEL_BUCKET": "labels"}
    configure_app(LocalSettings.read({"DATA_DIR": str(tmp_path)}), "http://127.0.0.1:1", environment)

    assert environment["TABLE_PREFIX"] == "mine-"
    assert "LABEL_FOLDER" not in environment


def test_a_path_is_shown_from_here_where_that_is_shorter() -> None:
    assert shown(Path.cwd() / ".local") == ".local"
    assert shown(Path("/somewhere/else")) == "/somewhere/else"
