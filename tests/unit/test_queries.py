"""Query parameters of lists, and trackers as they are sent."""

from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.api.bodies import checked
from chalicelib.api.schemas.lists import ListQuery, ShipmentQuery, TrackerQuery
from chalicelib.api.schemas.trackers import TrackerAdvanceData, TrackingData
from chalicelib.domain.errors import InvalidRequest
from chalicelib.domain.pages import PageRequest
from chalicelib.domain.shipments import SHIPMENT_STATUSES
from chalicelib.domain.trackers import TRACKER_STATUSES
from tests.builders import NOW


def faults(model: type[Any], given: dict[str, Any]) -> set[str]:
    with pytest.raises(InvalidRequest) as caught:
        checked(model, given, "The list could not be read")
    return set(caught.value.details)


class TestQueries:
    def test_without_parameters_the_newest_twenty_are_asked_for(self) -> None:
        request = checked(ShipmentQuery, {}, "no").page_request(None, NOW)

        assert request == PageRequest(limit=20, now=NOW)

    def test_each_parameter_of_shipments_narrows_the_page(self) -> None:
        equals = {
            "status": "created",
            "carrier_name": "sandbox",
            "service": "ground",
            "reference": "PO-7",
            "order_id": "1001",
            "tracking_number": "SBX1",
        }
        given = equals | {
            "limit": "100",
            "created_after": "2026-11-24T10:00:00+02:00",
            "created_before": "2026-11-25T00:00:00Z",
            "metadata_key": "a",
            "metadata_value": "",
        }

        request = checked(ShipmentQuery, given, "no").page_request("shp_1", NOW)

        assert (request.limit, request.after, request.equals) == (100, "shp_1", equals)
        assert request.created_after == datetime(2026, 11, 24, 8, tzinfo=UTC)
        assert request.created_before == datetime(2026, 11, 25, tzinfo=UTC)
        assert request.metadata == ("a", "")

    def test_each_parameter_of_trackers_narrows_the_page(self) -> None:
        equals = {"status": "on_hold", "carrier_name": "ups", "reference": "PO-7", "tracking_number": "1Z"}

        request = checked(TrackerQuery, equals, "no").page_request(None, NOW)

        assert request == PageRequest(equals=equals, now=NOW)

    def test_all_shown_statuses_can_be_asked_for_and_no_internal_one(self) -> None:
        for shown in SHIPMENT_STATUSES:
            assert checked(ShipmentQuery, {"status": shown}, "no").status == shown
        for told in TRACKER_STATUSES:
            assert checked(TrackerQuery, {"status": told}, "no").status == told
        for status in ("purchasing", "voiding", "unconfirmed", "Draft", ""):
            assert faults(ShipmentQuery, {"status": status}) == {"status"}

    @pytest.mark.parametrize(
        ("given", "paths"),
        [
            ({"limit": "0"}, {"limit"}),
            ({"limit": "101"}, {"limit"}),
            ({"limit": "many", "page": "2", "status": "lost"}, {"limit", "page", "status"}),
            ({"offset": "20"}, {"offset"}),
            ({"created_after": "2026-11-24"}, {"created_after"}),
            ({"created_after": "2026-11-24T10:00:00"}, {"created_after"}),
            ({"created_after": "1795512600"}, {"created_after"}),
            ({"created_before": "2026-11-24T25:00:00Z"}, {"created_before"}),
            ({"reference": "x" * 101}, {"reference"}),
            ({"reference": ""}, {"reference"}),
            ({"cursor": "x" * 1001}, {"cursor"}),
            ({"metadata_key": "a"}, {"metadata_value"}),
            ({"metadata_value": "a"}, {"metadata_key"}),
        ],
    )
    def test_what_is_wrong_is_told_by_its_parameter(self, given: dict[str, str], paths: set[str]) -> None:
        assert faults(ShipmentQuery, given) == paths

    def test_a_cursor_belongs_to_all_that_narrows_the_list(self) -> None:
        given = {"limit": "5", "cursor": "x", "status": "draft", "created_after": "2026-11-24T10:00:00Z"}

        filters = checked(ShipmentQuery, given, "no").filters()

        assert filters == {"status": "draft", "created_after": "2026-11-24T10:00:00Z"}
        assert checked(ListQuery, {}, "no").filters() == {}


class TestTrackingData:
    @pytest.mark.parametrize("number", ["", " ", "x" * 101, "1Z\n", "1Z\x7f", "1Z\N{NO-BREAK SPACE}5", 5, None])
    def test_a_number_is_printable_ascii(self, number: object) -> None:
        assert faults(TrackingData, {"tracking_number": number}) == {"tracking_number"}

    @pytest.mark.parametrize("number", ["1Z", " 1Z 5R8 ", "x" * 100])
    def test_white_space_around_and_inside_is_welcome(self, number: str) -> None:
        assert checked(TrackingData, {"tracking_number": number}, "no").tracking_number == number

    @pytest.mark.parametrize("carrier", ["ups", "sandbox", "dhl_express"])
    def test_a_carrier_that_can_be_followed_is_known(self, carrier: str) -> None:
        assert checked(TrackingData, {"tracking_number": "1", "carrier_name": carrier}, "no").carrier_name == carrier

    def test_all_faults_come_at_once(self) -> None:
        given = {
            "carrier_name": "pigeon",
            "reference": "x" * 101,
            "info": {"note": 5, "customer": "x"},
            "metadata": {"a": []},
            "carrier": "ups",
        }

        assert faults(TrackingData, given) == {
            "tracking_number",
            "carrier_name",
            "reference",
            "info.note",
            "info.customer",
            "metadata.a",
            "carrier",
        }

    @pytest.mark.parametrize("status", ["", "lost", "Delivered", None])
    def test_a_parcel_is_moved_to_a_known_status(self, status: object) -> None:
        assert faults(TrackerAdvanceData, {"status": status}) == {"status"}
