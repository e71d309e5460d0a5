"""`make mutants`: break the domain and the services one small change at a time, and see that a unit test notices.

It ends badly when too few are noticed, or when one is missed that `survivors.toml` has no reason for. `ONLY` names
some (`ONLY='chalicelib.domain.money.*'`), so that these alone are tried.
"""

import os
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from fnmatch import fnmatch
from pathlib import Path

from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files
from mutmut.utils.format_utils import get_module_from_key, orig_function_and_class_names_from_key

from tests.mutation.survivors import Survivor, explained

LEAST_KILLED_PERCENT = 85
KILLED = {"killed", "timeout", "segfault"}
"""A mutant that never ends, or takes the process along, would not pass the tests."""
ROW = "{:<42} {:>8} {:>8} {:>9} {:>8} {:>8}\n"


def main() -> int:
    """Make the mutants, try each and print what became of them; return 1 when that is not good enough."""
    only = os.environ.get("ONLY", "").split()
    shutil.rmtree(Path("mutants"), ignore_errors=True)
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str((os.cpu_count() or 1) + 1), *only]
    if (exit_code := subprocess.run(command, check=False).returncode) != 0:  # noqa: S603 - our own program
        return exit_code
    tried = {name: status for name, status in _statuses() if not only or any(fnmatch(name, one) for one in only)}
    known = explained()
    unexplained = [one for one in _missed(tried) if one not in known]
    print("\n" + "".join(_rows(tried)))  # noqa: T201 - a person waits for it
    print("\n".join(f"{one.function}\n- {one.was}\n+ {one.becomes}\n" for one in unexplained))  # noqa: T201
    return int(bool(unexplained) or _percent_killed(tried.values()) < LEAST_KILLED_PERCENT)


def _statuses() -> Iterator[tuple[str, str]]:
    """Yield each mutant's name and what became of it."""
    for path in walk_mutatable_files():
        file = SourceFileMutationData(path=path)
        file.load()
        for name, exit_code in file.exit_code_by_key.items():
            yield name, status_by_exit_code[exit_code]


def _missed(tried: dict[str, str]) -> Iterator[Survivor]:
    """Yield each mutant that no test killed, with its change."""
    for name in (name for name, status in tried.items() if status not in KILLED):
        function, of_class = orig_function_and_class_names_from_key(name)
        place = ".".join(part for part in (get_module_from_key(name), of_class, function) if part)
        changed = get_diff_for_mutant(name).splitlines()[2:]
        was, becomes = (" ".join(line[1:].strip() for line in changed if line.startswith(sign)) for sign in ("-", "+"))
        yield Survivor(place, was, becomes)


def _rows(tried: dict[str, str]) -> Iterator[str]:
    yield ROW.format("module", "mutants", "killed", "survived", "untested", "percent")
    modules = defaultdict(list)
    for name, status in tried.items():
        modules[get_module_from_key(name)].append(status)
    for module, statuses in sorted(modules.items()):
        yield _row(module, statuses)
    yield _row("all", list(tried.values()))


def _row(name: str, statuses: Collection[str]) -> str:
    counts = Counter(statuses)
    killed = sum(counts[status] for status in KILLED)
    survived = len(statuses) - killed - counts["no tests"]
    return ROW.format(name, len(statuses), killed, survived, counts["no tests"], f"{_percent_killed(statuses):.1f}")


def _percent_killed(statuses: Collection[str]) -> float:
    return 100 * sum(status in KILLED for status in statuses) / len(statuses) if statuses else 0.0


if __name__ == "__main__":
    sys.exit(main())
