"""`python -m tests.stand_ins [CARRIER …]`: carriers' stand-ins until Ctrl-C, and the body that connects to each."""

import json
import sys
import threading
from contextlib import ExitStack, suppress

from tests.contract.test_carrier_contract import ADAPTERS

OFFERED = sorted(set(ADAPTERS) - {"sandbox"})


def main(names: list[str]) -> int:
    if unknown := set(names) - set(OFFERED):
        print(f"There is no stand-in of {', '.join(sorted(unknown))}; there are: {', '.join(OFFERED)}", file=sys.stderr)  # noqa: T201
        return 2
    with ExitStack() as running:
        for name in names or OFFERED:
            connection = running.enter_context(ADAPTERS[name]()).connection
            body = {
                "carrier_name": connection.carrier_name,
                "carrier_id": f"{name}-stand-in",
                "credentials": dict(connection.credentials.reveal()),
                "config": connection.config,
            }
            print(json.dumps(body), flush=True)  # noqa: T201
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
