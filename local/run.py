"""`make run`: everything on this machine by one command, until Ctrl-C."""

import sys

from local.stopping import Stop, run_until_stopped


def run(stop: Stop) -> None:
    """Load the app, which takes a second in which Ctrl-C is heard already, and serve it until `stop`."""
    with stop.at_once():
        from local.one_machine import serve  # noqa: PLC0415 - see above
    serve(stop)


if __name__ == "__main__":
    sys.exit(run_until_stopped(run))
