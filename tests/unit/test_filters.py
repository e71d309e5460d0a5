"""What a list is narrowed by is compared with what is shown."""

from datetime import timedelta
from decimal import Decimal

import pytest

from chalicelib.domain.filters import (
    connection_matches,
    metadata_text,
    numbers_of,
    shipment_matches,
    tracker_matches,
)
from chalicelib.domain.pages import PageRequest
from tests.builders import NOW, a_connection, a_parcel, a_shipment, a_tracker, an_attempt


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
    record = a_shipment(tracking_number="A", meta={"tracking_numbers": ["A", "D", "B"]}, parcels=parcels)

    assert numbers_of(record) == ("A", "D", "B", "C")


def test_a_draft_has_no_numbers() -> None:
    assert numbers_of(a_shipment()) == ()


SHIPMENT = a_shipment(
    tracking_number="1z 999 aa1",
    parcels=(a_parcel(meta={"tracking_number": "1Z999AA2"}),),
    carrier_name="ups",
    service="ups_ground",
    reference="PO 7",
    order_id="100-2041",
    metadata={"gift": False, "floor": Decimal("2.50")},
)
TRACKER = a_tracker(
    carrier_name="ups",
    tracking_number="1Z 999 AA1",
    parcel_numbers=("1Z999AA2",),
    reference="PO 7",
    metadata={"gift": False},
)
CONNECTION = a_connection(carrier_name="ups", active=True, metadata={"gift": False})

ALIKE: list[tuple[str, str, bool]] = [
    ("carrier_name", "ups", True),
    ("carrier_name", "UPS", False),
    ("reference", "PO 7", True),
    ("reference", "PO 8", False),
    ("tracking_number", "1Z999 aa1", True),
    ("tracking_number", "1z999aa2", True),
    ("tracking_number", "1Z999AA", False),
    ("status", "delivered", False),
]
"""A field that shipments and trackers are both filtered by, a value, and whether both of these fit it."""

NO_SUCH_FILTER = r"^no such filter: city, zone$"


class TestFields:
    @pytest.mark.parametrize(
        ("field", "value", "fits"),
        [
            *ALIKE,
            ("status", "draft", True),
            ("service", "ups_ground", True),
            ("service", "ups", False),
            ("order_id", "100-2041", True),
            ("order_id", "100-2042", False),
        ],
    )
    def test_a_shipment_fits_what_it_shows(self, field: str, value: str, *, fits: bool) -> None:
        assert shipment_matches(SHIPMENT, PageRequest(equals={field: value}, now=NOW)) is fits

    @pytest.mark.parametrize(("field", "value", "fits"), [*ALIKE, ("status", "in_transit", True)])
    def test_a_tracker_fits_what_it_shows(self, field: str, value: str, *, fits: bool) -> None:
        assert tracker_matches(TRACKER, PageRequest(equals={field: value})) is fits

    @pytest.mark.parametrize(
        ("field", "value", "fits"),
        [("carrier_name", "ups", True), ("carrier_name", "usps", False), ("active", "true", True)],
    )
    def test_a_connection_fits_what_it_shows(self, field: str, value: str, *, fits: bool) -> None:
        assert connection_matches(CONNECTION, PageRequest(equals={field: value})) is fits

    def test_a_connection_that_is_not_active_fits_false_alone(self) -> None:
        idle = a_connection(active=False)

        assert connection_matches(idle, PageRequest(equals={"active": "false"}))
        assert not connection_matches(idle, PageRequest(equals={"active": "true"}))
        assert not connection_matches(CONNECTION, PageRequest(equals={"active": "false"}))

    def test_all_fields_must_fit_and_without_any_everything_does(self) -> None:
        both = {"carrier_name": "ups", "reference": "PO 7"}

        assert tracker_matches(TRACKER, PageRequest())
        assert tracker_matches(TRACKER, PageRequest(equals=both))
        assert not tracker_matches(TRACKER, PageRequest(equals=both | {"reference": "PO 8"}))
        assert not tracker_matches(TRACKER, PageRequest(equals=both | {"carrier_name": "dhl_express"}))

    def test_a_shipments_status_is_judged_at_the_requests_instant(self) -> None:
        attempt = an_attempt()
        record = a_shipment(state="purchasing", attempt=attempt)
        drafts, lost = ({"status": status} for status in ("draft", "needs_attention"))

        for now, fits in ((attempt.lease_until - timedelta(microseconds=1), drafts), (attempt.lease_until, lost)):
            told = [shipment_matches(record, PageRequest(equals=equals, now=now)) for equals in (drafts, lost)]
            assert told == [fits is drafts, fits is lost]

    def test_a_status_without_an_instant_is_nobodys_question(self) -> None:
        with pytest.raises(ValueError, match=r"^a status is judged at an instant: PageRequest\.now is missing$"):
            shipment_matches(SHIPMENT, PageRequest(equals={"status": "draft"}))

    def test_fields_that_a_list_is_not_filtered_by_are_named(self) -> None:
        unknown = PageRequest(equals={"zone": "2", "carrier_name": "ups", "city": "Bonn"})

        with pytest.raises(ValueError, match=NO_SUCH_FILTER):
            shipment_matches(SHIPMENT, unknown)
        with pytest.raises(ValueError, match=NO_SUCH_FILTER):
            tracker_matches(TRACKER, unknown)
        with pytest.raises(ValueError, match=NO_SUCH_FILTER):
            connection_matches(CONNECTION, unknown)


class TestMetadata:
    @pytest.mark.parametrize(
        ("wanted", "fits"),
        [
            (("gift", "false"), True),
            (("gift", "False"), False),
            (("gift", "true"), False),
            (("floor", "2.5"), True),
            (("floor", "2.50"), False),
            (("order", "false"), False),
        ],
    )
    def test_a_value_is_compared_under_its_own_name(self, wanted: tuple[str, str], *, fits: bool) -> None:
        assert shipment_matches(SHIPMENT, PageRequest(metadata=wanted)) is fits

    def test_metadata_and_fields_must_both_fit(self) -> None:
        gifts = ("gift", "false")

        assert tracker_matches(TRACKER, PageRequest(metadata=gifts, equals={"carrier_name": "ups"}))
        assert not tracker_matches(TRACKER, PageRequest(metadata=gifts, equals={"carrier_name": "usps"}))
        assert not tracker_matches(TRACKER, PageRequest(metadata=("gift", "true"), equals={"carrier_name": "ups"}))
