"""Becomes the engine, tied to its server's life: run as `engine_launcher.py PARENT_PID PROGRAM …`.

It is a program of its own because code between fork and exec is not safe in a process with threads.
"""

import ctypes
import os
import signal
import sys

MEANT_FOR_THE_SERVER = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C and service managers signal a whole group; the server then ends the engine when its last answer is out."""

PR_SET_PDEATHSIG = 1
"""prctl(2): the signal that this process gets when its parent dies. It outlives exec."""


def main() -> None:
    """Replace this process by the program that the arguments name, unless the parent is gone already."""
    parent_pid, program = int(sys.argv[1]), sys.argv[2]
    signal.pthread_sigmask(signal.SIG_BLOCK, MEANT_FOR_THE_SERVER)  # outlives exec
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent_pid:  # it died before the request was in force
        sys.exit("the server that started the engine is gone")
    os.execv(program, sys.argv[2:])  # noqa: S606 - the path is ours


if __name__ == "__main__":
    main()
