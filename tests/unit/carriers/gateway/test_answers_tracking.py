"""Journeys as carriers tell them: statuses by the carrier's codes, times without invented zones."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.carriers.gateway.journeys import detail_of, tracking_of
from chalicelib.carriers.gateway.times import time_of_day
from chalicelib.carriers.profiles.profile import Profile
from chalicelib.domain.trackers import TRACKER_STATUSES, Tracking
from tests.sdk_cases import a_profile, a_told_tracking, an_event_told, model

TABLE: dict[str, Any] = {
    "PU": "picked_up",
    "IT": "in_transit",
    "OF": "out_for_delivery",
    "DL": "delivered",
    "NH": "delivery_failed",
}
WITH_TABLE = a_profile(statuses=TABLE, reasons={"NH": "consignee_not_home"})
WITHOUT_TABLE = a_profile()


def read(detail: dict[str, Any], profile: Profile = WITH_TABLE, *bodies: bytes) -> Tracking:
    return tracking_of(profile, detail, bodies, ())


def the_event(profile: Profile = WITH_TABLE, *bodies: bytes, **changes: Any) -> Any:
    return read(a_told_tracking(an_event_told(**changes)), profile, *bodies).events[0]


class TestStatuses:
    def test_the_profiles_table_decides_whatever_the_sdk_thinks(self) -> None:
        tracking = read(a_told_tracking(an_event_told(code="of", status="delivered"), status="delivered"))

        assert (tracking.status, tracking.events[0].status) == ("out_for_delivery", "out_for_delivery")
        assert tracking.events[0].code == "of"

    def test_an_unknown_code_stays_verbatim_and_is_listed(self) -> None:
        tracking = read(a_told_tracking(an_event_told(code="ZZ9", status="in_transit"), an_event_told(code="ZZ1")))

        assert [event.status for event in tracking.events] == ["unknown", "unknown"]
        assert [event.code for event in tracking.events] == ["ZZ9", "ZZ1"]
        assert tracking.meta == {"unknown_codes": ["ZZ1", "ZZ9"]}
        assert tracking.status == "unknown"

    def test_the_newest_event_that_is_understood_tells_where_the_parcel_is(self) -> None:
        tracking = read(
            a_told_tracking(
                an_event_told(code="SURVEY", date="2026-11-25"),
                an_event_told(code="DL", date="2026-11-24"),
                an_event_told(code="OF", date="2026-11-23"),
            )
        )

        assert tracking.status == "delivered"

    def test_a_profile_may_trust_the_sdk_for_codes_that_it_does_not_list(self) -> None:
        profile = a_profile(statuses=TABLE, sdk_statuses=True)

        assert the_event(profile, code="ZZ9", status="on_hold").status == "on_hold"
        assert the_event(profile, code="ZZ9", status=None).status == "unknown"

    @pytest.mark.parametrize("whole", ["delivered", "return_to_sender"])
    def test_without_a_table_the_sdks_status_stands(self, whole: str) -> None:
        tracking = read(a_told_tracking(an_event_told(status="in_transit"), status=whole), WITHOUT_TABLE)

        assert (tracking.status, tracking.events[0].status) == (whole, "in_transit")

    def test_without_a_table_a_code_that_the_sdk_does_not_know_is_listed(self) -> None:
        events = an_event_told(code="OF", status="out_for_delivery"), an_event_told(code="Q7", status=None)

        tracking = read(a_told_tracking(*events), WITHOUT_TABLE)

        assert tracking.meta == {"unknown_codes": ["Q7"]}

    def test_a_connector_that_gives_no_event_a_status_lists_no_codes(self) -> None:
        tracking = read(a_told_tracking(an_event_told(status=None), status="in_transit"), WITHOUT_TABLE)

        assert (tracking.status, tracking.events[0].status, tracking.meta) == ("in_transit", None, None)

    @pytest.mark.parametrize("odd", ["nonsense", "", 7, None])
    def test_a_status_is_always_one_of_ours(self, odd: Any) -> None:
        tracking = read(a_told_tracking(an_event_told(status=odd, code=None), status=odd), WITHOUT_TABLE)

        assert tracking.status == "unknown"

    def test_a_number_without_events_is_pending(self) -> None:
        assert read(a_told_tracking(status="in_transit"), WITHOUT_TABLE).status == "pending"

    def test_a_delivered_parcel_whose_codes_nobody_reads_is_delivered(self) -> None:
        detail = a_told_tracking(an_event_told(code="ZZ9", status=None), delivered=True)

        assert read(detail, WITHOUT_TABLE).status == "delivered"

    def test_a_delivered_parcel_without_events_is_delivered(self) -> None:
        assert read(a_told_tracking(delivered=True)).status == "delivered"

    def test_an_incident_has_the_reason_of_the_profile(self) -> None:
        assert the_event(code="NH").reason == "consignee_not_home"
        assert the_event(code="OF", reason="weather_delay").reason is None

    @pytest.mark.parametrize(("told", "meant"), [("weather_delay", "weather_delay"), ("boredom", None), (None, None)])
    def test_without_reasons_of_the_profile_the_sdks_stand(self, told: Any, meant: str | None) -> None:
        assert the_event(WITHOUT_TABLE, reason=told).reason == meant


class TestTimes:
    def test_the_sdks_timestamp_is_not_believed(self) -> None:
        event = the_event(timestamp="2026-11-24T09:26:00.000Z")

        assert (event.date, event.time, event.timestamp) == ("2026-11-24", "09:26", None)

    @pytest.mark.parametrize(
        "body",
        [
            b'{"scan": {"date": "2026-11-24T09:26:00-07:00"}}',
            b"<date>2026-11-24T09:26:31.250-0700</date>",
            b"2026-11-24 09:26-07:00",
        ],
    )
    def test_a_raw_answer_that_tells_the_offset_gives_the_instant(self, body: bytes) -> None:
        event = the_event(WITH_TABLE, body)

        assert event.timestamp is not None
        assert event.timestamp.astimezone(UTC).replace(second=0, microsecond=0) == datetime(
            2026, 11, 24, 16, 26, tzinfo=UTC
        )

    @pytest.mark.parametrize(
        "body",
        [
            b'{"date": "2026-11-24T09:26:00Z"}',
            b'{"date": "2026-11-24T09:26:00"}',
            b'{"date": "2026-11-24T09:27:00-07:00"}',
            b'{"a": "2026-11-24T09:26:00-07:00", "b": "2026-11-24T09:26:00-05:00"}',
            b'{"date": "2026-02-30T09:26:00-07:00"}',
        ],
    )
    def test_without_one_offset_for_that_minute_there_is_no_instant(self, body: bytes) -> None:
        assert the_event(WITH_TABLE, body).timestamp is None

    def test_a_profile_reads_zones_that_are_told_in_another_way(self) -> None:
        def zones(body: bytes) -> list[datetime]:
            hours = int(body)
            return [datetime(2026, 11, 24, 9, 26, tzinfo=timezone(timedelta(hours=hours)))]

        event = the_event(a_profile(zoned_times=zones), b"-5")

        assert event.timestamp == datetime(2026, 11, 24, 14, 26, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("told", "meant"),
        [
            ("13:58 PM", "13:58"),
            ("01:58 PM", "13:58"),
            ("12:05 AM", "00:05"),
            ("12:05 PM", "12:05"),
            ("9:26", "09:26"),
            ("09:26:31", "09:26"),
            ("24:00", None),
            ("noon", None),
            (None, None),
        ],
    )
    def test_a_time_of_the_day_has_24_hours(self, told: Any, meant: str | None) -> None:
        assert time_of_day(told) == meant

    @given(st.times())
    def test_every_time_of_the_sdks_spelling_is_itself(self, clock: Any) -> None:
        assert time_of_day(f"{clock:%H:%M %p}") == f"{clock:%H:%M}" or clock.hour == 0
        assert time_of_day(f"{clock:%H:%M}") == f"{clock:%H:%M}"
        assert time_of_day(f"{clock:%I:%M %p}") == f"{clock:%H:%M}"


class TestOrder:
    @pytest.mark.parametrize("turned", [False, True])
    def test_events_come_newest_first_whatever_the_carriers_order(self, turned: bool) -> None:  # noqa: FBT001
        events = [
            an_event_told(date="2026-11-24", time="09:26", description="new"),
            an_event_told(date="2026-11-24", time="08:00", description="older"),
            an_event_told(date="2026-11-22", time="23:00", description="oldest"),
        ]

        tracking = read(a_told_tracking(*(reversed(events) if turned else events)))

        assert [event.description for event in tracking.events] == ["new", "older", "oldest"]

    def test_events_of_one_minute_keep_the_order_of_the_journey(self) -> None:
        newest_first = [
            an_event_told(date="2026-11-24", description="c"),
            an_event_told(date="2026-11-24", description="b"),
            an_event_told(date="2026-11-23", description="a"),
        ]

        for events in (newest_first, newest_first[::-1]):
            tracking = read(a_told_tracking(*events))
            assert [event.description for event in tracking.events] == ["c", "b", "a"]

    @given(st.lists(st.tuples(st.dates().map(str), st.one_of(st.none(), st.times().map(str))), max_size=8))
    def test_days_always_go_down(self, moments: list[tuple[str, str | None]]) -> None:
        events = [an_event_told(date=day, time=clock) for day, clock in moments]

        found = [event.date for event in read(a_told_tracking(*events)).events]

        assert found == sorted(found, reverse=True)
        assert len(found) == len(moments)

    def test_an_event_without_a_day_is_kept_in_meta(self) -> None:
        tracking = read(a_told_tracking(an_event_told(date=None, time=None, timestamp=None), an_event_told(code="IT")))

        assert len(tracking.events) == 1
        assert tracking.meta == {"undated_events": [{"code": "OF", "description": "Out for delivery"}]}


def test_what_is_known_beside_the_journey_is_text() -> None:
    info = model("TrackingInfo", package_weight=1.5, signed_by="x" * 400, customer_name="", shipment_service="Ground")

    found = read(a_told_tracking(info=info)).info

    assert found is not None
    assert (found.package_weight, found.shipment_service, found.customer_name) == ("1.5", "Ground", None)
    assert found.signed_by == "x" * 250


def test_the_day_of_delivery_and_the_carriers_own_words_are_kept() -> None:
    detail = a_told_tracking(an_event_told(), estimated_delivery="2026-11-27", meta={"product": "EXP", "none": None})

    tracking = read(detail)

    assert str(tracking.estimated_delivery) == "2026-11-27"
    assert tracking.meta == {"product": "EXP"}


def test_pictures_stay_out() -> None:
    detail = a_told_tracking(an_event_told(), images=model("Images", signature_image="iVBOR"), meta={"images": ["x"]})

    assert "iVBOR" not in read(detail).model_dump_json()
    assert read(detail).meta is None


@pytest.mark.parametrize(
    ("numbers", "found"),
    [(("T2", "T1"), "T1"), (("t 1",), "t 1"), (("T9",), "T9"), (("T8", "T9"), None), ((), None)],
)
def test_the_asked_number_is_looked_up(numbers: tuple[str, ...], found: str | None) -> None:
    detail = detail_of([a_told_tracking(tracking_number=number) for number in numbers], "T1")

    assert (detail or {}).get("tracking_number") == found


@pytest.mark.parametrize("result", [None, {}, "x", [None], [[]]])
def test_a_result_of_another_shape_is_none(result: Any) -> None:
    assert detail_of(result, "T1") is None


@given(st.lists(st.sampled_from([*TABLE, "ZZ", None]), max_size=6))
def test_any_journey_has_a_status_of_ours(codes: list[str | None]) -> None:
    tracking = read(a_told_tracking(*(an_event_told(code=code) for code in codes)))

    assert tracking.status in TRACKER_STATUSES
