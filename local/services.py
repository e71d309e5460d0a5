"""`make services`: only the engine with its tables and first key, for `chalice local` in another terminal."""

import sys
import threading

from local.first_key import FILE
from local.machine import running_machine
from local.settings import LocalSettings, shown
from local.stopping import Stop, run_until_stopped

ENGINE_PORT = 8001
"""The port that `.chalice/config.json` names for the stage `local`."""


def hold(stop: Stop) -> None:
    """Start the engine on a known port, say where it is, and wait for `stop`."""
    settings = LocalSettings.read(engine_port=ENGINE_PORT)
    asked = threading.Event()
    with running_machine(settings, stop.because) as machine:
        print(f"DynamoDB answers at {machine.endpoint}; data: {shown(settings.data_dir)}")
        print(f"Key for test mode: in {shown(settings.data_dir / FILE)}")
        print("In another terminal: .venv/bin/chalice local --stage local --no-autoreload. Ctrl-C stops it.", flush=True)
        stop.wakes(asked.set)
        while not stop.requested:
            asked.wait()


if __name__ == "__main__":
    sys.exit(run_until_stopped(hold))
