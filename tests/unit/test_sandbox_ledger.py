"""The sandbox's books: what they say when numbers are taken."""

from chalicelib.domain.sandbox_ledger import NumbersTaken


def test_numbers_that_are_taken_are_told_to_people_and_to_programs() -> None:
    taken = NumbersTaken(["SBX1", "SBX2"])

    assert str(taken) == "taken already: SBX1, SBX2"
    assert taken.tracking_numbers == ("SBX1", "SBX2")
