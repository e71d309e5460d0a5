"""The audit: a vulnerability fails it, a service that is silent does not, and silence is never called clean."""

from typing import Any

from local.audit import judged

CLEAN = {"name": "idna", "version": "3.10", "vulns": []}
UNKNOWN = {"name": "ours", "skip_reason": "not found"}


def vulnerable(**changes: Any) -> dict[str, Any]:
    told = {"id": "PYSEC-2026-1", "fix_versions": ["2.0.7"], "description": "…"} | changes
    return {"name": "urllib3", "version": "2.0.6", "vulns": [told]}


def test_a_vulnerable_package_fails_it_and_is_named_with_its_remedy():
    words, is_vulnerable = judged([CLEAN, vulnerable()])

    assert is_vulnerable
    assert words == ["audit: urllib3 2.0.6 has PYSEC-2026-1, mended in 2.0.7"]


def test_one_that_nothing_mends_yet_says_so():
    words, _ = judged([vulnerable(fix_versions=[])])

    assert words == ["audit: urllib3 2.0.6 has PYSEC-2026-1, mended in nothing yet"]


def test_clean_packages_pass_it():
    assert judged([CLEAN]) == (["audit: no known vulnerability in 1 packages"], False)


def test_what_the_service_does_not_know_is_named():
    words, is_vulnerable = judged([CLEAN, UNKNOWN])

    assert not is_vulnerable
    assert words[1] == "audit: not audited, as the service does not know them: ours"


def test_a_service_that_knows_nothing_has_audited_nothing():
    words, is_vulnerable = judged([UNKNOWN, UNKNOWN])

    assert not is_vulnerable
    assert words == ["audit: NOT AUDITED, the advisory service knows none of 2 packages"]
