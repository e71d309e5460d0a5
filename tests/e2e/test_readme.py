"""The README: its session runs as it stands, and every command that it shows exists."""

import io
import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp

from local.engine_package import PROJECT
from tests.e2e.running_server import RunningServer

README = (PROJECT / "README.md").read_text()
TIMEOUT_S = 120
SIGNED = {"label_url", "invoice_url", "shipping_documents", "meta"}


def blocks(language: str) -> list[str]:
    """The README's blocks of a language, as they stand."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def commands() -> list[str]:
    """Every command that a person is told to type."""
    return [line.removeprefix("$ ") for block in blocks("console") for line in block.splitlines() if line[:2] == "$ "]


def run(command: list[str], folder: Path, **environment: str) -> str:
    done = subprocess.run(  # noqa: S603 - the README's own words
        command,
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@dataclass(frozen=True)
class Session:
    """What the curl session printed, and the folder that it left its files in."""

    lines: list[str]
    folder: Path

    def answer(self, name: str) -> dict[str, Any]:
        told: dict[str, Any] = json.loads((self.folder / name).read_text())
        return told


@pytest.fixture(scope="module")
def session(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Session:
    """The README's curl session, run as it stands; any command that fails ends it."""
    folder = tmp_path_factory.mktemp("readme")
    script = "\n".join(blocks("bash"))
    settings = {"DRAY": server.url, "DATA_DIR": str(server.data_dir), "TMPDIR": str(folder)}
    lines = run(["/bin/bash", "-e", "-u", "-o", "pipefail", "-c", script], PROJECT, **settings).splitlines()
    return Session(lines, Path(lines[-1].removeprefix("The first label: ")).parent)


def test_the_session_compares_rates(session: Session):
    rates = [line for line in session.lines if re.fullmatch(r"sandbox_\w+ +\d+\.\d\d USD, \d business days", line)]

    assert len(rates) >= 3


def test_the_session_buys_a_label_that_scans(session: Session):
    label = (session.folder / "label.pdf").read_bytes()

    assert label.startswith(b"%PDF")
    page = pypdfium2.PdfDocument(io.BytesIO(label))[0].render(scale=3).to_pil()
    assert [code.text for code in zxingcpp.read_barcodes(page)] == [session.answer("bought.json")["tracking_number"]]


def test_asking_again_buys_nothing(session: Session):
    bought, again = session.answer("bought.json"), session.answer("again.json")

    assert bought["selected_rate"] == bought["rates"][0]
    kept = bought.keys() - SIGNED
    assert {name: again[name] for name in kept} == {name: bought[name] for name in kept}
    assert len([line for line in session.lines if line.startswith(f"created: {bought['tracking_number']} by ")]) == 2


def test_the_session_moves_and_follows_the_parcel(session: Session):
    moved = session.answer("moved.json")

    assert (moved["status"], moved["reference"]) == ("in_transit", "order 1042")
    assert moved["shipment_id"] == session.answer("shipment.json")["id"]
    assert f"{moved['tracking_number']} is in_transit: {moved['events'][0]['description']}" in session.lines


def test_the_session_cancels_a_shipment(session: Session):
    second = session.answer("second.json")

    assert second["status"] == "created"
    assert f"{second['tracking_number']} is cancelled" in session.lines


def test_the_session_connects_another_account(session: Session):
    connection = session.answer("connection.json")

    assert connection["carrier_id"].startswith("second-")
    assert "test of the connection: True" in session.lines


def test_every_make_target_is_one_that_help_lists():
    told = run(["make", "help"], PROJECT)

    for command in [command for command in commands() if command.startswith("make ")] + ["make setup", "make services"]:
        assert re.search(rf"^  {' '.join(command.split()[:2])} ", told, re.MULTILINE), command


@pytest.mark.parametrize("command", [command for command in commands() if command.startswith("./dray ")])
def test_every_command_of_the_operator_takes_what_it_is_given(command: str):
    words = [word for word in command.split() if not word.startswith("-")][:3]

    told = run([*words, "--help"], PROJECT)

    for option in re.findall(r"--[a-z-]+", command):
        assert option in told, option


def test_every_command_is_tried_here():
    assert {command.split()[0] for command in commands()} == {"make", "./dray"}


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)[^):]*\)", README))))
def test_every_link_to_a_file_leads_to_one(target: str):
    assert (PROJECT / target).exists()
