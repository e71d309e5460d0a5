"""./dray as the operator runs it: against a running instance, and against any DynamoDB."""

import json
import os
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from chalicelib.domain.api_keys import is_well_formed
from cli.main import dray as dray_command
from local.engine import Engine, free_port
from local.engine_package import engine_program

PROJECT = Path(__file__).parents[2]
REGION = "eu-central-1"
NOTHING_SET = dict.fromkeys(
    (
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "DYNAMODB_ENDPOINT",
    )
)
A_KEY = ("--mode", "test", "--role", "admin", "--plan", "scale")


@dataclass(frozen=True)
class Done:
    """What came of one call."""

    exit_code: int
    stdout: str
    stderr: str


@dataclass
class Dray:
    """The command line, with the folder of one instance."""

    data_dir: Path

    def run(self, *arguments: str, **environment: str) -> Done:
        """Return what came of one call, in this process; none of its settings but these reach it."""
        done = CliRunner().invoke(
            dray_command, arguments, env=NOTHING_SET | self._own | environment, prog_name="./dray"
        )
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return Done(done.exit_code, done.stdout, done.stderr)

    def start(self, folder: Path, *arguments: str) -> Done:
        """Return what came of one call of the program itself, from `folder`."""
        done = subprocess.run(  # noqa: S603 - our own program
            [str(PROJECT / "dray"), *arguments],
            env={"PATH": os.environ["PATH"]} | self._own,
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    @property
    def _own(self) -> dict[str, str]:
        return {"DATA_DIR": str(self.data_dir)}

    def json(self, *arguments: str) -> Any:
        """Return what one call printed as JSON; it must succeed."""
        done = self.run(*arguments, "--json")
        assert done.exit_code == 0, done.stderr
        return json.loads(done.stdout)

    def refused(self, *arguments: str, **environment: str) -> str:
        """Return the sentence of a call that fails; it prints nothing else."""
        done = self.run(*arguments, **environment)
        assert done.exit_code != 0
        assert done.stdout == ""
        return done.stderr


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(engine_program()) as running:
        yield running


@pytest.fixture
def dray(engine: Engine, tmp_path: Path) -> Dray:
    """The command line beside a running instance with its tables."""
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    told = {"pid": os.getpid(), "endpoint": engine.endpoint, "table_prefix": f"{tmp_path.name}-", "region": REGION}
    (data_dir / "instance.json").write_text(json.dumps(told))
    command = Dray(data_dir)
    assert len(command.json("tables", "create")["created"]) >= 3
    return command


def an_account(dray: Dray, name: str = "Gears & Co") -> str:
    return str(dray.json("accounts", "create", "--name", name)["id"])


class TestAccounts:
    def test_an_account_is_made_and_listed(self, dray: Dray) -> None:
        made = dray.json("accounts", "create", "--name", "Gears & Co")

        assert made["id"].startswith("acc_")
        assert (made["name"], made["key_count"]) == ("Gears & Co", 0)
        assert dray.json("accounts", "list") == [made]

    def test_without_json_a_script_gets_the_id_and_a_person_a_table(self, dray: Dray) -> None:
        made = dray.run("accounts", "create", "--name", "Gears & Co")
        listed = dray.run("accounts", "list")

        assert made.stdout.strip().startswith("acc_")
        heading, row = listed.stdout.splitlines()
        assert heading.split() == ["id", "name", "created_at", "key_count"]
        assert made.stdout.strip() in row

    def test_a_name_that_says_nothing_is_refused(self, dray: Dray) -> None:
        assert "name: 1 to 100 printable characters" in dray.refused("accounts", "create", "--name", " ")


class TestKeys:
    def test_a_key_is_made_on_any_terms_and_shown_once(self, dray: Dray) -> None:
        account = an_account(dray)
        until = (datetime.now(UTC) + timedelta(days=9)).replace(microsecond=0).isoformat().replace("+00:00", "Z")

        terms = ("--mode", "live", "--role", "read_only", "--plan", "enterprise", "--name", "Shop")
        made = dray.json(
            "keys", "create", "--account", account, *terms, "--limit-per-minute", "9", "--expires-at", until
        )

        assert is_well_formed(made["key"])
        assert made["key"].startswith("dray_live_")
        assert made["last_four"] == made["key"][-4:]
        assert [made[name] for name in ("mode", "role", "plan", "name")] == ["live", "read_only", "enterprise", "Shop"]
        assert (made["limit_per_minute"], made["expires_at"]) == (9, until)
        listed = dray.json("keys", "list", "--account", account)
        assert listed == [{name: value for name, value in made.items() if name != "key"}]

    def test_a_script_gets_the_key_alone_and_the_warning_goes_to_the_terminal(self, dray: Dray) -> None:
        done = dray.run("keys", "create", "--account", an_account(dray), *A_KEY)

        assert is_well_formed(done.stdout.removesuffix("\n"))
        assert "shown this once" in done.stderr
        assert done.stdout.strip() not in done.stderr

    def test_a_revoked_key_is_listed_as_such_and_may_be_revoked_again(self, dray: Dray) -> None:
        account = an_account(dray)
        made = dray.json("keys", "create", "--account", account, *A_KEY)

        first = dray.json("keys", "revoke", made["id"], "--account", account)
        second = dray.json("keys", "revoke", made["id"], "--account", account)

        assert first == second == dray.json("keys", "list", "--account", account)[0]
        assert first["revoked_at"] is not None

    def test_a_person_sees_when_a_key_was_made_and_when_it_expires(self, dray: Dray) -> None:
        account = an_account(dray)
        made = dray.json("keys", "create", "--account", account, *A_KEY, "--expires-at", "2090-01-01T00:00:00Z")

        heading, row = dray.run("keys", "list", "--account", account).stdout.splitlines()

        told = dict(zip(heading.split(), row.split(), strict=True))
        assert (told["created_at"], told["expires_at"]) == (made["created_at"], "2090-01-01T00:00:00Z")

    def test_keys_of_both_modes_are_listed_newest_first(self, dray: Dray) -> None:
        account = an_account(dray)
        made = [
            dray.json("keys", "create", "--account", account, "--mode", mode, "--role", "admin", "--plan", "scale")
            for mode in ("test", "live", "test")
        ]

        listed = dray.json("keys", "list", "--account", account)

        assert [key["id"] for key in listed] == [key["id"] for key in made[::-1]]

    def test_another_accounts_key_is_not_revoked(self, dray: Dray) -> None:
        mine, theirs = an_account(dray), an_account(dray)
        key_id = dray.json("keys", "create", "--account", theirs, *A_KEY)["id"]

        assert f"has no API key {key_id}" in dray.refused("keys", "revoke", key_id, "--account", mine)
        assert dray.json("keys", "list", "--account", theirs)[0]["revoked_at"] is None

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (("--account", "acc_none", *A_KEY), "There is no account acc_none"),
            (("--account", "acc_none", *A_KEY, "--expires-at", "2020-01-01T00:00:00Z"), "This time has passed"),
            (("--account", "acc_none", *A_KEY, "--expires-at", "2090-01-01"), "is no time like"),
            (("--account", "acc_none", *A_KEY, "--expires-at", "soon"), "is no time like"),
            (("--account", "acc_none", *A_KEY, "--limit-per-minute", "0"), "0 is not in the range"),
            (("--account", "acc_none", "--mode", "prod"), "'prod' is not one of 'test', 'live'"),
            (A_KEY, "Missing option '--account'"),
        ],
    )
    def test_what_makes_no_sense_is_refused_with_a_sentence(
        self, dray: Dray, arguments: tuple[str, ...], sentence: str
    ) -> None:
        assert sentence in dray.refused("keys", "create", *arguments)


