"""How large the deployment zip is."""

import zipfile
from pathlib import Path

from local.package_sizes import table


def test_a_packages_parts_are_told_the_largest_first(tmp_path: Path) -> None:
    package = tmp_path / "deployment.zip"
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("pillow.libs/a.so", bytes(3_000_000))
        archive.writestr("PIL/a.py", bytes(1_000_000))
        archive.writestr("chalicelib/api/a.py", bytes(1_300_000))
        archive.writestr("chalicelib/api/__pycache__/a.cpython-311.pyc", bytes(200_000))
        archive.writestr("app.py", bytes(500_000))
        for name in "abcdefghi":
            archive.writestr(f"{name}/b.py", bytes(100_000))

    heading, *lines = table(package)

    assert heading == f"{package}: 6.9 MB zipped, 6.9 MB unzipped, 0.2 MB of that compiled"
    assert [line.split() for line in lines[:2]] == [["pillow", "4.0", "4.0"], ["Dray", "2.0", "2.0"]]
    assert lines[-1].split() == ["the", "rest", "0.3", "0.3"]
