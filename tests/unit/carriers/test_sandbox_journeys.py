"""Sandbox journeys: decided by number, clock and advance; never going back, and the same for everybody who asks."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.carriers.sandbox.numbers import FIXED_NUMBERS, NumberSeries
from chalicelib.carriers.sandbox.services import BY_CODE, SERVICES, Service
from chalicelib.domain.errors import CarrierRejected
from chalicelib.domain.options import Options
from chalicelib.domain.trackers import TRACKER_STATUSES, TrackerStatus, Tracking
from tests.builders import A_TENANT, a_parcel
from tests.sandbox_cases import DEADLINE, TUESDAY, Shop, a_request, a_request_abroad, a_void

USUAL = ["pending", "picked_up", "in_transit", "out_for_delivery", "delivered"]
moments = st.datetimes(datetime(2021, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - as hypothesis wants it


def track(shop: Shop, number: str) -> Tracking:
    return shop.carrier.track(shop.connection, number, DEADLINE)


def statuses(tracking: Tracking) -> list[str | None]:
    """The statuses of the events, oldest first, each once."""
    return list(dict.fromkeys(event.status for event in reversed(tracking.events)))


class TestCourse:
    @given(moments, st.sampled_from(SERVICES), st.lists(st.floats(0, 24 * 40), min_size=2, max_size=6))
    def test_a_journey_only_ever_grows_and_its_status_is_its_newest_events(
        self, sold_at: datetime, service: Service, hours: list[float]
    ) -> None:
        shop = Shop()
        number = NumberSeries("pur_1", sold_at, service).number(0)
        before: Tracking | None = None

        for hour in sorted(hours):
            shop.clock.now = sold_at + timedelta(hours=hour)
            tracking = track(shop, number)
            times = [event.timestamp for event in tracking.events if event.timestamp]

            assert times == sorted(times, reverse=True)
            assert times[0] <= shop.clock.now
            assert tracking.status == tracking.events[0].status
            if before is not None:
                assert tracking.events[-len(before.events) :] == before.events
                assert USUAL.index(tracking.status) >= USUAL.index(before.status)
            before = tracking

    @given(moments, st.sampled_from(SERVICES))
    def test_every_parcel_arrives_by_the_usual_steps_in_order(self, sold_at: datetime, service: Service) -> None:
        shop = Shop()
        shop.clock.now = sold_at + timedelta(days=40)

        tracking = track(shop, NumberSeries("pur_1", sold_at, service).number(0))

        assert statuses(tracking) == USUAL
        times = [event.timestamp for event in tracking.events if event.timestamp]
        assert len(set(times)) == len(times) == len(tracking.events)
        assert tracking.estimated_delivery == times[0].date()

    @pytest.mark.parametrize("service", sorted(BY_CODE))
    def test_a_sold_parcel_is_delivered_on_the_day_that_its_rate_told(self, service: str) -> None:
        shop = Shop()
        request = a_request_abroad() if BY_CODE[service].international else a_request()
        sale = shop.buy(shop.order(request, rate=shop.rate(request, service)))
        assert sale.rate.estimated_delivery is not None

        shop.clock.now = datetime.combine(sale.rate.estimated_delivery, datetime.min.time(), UTC)
        before = track(shop, sale.tracking_numbers[0])
        shop.clock.move(days=1)
        after = track(shop, sale.tracking_numbers[0])

        assert (before.status, after.status) == ("in_transit", "delivered")
        assert before.estimated_delivery == after.estimated_delivery == sale.rate.estimated_delivery
        assert after.events[0].location.startswith("Berlin" if BY_CODE[service].international else "San Francisco")

    def test_a_parcel_waits_for_the_day_on_which_it_is_shipped(self) -> None:
        shop = Shop()
        sale = shop.bought(options=Options(shipment_date=(TUESDAY + timedelta(days=10)).date()))

        shop.clock.move(days=9)
        waiting = track(shop, sale.tracking_numbers[0])
        shop.clock.move(days=1, hours=10)

        assert waiting.status == "pending"
        assert track(shop, sale.tracking_numbers[0]).status == "picked_up"

    def test_a_parcel_that_crosses_a_border_is_cleared_by_customs(self) -> None:
        shop = Shop()
        sale = shop.buy(shop.order(a_request_abroad()))
        shop.clock.move(days=40)

        codes = [event.code for event in track(shop, sale.tracking_numbers[0]).events]

        assert "CUSTOMS_CLEARED" in codes

    def test_a_sold_parcel_tells_what_is_known_beside_its_journey(self) -> None:
        shop = Shop()
        sale = shop.bought(parcels=(a_parcel(), a_parcel()))

        info = track(shop, sale.tracking_numbers[1]).info

        assert info is not None
        assert info.shipment_package_count == "2"
        assert (info.shipment_origin_postal_code, info.shipment_destination_postal_code) == ("10118", "94103")
        assert info.customer_name is None  # the customer knows it, and trackers are shown to others

    def test_a_number_is_read_in_any_case_and_with_spaces(self) -> None:
        shop = Shop()
        number = shop.bought().tracking_numbers[0]

        assert track(shop, f" {number[:8].lower()} {number[8:]}") == track(shop, number)

    def test_an_event_has_its_instant_as_date_and_time(self) -> None:
        shop = Shop()
        (event,) = track(shop, shop.bought().tracking_numbers[0]).events

        assert (event.date, event.time, event.timestamp) == ("2026-11-24", "09:30", TUESDAY)
        assert (event.status, event.code, event.location) == ("pending", "LABEL_CREATED", "New York, NY, US")

    @pytest.mark.parametrize(
        "number", ["", "1Z5R89390357567127", "SBX000000000100009", "SBX025190570700003", "\u0663" * 18]
    )
    def test_a_number_that_cannot_be_the_sandboxs_is_refused(self, number: str) -> None:
        with pytest.raises(CarrierRejected) as refused:
            track(Shop(), number)

        assert [message.code for message in refused.value.messages] == ["unknown_number"]

    def test_a_number_of_the_future_that_nobody_sold_is_refused(self) -> None:
        number = NumberSeries("pur_1", TUESDAY + timedelta(minutes=1), SERVICES[0]).number(0)

        with pytest.raises(CarrierRejected):
            track(Shop(), number)

    def test_a_sale_by_a_clock_that_is_ahead_is_followed_all_the_same(self) -> None:
        shop = Shop()
        number = shop.bought().tracking_numbers[0]
        shop.clock.move(minutes=-2)

        tracking = track(shop, number)

        assert (tracking.status, tracking.events) == ("pending", ())


class TestFixedNumbers:
    @pytest.mark.parametrize(("number", "status"), FIXED_NUMBERS.items())
    def test_a_fixed_number_shows_its_status_whatever_the_clock_says(self, number: str, status: TrackerStatus) -> None:
        shop = Shop()
        first = track(shop, number)
        shop.clock.move(days=-2000)

        assert track(shop, number) == first
        assert first.status == first.events[0].status == status

    @pytest.mark.parametrize(("number", "status"), FIXED_NUMBERS.items())
    def test_its_journey_is_plausible(self, number: str, status: TrackerStatus) -> None:
        tracking = track(Shop(), number)

        times = [event.timestamp for event in tracking.events if event.timestamp]
        assert times == sorted(set(times), reverse=True)
        assert tracking.events[-1].status == "pending"
        assert (tracking.events[0].reason is None) == (status in {*USUAL, "ready_for_pickup"})
        assert all(event.reason is None for event in tracking.events[1:])
        assert times[0] - times[-1] < timedelta(days=10)

    @pytest.mark.parametrize("number", FIXED_NUMBERS)
    def test_a_fixed_number_does_not_move(self, number: str) -> None:
        shop = Shop()

        with pytest.raises(CarrierRejected) as refused:
            shop.carrier.advance(shop.connection, number, "delivered", TUESDAY)

        assert refused.value.messages[0].code == "fixed_number"


class TestAdvance:
    @pytest.mark.parametrize("status", TRACKER_STATUSES)
    def test_a_parcel_moves_to_any_status_with_one_event_and_stays_there(self, status: TrackerStatus) -> None:
        shop = Shop()
        number = shop.bought().tracking_numbers[0]
        before = track(shop, number)

        moved = shop.carrier.advance(shop.connection, number, status, TUESDAY + timedelta(minutes=5))
        shop.clock.move(days=40)

        assert moved.status == moved.events[0].status == status
        assert moved.events[1:] == before.events
        assert moved.events[0].code
        assert moved.events[0].description
        assert track(shop, number) == moved

    def test_what_happened_before_the_first_move_stays(self) -> None:
        shop = Shop()
        number = shop.bought().tracking_numbers[0]
        shop.clock.move(days=1)
        usual = track(shop, number)

        moved = shop.carrier.advance(shop.connection, number, "delivery_failed", shop.clock.now)

        assert moved.events[1:] == usual.events
        assert moved.events[0].reason == "consignee_not_home"

    @given(st.lists(st.tuples(st.sampled_from(TRACKER_STATUSES), st.integers(-600, 600)), min_size=1, max_size=6))
    def test_moves_are_kept_in_the_order_in_which_they_were_made(self, moves: list[tuple[TrackerStatus, int]]) -> None:
        shop = Shop()
        (number,) = shop.buy(shop.order(a_request(), label_type="ZPL")).tracking_numbers

        for status, seconds in moves:
            moved = shop.carrier.advance(shop.connection, number, status, TUESDAY + timedelta(seconds=seconds))

        assert [event.status for event in reversed(moved.events)] == ["pending", *(status for status, _ in moves)]
        times = [event.timestamp for event in moved.events if event.timestamp]
        assert times == sorted(times, reverse=True)

    def test_a_move_by_a_clock_that_is_ahead_is_shown_when_its_time_comes(self) -> None:
        shop = Shop()
        number = shop.bought().tracking_numbers[0]
        before = track(shop, number)
        moved = shop.carrier.advance(shop.connection, number, "on_hold", TUESDAY + timedelta(minutes=5))

        early = track(shop, number)
        shop.clock.move(minutes=5)

        assert early == before
        assert track(shop, number) == moved

    def test_a_number_that_was_never_sold_moves_too(self) -> None:
        shop = Shop()
        number = NumberSeries("pur_1", TUESDAY, SERVICES[0]).number(0)

        shop.carrier.advance(shop.connection, number, "on_hold", TUESDAY)

        assert track(shop, number).status == "on_hold"
        parcel = shop.ledger.find_parcel(A_TENANT, number)
        assert parcel is not None
        assert parcel.purchase_id is None

    def test_a_voided_labels_parcel_does_not_move(self) -> None:
        shop = Shop()
        sale = shop.bought()
        shop.carrier.void(shop.connection, a_void(sale), DEADLINE)

        with pytest.raises(CarrierRejected) as refused:
            shop.carrier.advance(shop.connection, sale.tracking_numbers[0], "delivered", TUESDAY)

        assert refused.value.messages[0].code == "label_voided"

    def test_a_number_that_is_none_does_not_move(self) -> None:
        shop = Shop()

        with pytest.raises(CarrierRejected):
            shop.carrier.advance(shop.connection, "SBX1", "delivered", TUESDAY)


class TestVoided:
    def test_the_journey_of_a_voided_label_ends_cancelled_for_all_its_parcels(self) -> None:
        shop = Shop()
        sale = shop.bought(parcels=(a_parcel(), a_parcel()))
        shop.clock.move(minutes=5)
        shop.carrier.void(shop.connection, a_void(sale), DEADLINE)
        shop.clock.move(days=40)

        for number in sale.tracking_numbers:
            tracking = track(shop, number)
            assert [event.status for event in tracking.events] == ["cancelled", "pending"]
            assert (tracking.status, tracking.estimated_delivery) == ("cancelled", None)
