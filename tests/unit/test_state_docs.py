"""The moves that docs/architecture.md draws are those that there are."""

import re
from pathlib import Path
from typing import get_args

from chalicelib.domain.attempts import MOVES, TRAVELLING
from chalicelib.domain.shipments import State

PAGE = Path(__file__).parents[2] / "docs/architecture.md"


def rows() -> dict[str, set[str]]:
    """By the first cell of each row of the table: the states that the second one names."""
    text = PAGE.read_text(encoding="utf-8").partition("| from | to |")[2].partition("\n\n")[0]
    cells = (line.split("|")[1:3] for line in text.splitlines()[2:])
    return {old.strip(): set(re.findall(r"`(\w+)`", new)) & set(get_args(State)) for old, new in cells}


def test_the_table_of_moves_is_the_domains() -> None:
    drawn = rows()

    for state in ("draft", "purchasing", "unconfirmed", "created", "voiding"):
        assert drawn[f"`{state}`"] == MOVES[state], state
    assert drawn["`cancelled`"] == MOVES["cancelled"] == set()


def test_one_that_travels_goes_where_its_tracker_says_or_is_cancelled() -> None:
    (travelling,) = [new for old, new in rows().items() if old.startswith("a travelling one")]

    assert travelling == {"cancelled"}
    assert {state: MOVES[state] for state in TRAVELLING} == {
        state: TRAVELLING - {state} | {"cancelled"} for state in TRAVELLING
    }
