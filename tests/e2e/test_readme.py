"""The README: its session runs as it stands, and every command that it shows exists."""

import io
import json
import os
import re
import subprocess
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


@pytest.fixture(scope="module")
def session(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder in which the curl session ran, and what it printed."""
    folder = tmp_path_factory.mktemp("readme")
    script = "\n".join(blocks("bash"))
    printed = run(
        ["/bin/bash", "-e", "-u", "-o", "pipefail", "-c", script],
        folder,
        DRAY=server.url,
        DATA_DIR=str(server.data_dir),
    )
    return folder, printed


def answer(session: tuple[Path, str], name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((session[0] / name).read_text())
    return told


def printed(session: tuple[Path, str]) -> list[dict[str, Any]]:
    """The answers that the session shows, one after the other."""
    decoder, text, found = json.JSONDecoder(), session[1], []
    while text := text.lstrip():
        told, end = decoder.raw_decode(text)
        found.append(told)
        text = text[end:]
    return found


def test_the_session_compares_rates(session: tuple[Path, str]):
    assert len(printed(session)[0]["rates"]) >= 3


def test_the_session_buys_a_label_that_scans(session: tuple[Path, str]):
    label = (session[0] / "label.pdf").read_bytes()

    assert label.startswith(b"%PDF")
    page = pypdfium2.PdfDocument(io.BytesIO(label))[0].render(scale=3).to_pil()
    assert [code.text for code in zxingcpp.read_barcodes(page)] == [answer(session, "bought.json")["tracking_number"]]


def test_asking_again_buys_nothing(session: tuple[Path, str]):
    bought, again = answer(session, "bought.json"), answer(session, "again.json")

    assert bought["selected_rate"] == bought["rates"][0]
    assert {name: bought[name] for name in bought.keys() - SIGNED} == {
        name: again[name] for name in again.keys() - SIGNED
    }


def test_the_session_moves_and_follows_the_parcel(session: tuple[Path, str]):
    moved, followed = printed(session)[1:3]

    assert moved == followed
    assert (followed["status"], followed["reference"]) == ("in_transit", "order 1042")
    assert followed["shipment_id"] == answer(session, "shipment.json")["id"]


def test_the_session_cancels_a_shipment(session: tuple[Path, str]):
    cancelled = printed(session)[-1]

    assert cancelled["id"] == answer(session, "second.json")["id"]
    assert (answer(session, "second.json")["status"], cancelled["status"]) == ("created", "cancelled")


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
