"""`python -m benchmarks [NAME …]`: measure the figures of the budget, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

NAMES = ("cpu", "pages", "throughput", "carriers", "limiter", "newcomer")
"""The modules beside this one, in the order in which they are run."""


def main(names: list[str]) -> int:
    """Run one benchmark here, or several one after the other; return the exit code."""
    if unknown := [name for name in names if name not in NAMES]:
        print(f"there is no benchmark {unknown[0]!r}; there are {', '.join(NAMES)}", file=sys.stderr)
        return 2
    if len(names) == 1:
        import_module(f"benchmarks.{names[0]}").run()
        return 0
    runs = [subprocess.run([sys.executable, "-m", "benchmarks", name], check=False) for name in names or NAMES]  # noqa: S603 - ourselves
    return max(done.returncode for done in runs)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
