"""`make services` and `chalice local`: one instance, never halves of two."""

from pathlib import Path

import pytest

from local.chalice_stage import stage_settings, take_over
from local.engine_package import PROJECT
from local.errors import LocalError


def stage(folder: Path) -> dict[str, str]:
    """The settings of a project in `folder`."""
    return stage_settings() | {"KEY_FILE": f"{folder}/.local/key", "LABEL_FOLDER": f"{folder}/.local/labels"}


def test_the_stages_files_lie_in_the_project() -> None:
    settings = stage_settings()

    assert settings["KEY_FILE"] == str(PROJECT / ".local/key")
    assert settings["LABEL_FOLDER"] == str(PROJECT / ".local/labels")


def test_an_engine_for_the_stage_runs_where_the_stage_looks_for_it(tmp_path: Path) -> None:
    environment = {"DATA_DIR": f"{tmp_path}/.local", "KEY_FILE": "another", "LOG_LEVEL": "DEBUG"}

    settings = take_over(stage(tmp_path), environment)

    assert settings.data_dir == tmp_path / ".local"
    assert stage_settings()["DYNAMODB_ENDPOINT"] == f"http://127.0.0.1:{settings.engine_port}"
    assert environment.items() >= stage(tmp_path).items()


@pytest.mark.parametrize(
    "other",
    [{"DATA_DIR": ".second"}, {"ENGINE_PORT": "8002"}, {"DYNAMODB_ENDPOINT": "http://127.0.0.1:8002"}],
)
def test_what_the_stage_does_not_look_for_is_refused_with_a_sentence(tmp_path: Path, other: dict[str, str]) -> None:
    environment = {"DATA_DIR": f"{tmp_path}/.local"} | other
    before = dict(environment)

    with pytest.raises(LocalError, match=r"leave DATA_DIR, ENGINE_PORT and DYNAMODB_ENDPOINT unset, or use `make run`"):
        take_over(stage(tmp_path), environment)

    assert environment == before
