"""What a list is narrowed by is compared with what is shown."""

from decimal import Decimal

import pytest

from chalicelib.domain.filters import metadata_text, numbers_of
from tests.builders import a_parcel, a_shipment


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("true", "true"),
        (True, "true"),
        (False, "false"),
        (Decimal(0), "0"),
        (Decimal("-12.50"), "-12.5"),
        (Decimal("0.1"), "0.1"),
        (Decimal(100000000000000), "100000000000000"),
        ("ü 1", "ü 1"),
        ("", ""),
    ],
)
def test_metadata_is_compared_as_the_text_that_json_shows(value: object, text: str) -> None:
    assert metadata_text(value) == text


def test_a_shipments_numbers_are_each_told_once_the_masters_first() -> None:
    parcels = tuple(a_parcel(meta={"tracking_number": number}) for number in ("B", "C", None))
    record = a_shipment(tracking_number="A", meta={"tracking_numbers": ["A", "B"]}, parcels=parcels)

    assert numbers_of(record) == ("A", "B", "C")


def test_a_draft_has_no_numbers() -> None:
    assert numbers_of(a_shipment()) == ()
