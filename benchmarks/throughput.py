"""Requests a second of the one-machine server, with one client and with eight."""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.one_process import SHIPMENT
from benchmarks.report import Figure, print_table
from benchmarks.started_server import StartedServer
from local.engine_package import PROJECT

SECONDS = 3.0
CLIENTS = (1, 8)
LISTED = 25


def run() -> None:
    """Ask as fast as the server answers, and print the table."""
    with (
        TemporaryDirectory() as scratch,
        StartedServer(PROJECT, (sys.executable, "-m", "local.run"), Path(scratch) / "data") as server,
    ):
        connection = server.connection()
        made = [server.ask(connection, "POST /v1/shipments", SHIPMENT) for _ in range(LISTED)]
        connection.close()
        operations: dict[str, tuple[str, Any]] = {
            "GET one": (f"GET /v1/shipments/{json.loads(made[0])['id']}", None),
            "list of 20": ("GET /v1/shipments?limit=20", None),
            "POST /v1/shipments": ("POST /v1/shipments", SHIPMENT),
        }
        figures = [
            Figure(f"{what}, {clients} client{'s' if clients > 1 else ''}", _rate(server, asked, clients), "/s")
            for what, asked in operations.items()
            for clients in CLIENTS
        ]
    print_table("Requests a second of the one-machine server", figures)


def _rate(server: StartedServer, asked: tuple[str, Any], clients: int) -> float:
    """Return how many requests a second are answered."""
    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        counts = list(pool.map(lambda _: _answered(server, asked, began + SECONDS), range(clients)))
    return sum(counts) / (time.perf_counter() - began)


def _answered(server: StartedServer, asked: tuple[str, Any], until: float) -> int:
    connection, count = server.connection(), 0
    while time.perf_counter() < until:
        server.ask(connection, *asked)
        count += 1
    connection.close()
    return count
