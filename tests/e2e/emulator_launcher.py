"""Becomes the AWS emulator, tied to the life of its tests: run as `emulator_launcher.py PARENT_PID SITE_PACKAGES`.

The emulator starts Lambdas with the interpreter that it runs in itself. That is an empty virtual environment, so that
a Lambda finds the packages of its own zip and no others; the emulator's own are only added to the path of this process.
"""

import ctypes
import importlib
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
"""prctl(2): the signal that this process gets when its parent dies."""


def main() -> None:
    """Run the emulator, unless the parent is gone already."""
    parent_pid, site_packages = int(sys.argv[1]), sys.argv[2]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent_pid:  # it died before the request was in force
        sys.exit("the tests that started the emulator are gone")
    sys.path.append(site_packages)
    del sys.argv[1:]
    importlib.import_module("ministack.app").main()


if __name__ == "__main__":
    main()
