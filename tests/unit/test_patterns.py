"""Regular expressions: whatever they are asked, none works for long, so no text can keep a server busy."""

import json
import re
import subprocess
import sys

import pytest

from tests.unit import patterns

TIMEOUT_S = 300
"""For all of them: a pattern whose work grows exponentially would never end."""

PATTERNS = patterns.collected()


def test_the_patterns_of_the_source_and_of_the_tables_are_all_there():
    assert len([place for place in PATTERNS if ".py:" in place]) >= 30
    assert len([place for place in PATTERNS if place.startswith("tracking number")]) >= 40
    assert len([place for place in PATTERNS if place.startswith("postal code")]) >= 150


@pytest.mark.parametrize("place", PATTERNS)
def test_nothing_endless_repeats_without_end(place: str):
    assert not patterns.nests_endlessly(PATTERNS[place].pattern)


def test_no_pattern_works_for_long_whatever_it_is_asked():
    program = [sys.executable, "-m", "tests.unit.patterns"]

    tried = subprocess.run(  # noqa: S603 - our own program
        program, cwd=patterns.ROOT, capture_output=True, text=True, check=False, timeout=TIMEOUT_S
    )

    assert tried.returncode == 0, tried.stderr
    assert json.loads(tried.stdout) == []


@pytest.mark.parametrize("bad", [r"(a+)+b", r"(\w*\d*)*$", r"(?:x(?:y|z*)+)*"])
def test_what_could_work_exponentially_is_found(bad: str):
    assert patterns.nests_endlessly(re.compile(bad))


@pytest.mark.parametrize("good", [r"(a{1,3})+b", r"a+b+", r"(\d{4} ?)*", "[a-z]+(?:-[a-z]{2})?"])
def test_what_could_not_is_let_be(good: str):
    assert not patterns.nests_endlessly(re.compile(good))