class TestTables:
    def test_made_again_they_stay_as_they_are(self, dray: Dray) -> None:
        account = an_account(dray)

        assert dray.json("tables", "create") == {"created": []}
        assert [one["id"] for one in dray.json("accounts", "list")] == [account]

    def test_any_dynamodb_can_be_named_with_the_prefix_of_a_stage(self, dray: Dray, engine: Engine) -> None:
        elsewhere = {"DYNAMODB_ENDPOINT": engine.endpoint, "AWS_REGION": REGION}

        missing = dray.refused("accounts", "list", "--stage", "prod", **elsewhere)
        made = dray.run("tables", "create", "--stage", "prod", **elsewhere)

        assert "make them by `./dray tables create`" in missing
        assert "dray-prod-accounts is made." in made.stdout.splitlines()
        assert dray.run("accounts", "list", "--stage", "prod", "--json", **elsewhere).stdout.strip() == "[]"

    def test_an_unknown_stage_is_refused_with_the_known_ones(self, dray: Dray) -> None:
        assert "use one of local, dev, prod" in dray.refused("tables", "create", "--stage", "staging")

    def test_aws_without_a_region_or_without_credentials_is_refused_with_a_sentence(self, dray: Dray) -> None:
        nowhere = {
            "AWS_CONFIG_FILE": str(dray.data_dir / "none"),
            "AWS_SHARED_CREDENTIALS_FILE": str(dray.data_dir / "none"),
            "AWS_EC2_METADATA_DISABLED": "true",
        }

        assert "Name the AWS region" in dray.refused("accounts", "list", "--stage", "dev", **nowhere)
        without = dray.refused("accounts", "list", "--stage", "dev", "--region", REGION, **nowhere)
        assert "Unable to locate credentials" in without


class TestInstance:
    def test_without_a_running_instance_it_says_how_to_start_one(self, tmp_path: Path) -> None:
        assert "Start it with `make run`" in Dray(tmp_path / "none").refused("accounts", "list")

    def test_a_file_that_an_instance_left_when_it_was_killed_is_recognised(self, dray: Dray) -> None:
        told = json.loads((dray.data_dir / "instance.json").read_text())

        for change in ({"endpoint": f"http://127.0.0.1:{free_port()}"}, {"pid": 2**22 + 1}):
            (dray.data_dir / "instance.json").write_text(json.dumps(told | change))
            assert "No Dray is running" in dray.refused("accounts", "list")

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"endpoint": 1}'])
    def test_a_damaged_file_is_told(self, dray: Dray, text: str) -> None:
        (dray.data_dir / "instance.json").write_text(text)

        assert "is damaged" in dray.refused("accounts", "list")


class TestProgram:
    def test_it_tells_its_version(self, dray: Dray) -> None:
        project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]

        assert dray.run("--version").stdout == f"Dray {project['version']}\n"

    def test_it_runs_from_any_folder_and_imports_nothing_from_there(self, dray: Dray, tmp_path: Path) -> None:
        account = an_account(dray)
        for name in ("cli.py", "click.py", "json.py"):
            (tmp_path / name).write_text("raise SystemExit('imported from the wrong place')")

        done = dray.start(tmp_path, "keys", "create", "--account", account, *A_KEY)

        assert done.exit_code == 0, done.stderr
        assert is_well_formed(done.stdout.removesuffix("\n"))

    def test_a_failure_is_one_sentence_and_an_exit_code(self, tmp_path: Path) -> None:
        done = Dray(tmp_path / "none").start(tmp_path, "accounts", "list")

        assert (done.exit_code, done.stdout) == (1, "")
        assert done.stderr.startswith("Error: No Dray is running")
        assert "Traceback" not in done.stderr
