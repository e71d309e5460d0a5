"""No secret stands in the tree: no key of ours that could be valid, none of AWS or of others, no private key."""

import re
import subprocess
from pathlib import Path

import pytest

from chalicelib.domain.api_keys import is_well_formed, new_token

ROOT = Path(__file__).parents[2]

OUR_KEY = re.compile(r"dray_(?:test|live)_[0-9A-Za-z]+")

FOREIGN = {
    "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "an AWS secret": re.compile(r"(?i)aws_secret_access_key\W{1,5}[0-9A-Za-z/+]{40}\b"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s*[0-9A-Za-z+/=\s]{64}"),
    "a webhook secret": re.compile(r"whsec_[0-9A-Za-z+/]{32,}"),
    "a GitHub token": re.compile(r"\b(?:gh[pousr]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{60,})"),
    "a PyPI token": re.compile(r"pypi-[0-9A-Za-z_-]{60,}"),
    "a Slack token": re.compile(r"xox[abprs]-[0-9A-Za-z-]{20,}"),
    "a Stripe key": re.compile(r"\b[rs]k_live_[0-9A-Za-z]{20,}"),
    "a password in an address": re.compile(r"\b[a-z]+://[^/\s:@'\"{}]+:[^/\s:@'\"{}]{6,}@[a-z0-9.-]+\.[a-z]{2,}"),
}
"""What others' secrets look like; each has a form that nothing else has."""

MADE_UP = {
    "whsec_C2FVsBQIhrscChlQIMV" + "+b5sSYspob7oD": "made up for the test that no log line holds one",
    "https://user:password" + "@carrier.example.com": "a password that is called one, in a reserved domain",
}
"""What looks like a secret and is none, and why it stands somewhere."""

MOST_BYTES = 2_000_000


def _texts() -> list[Path]:
    """Every file that git keeps or would keep."""
    told = subprocess.run(
        ["/usr/bin/env", "git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (ROOT / line for line in told.stdout.splitlines())
    return [path for path in paths if path.is_file() and path.stat().st_size < MOST_BYTES]


def secrets_in(text: str) -> list[str]:
    """What of a text looks like a secret, as the kind and its beginning: a report must not spread it."""
    found = [("a key of ours", match[0]) for match in OUR_KEY.finditer(text) if is_well_formed(match[0])]
    found += [(kind, match[0]) for kind, pattern in FOREIGN.items() for match in pattern.finditer(text)]
    return [f"{kind}: {secret[:16]}…" for kind, secret in found if secret not in MADE_UP]


def test_no_file_holds_a_secret():
    found = {}
    for path in _texts():
        secrets = secrets_in(path.read_text(encoding="utf-8", errors="replace"))
        if secrets:
            found[str(path.relative_to(ROOT))] = secrets

    assert found == {}


@pytest.mark.parametrize(
    "secret",
    [
        new_token("live", lambda size: bytes(range(size))),
        "AKIA" + "IOSFODNN7" + "EXAMPLE",
        "aws_secret_access_key = " + "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY",
        "-----BEGIN RSA " + "PRIVATE KEY-----\n" + "MIIEpAIBAAKCAQEA" * 5,
        "whsec_" + "MfKQ9r8GKYqrTwjUPD8I" + "LPZIo2LaLaSw",
        "ghp_" + "a1B2" * 9,
        "https://user:" + "hunter22@" + "example.com/",
    ],
)
def test_a_secret_is_found_and_not_repeated_whole(secret: str):
    (told,) = secrets_in(f"x = '{secret}'\n")

    assert secret not in told


@pytest.mark.parametrize(
    "text", ["dray_test_" + "A" * 33, "Bearer dray_test_…", "-----BEGIN PUBLIC KEY-----", "whsec_…"]
)
def test_what_is_none_is_let_be(text: str):
    assert secrets_in(text) == []
