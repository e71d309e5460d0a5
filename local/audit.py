"""`make audit`: ask for known vulnerabilities of every package that is installed here, and fail when there is one.

The advisories come over the network. Where their service can't be asked, or knows none of the packages (a mirror may
not pass advisories on), this says so in words that can't be taken for a clean result, and does not fail: no build may
turn red because another's server is down.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

ACCEPTED: Mapping[str, str] = {}
"""Advisories that are no danger here, and why: by id (PYSEC-…, GHSA-…, CVE-…)."""

TIMEOUT_S = 300
ASK_S = 10
"""How long one question may take."""


def main() -> int:
    """Ask, say what came of it, and return the exit code."""
    told = _told()
    if told is None:
        print("audit: NOT AUDITED, no advisory service could be asked")
        return 0
    words, is_vulnerable = judged(told)
    print("\n".join(words))
    return int(is_vulnerable)


def judged(packages: list[dict[str, Any]]) -> tuple[list[str], bool]:
    """Return what to say of pip-audit's packages, and whether any is vulnerable."""
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    found = [(package, vulnerability) for package in packages for vulnerability in package.get("vulns", ())]
    words = [_line(package, vulnerability) for package, vulnerability in found]
    asked = len(packages) - len(skipped)
    if asked == 0:
        words.append(f"audit: NOT AUDITED, the advisory service knows none of {len(skipped)} packages")
    elif not found:
        words.append(f"audit: no known vulnerability in {asked} packages")
    if skipped and asked:
        words.append(f"audit: not audited, as the service does not know them: {', '.join(skipped)}")
    return words, bool(found)


def _line(package: Mapping[str, Any], vulnerability: Mapping[str, Any]) -> str:
    fixed = ", ".join(vulnerability.get("fix_versions", ())) or "nothing yet"
    return f"audit: {package['name']} {package['version']} has {vulnerability['id']}, mended in {fixed}"


def _told() -> list[dict[str, Any]] | None:
    """Return pip-audit's packages, None when it got no answer."""
    ignored = [part for advisory in ACCEPTED for part in ("--ignore-vuln", advisory)]
    options = ["--format", "json", "--progress-spinner", "off", "--timeout", str(ASK_S), *ignored]
    try:
        run = subprocess.run(  # noqa: S603 - pip-audit in our own virtual environment
            [sys.executable, "-m", "pip_audit", *options],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        packages: list[dict[str, Any]] = json.loads(run.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError):
        return None
    return packages


if __name__ == "__main__":
    sys.exit(main())
