"""Memory: what the web server's threads have used goes back to the machine."""

import contextlib
import ctypes

M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3
M_ARENA_MAX = -8
"""Parameters of glibc's mallopt(3)."""

LARGE_BYTES = 128 * 1024
ARENAS = 2


def keep_memory_low() -> None:
    """Let glibc give large blocks back at once: by itself it keeps an arena a thread and what each held at its worst.

    Other C libraries have no such call, and no such habit.
    """
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL("libc.so.6").mallopt
        mallopt(M_ARENA_MAX, ARENAS)
        mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
        mallopt(M_TRIM_THRESHOLD, LARGE_BYTES)
