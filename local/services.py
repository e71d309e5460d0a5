"""`make services`: only the engine with its tables and first key, for `chalice local` in another terminal."""

import os
import sys
import threading

from local.chalice_stage import stage_settings, take_over
from local.first_key import FILE
from local.settings import shown
from local.stopping import Stop, run_until_stopped


def hold(stop: Stop) -> None:
    """Start the engine where the stage `local` looks for it, say where that is, and wait for `stop`."""
    settings = take_over(stage_settings(), os.environ)
    with stop.at_once():
        from local.machine import running_machine  # noqa: PLC0415 - it takes a second, in which Ctrl-C is heard already
    asked = threading.Event()
    with running_machine(settings, stop.because) as machine:
        print(f"DynamoDB answers at {machine.endpoint}; data: {shown(settings.data_dir)}")
        print(f"Key for test mode: in {shown(settings.data_dir / FILE)}")
        print(
            "In another terminal: .venv/bin/chalice local --stage local --no-autoreload. Ctrl-C stops it.", flush=True
        )
        stop.wakes(asked.set)
        while not stop.requested:
            asked.wait()


if __name__ == "__main__":
    sys.exit(run_until_stopped(hold))
