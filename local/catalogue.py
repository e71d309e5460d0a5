"""`python -m local.catalogue`: writes the catalogue's facts and the pages of the carriers from the installed SDK.

With `--check` it writes nothing, and says what differs from what is written down.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from chalicelib.carriers import catalogue
from chalicelib.carriers.profiles.others import OTHERS
from local.carrier_facts import facts_of, index_of
from local.carrier_pages import INDEX, pages
from local.engine_package import PROJECT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from chalicelib.carriers.profiles.profile import Profile

DOCS = PROJECT / "docs" / "carriers"


def profiles() -> tuple[Profile, ...]:
    """Return all profiles as they are written, sorted by name."""
    own = (catalogue.profile(name) for name in catalogue.OWN_MODULES)
    return tuple(sorted((*own, *OTHERS), key=lambda profile: profile.carrier_name))


def facts() -> Mapping[Path, str]:
    """Return the files of facts by path, read from the installed SDK."""
    found = {profile.carrier_name: facts_of(profile) for profile in profiles()}
    files = {f"{name}.json": _compact(known) for name, known in found.items()}
    files["index.json"] = _compact(index_of(found))
    return {catalogue.FACTS / name: text for name, text in files.items()}


def docs() -> Mapping[Path, str]:
    """Return the pages of the carriers by path, made from the profiles and the facts that are written down."""
    return {DOCS / name: text for name, text in pages(catalogue.carriers()).items()}


def differences(wanted: Mapping[Path, str], folder: Path) -> list[str]:
    """Return the names of a folder's files that are not as they should be, missing and needless ones among them."""
    there = set(folder.glob("*")) if folder.is_dir() else set()
    wrong = {path for path, text in wanted.items() if path not in there or path.read_text(encoding="utf-8") != text}
    return sorted(path.name for path in wrong | (there - wanted.keys()))


def _write(wanted: Mapping[Path, str], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for path in set(folder.glob("*")) - wanted.keys():
        path.unlink()
    for path, text in wanted.items():
        path.write_text(text, encoding="utf-8")


def _compact(value: Any) -> str:
    """Return JSON with a line a field of the first level, and one below it in the index: small, and good to compare."""
    lines = (f"{json.dumps(key)}:{json.dumps(below, separators=(',', ':'))}" for key, below in value.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main(arguments: list[str]) -> int:
    """Write the files, or check them; return 1 where they differ."""
    if arguments == ["--check"]:
        wrong = differences(facts(), catalogue.FACTS) + differences(docs(), DOCS)
        for name in wrong:
            print(f"{name} is not what `python -m local.catalogue` writes")
        return 1 if wrong else 0
    if arguments:
        print(__doc__)
        return 2
    _write(facts(), catalogue.FACTS)
    _write(docs(), DOCS)  # from the facts just written: they are not read before
    print(f"wrote {len(catalogue.carriers())} carriers; {DOCS / INDEX} lists them")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
