"""What a newcomer waits for: clone, one command, the README's story up to the first label; then the second start.

The packages come from pip's and npm's caches, if these are warm.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.one_process import SHIPMENT
from benchmarks.report import Figure, print_table
from benchmarks.started_server import StartedServer
from local.engine_package import PROJECT

COMMAND = ("make", "run")
STORY = re.compile(r"```bash\n(DRAY=.*?-o label\.pdf\n)", re.DOTALL)
LOAD = 100
"""So many shipments are bought and listed before the memory is looked at."""


def run() -> None:
    """Clone what is committed, tell the story, start again, and print the table."""
    with TemporaryDirectory() as scratch:
        clone, data_dir = Path(scratch) / "dray", Path(scratch) / "data"
        began = time.perf_counter()
        _command("git", "clone", "--quiet", str(PROJECT), str(clone))
        with StartedServer(clone, COMMAND, data_dir) as server:
            _buy(clone, server.address, data_dir)
            first_label_s = time.perf_counter() - began
            first_start_s = server.started_in_s
        with StartedServer(clone, COMMAND, data_dir) as server:
            second_start_s = server.started_in_s
            _load(server)
            proportional, resident = server.memory_mb()
    figures = [
        Figure("clone to the first label", first_label_s, "s", 90, f"of it the first `make run` {first_start_s:.0f} s"),
        Figure("second `make run` to its first answer", second_start_s, "s", 6),
        Figure("memory, proportional (PSS)", proportional, "MB", 300, f"after {LOAD} purchases and lists"),
        Figure("memory, resident (RSS)", resident, "MB", 300),
    ]
    print_table("A newcomer's start", figures)


def _buy(clone: Path, address: str, data_dir: Path) -> None:
    """Run the README's lines, up to the label."""
    found = STORY.search((clone / "README.md").read_text(encoding="utf-8"))
    if found is None:
        raise RuntimeError("the README tells no story any more")
    environment = {**os.environ, "DRAY": f"http://{address}", "DATA_DIR": str(data_dir)}
    story = ["bash", "-euo", "pipefail", "-c", f"{found.group(1)}\ncp label.pdf '{clone}'"]
    subprocess.run(story, cwd=clone, env=environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - the README's
    if not (clone / "label.pdf").read_bytes().startswith(b"%PDF"):
        raise RuntimeError("the story ended without a label")


def _load(server: StartedServer) -> None:
    connection = server.connection()
    for at in range(LOAD):
        format_ = ("PDF", "PNG", "ZPL")[at % 3]
        body = SHIPMENT | {"service": "sandbox_ground", "label_type": format_}
        server.ask(connection, "POST /v1/shipments", body)
        server.ask(connection, "GET /v1/shipments?limit=100")
    connection.close()


def _command(*words: str) -> None:
    subprocess.run(words, check=True)  # noqa: S603 - our own words
