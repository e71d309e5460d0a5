"""Everything on this machine: what `make run` starts, says and stops."""

import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from app import app
from chalicelib import logs
from chalicelib.domain.deadlines import Deadline
from chalicelib.storage.expiry import sweep_expired
from chalicelib.storage.schema import all_tables
from chalicelib.wiring import services
from local.engine_package import PROJECT
from local.first_key import FILE
from local.gateway import Gateway
from local.machine import Machine, running_machine
from local.memory import keep_memory_low
from local.server import Server, bound_socket
from local.settings import LocalSettings, shown
from local.stopping import Stop
from local.timers import Timer, Timers

SWEEP_S = 60.0
"""DynamoDB deletes expired rows by itself, within days; the engine never does."""

SETTLE_S = 30.0
"""How often purchases and voids are looked for that nobody saw the end of; in AWS a schedule does so."""

MOST_SETTLE_S = 300.0
"""How long one such look may take."""

EXAMPLE = (
    """'{"shipper": {"country_code": "US", "postal_code": "10001"}, """
    """"recipient": {"country_code": "US", "postal_code": "90210"}, """
    """"parcels": [{"weight": 2.5, "weight_unit": "LB"}]}'"""
)


def serve(stop: Stop) -> None:
    """Start everything, say where it is, and answer until `stop`."""
    keep_memory_low()
    settings = LocalSettings.read()
    with (
        bound_socket(settings.host, settings.port) as listener,
        running_machine(settings, stop.because) as machine,
    ):
        log_as_json()
        server = Server(Gateway(app, PROJECT, services().settings.cors_origins), listener)
        address = address_of(settings.host, listener.getsockname()[1])
        print("\n".join(greeting(settings.data_dir, machine, address)), flush=True)
        with Timers(Timer("sweep-expired", SWEEP_S, sweep), Timer("sweep-stuck-purchases", SETTLE_S, settle)):
            server.run(stop)


def sweep() -> None:
    """Delete what has expired."""
    sweep_expired(services().tables, all_tables(), datetime.now(UTC))


def settle() -> None:
    """Ask carriers what became of purchases and voids whose lease has run out."""
    services().sweeps.settle(Deadline.after(MOST_SETTLE_S, time.monotonic))


def log_as_json() -> None:
    """Log in the app's form, the web server's own words too."""
    logs.configure(services().settings.log_level)
    waitress = logging.getLogger("waitress")
    waitress.handlers = logs.logger().handlers
    waitress.propagate = False
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # eight requests at once are no event


def address_of(host: str, port: int) -> str:
    """Return the address to type into a client on this machine."""
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 - compared, not bound
    return f"http://{name}:{port}"


def greeting(data_dir: Path, machine: Machine, address: str) -> Iterator[str]:
    """Return the lines that a start prints: what runs where, the key if it is new, and what to try."""
    folder = shown(data_dir)
    key_file = shown(data_dir / FILE)
    yield ""
    yield f"Dray answers at {address} (reference: {address}/docs)"
    yield f"Data: {folder}, {'kept from the last start' if machine.had_data else 'new'}"
    if machine.key is None:
        yield f"Key: {key_file} is gone; `./dray keys create` makes another"
    elif machine.key.is_new:
        yield f"Key for test mode, shown this once and kept in {key_file}: {machine.key.token}"
    else:
        yield f"Key for test mode: in {key_file}"
    yield ""
    yield "Compare rates:"
    yield f'  curl -s {address}/v1/rates -H "Authorization: Bearer $(cat {key_file})" \\'
    yield f"    -H 'Content-Type: application/json' -d {EXAMPLE}"
    yield ""
    yield "Ctrl-C stops it."
    yield ""
