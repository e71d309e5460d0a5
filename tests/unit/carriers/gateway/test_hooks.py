"""A profile's hook that fails costs the fact that it would have told, never a sale, and no answer is a 500."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from chalicelib import logs
from chalicelib.carriers.gateway.hooks import guarded
from chalicelib.carriers.gateway.journeys import tracking_of
from chalicelib.domain.errors import CarrierRejected, CarrierUnavailable
from tests.builders import a_parcel
from tests.log_lines import logged_lines
from tests.sandbox_cases import DEADLINE, a_request
from tests.sdk_cases import (
    GROUND,
    ZPL,
    FakeSdk,
    a_carrier,
    a_connection,
    a_profile,
    a_told_label,
    a_told_rate,
    a_told_tracking,
    a_void_of,
    a_word,
    an_answer,
    an_event_told,
    buying,
    codes_of,
    encoded,
    raised,
)

WORDS = "s3cret words of an answer"
BODY = b'{"at": "2026-11-24T09:26:00-07:00"}'


def breaks(*_: object) -> Any:
    raise ValueError(WORDS)


def breaks_later(*_: object) -> Iterator[datetime]:
    yield datetime.fromisoformat("2026-11-24T09:26:00-07:00")
    raise ValueError(WORDS)


class TestSales:
    def test_a_sale_that_cannot_be_completed_is_a_sale(self) -> None:
        sdk = FakeSdk().will(an_answer(a_told_label()))

        sale = a_carrier(sdk, completed=breaks).buy(a_connection(), buying(), DEADLINE)

        assert sale.tracking_numbers == ("T1",)
        assert [(message.code, message.level) for message in sale.messages] == [("answer_partly_read", "warning")]

    @pytest.mark.parametrize("read", [breaks, breaks_later])
    def test_a_sale_whose_parcels_numbers_cannot_be_read_is_a_sale(self, read: Any) -> None:
        told = a_told_label(docs={"label": encoded(ZPL * 2)}, meta={"tracking_numbers": ["T1", "T2"]})
        order = buying(request=a_request(parcels=(a_parcel(), a_parcel())), label_type="ZPL")

        sale = a_carrier(FakeSdk().will(an_answer(told)), parcel_numbers=read).buy(a_connection(), order, DEADLINE)

        assert sale.tracking_numbers == ("T1", "T2")
        assert codes_of(sale.messages) == ["answer_partly_read"]

    def test_a_request_that_cannot_be_prepared_is_refused_before_any_call(self) -> None:
        sdk = FakeSdk()

        error = raised(lambda: a_carrier(sdk, prepared=breaks).buy(a_connection(), buying(), DEADLINE))

        assert (type(error), error.maybe_done, sdk.calls) == (CarrierRejected, False, [])
        assert codes_of(error.messages) == ["invalid_request"]


class TestRates:
    def test_rates_that_cannot_be_completed_are_rates(self) -> None:
        sdk = FakeSdk().will(an_answer([a_told_rate(service=GROUND)]))

        quote = a_carrier(sdk, completed=breaks).rate(a_connection(), a_request(), DEADLINE)

        assert [rate.service for rate in quote.rates] == [GROUND]
        assert codes_of(quote.messages) == ["answer_partly_read"]


class TestVoids:
    def void(self, answer: Any, **profile: Any) -> Any:
        return a_carrier(FakeSdk().will(answer), **profile).void(a_connection(), a_void_of(), DEADLINE)

    @pytest.mark.parametrize("hook", ["refund_in", "completed"])
    def test_a_label_that_was_taken_back_is_taken_back(self, hook: str) -> None:
        assert self.void(an_answer({"success": True}), **{hook: breaks}).refund_status == "submitted"

    def test_whether_one_was_taken_back_is_not_known_where_nobody_can_read_it(self) -> None:
        error = raised(lambda: self.void(an_answer(None, a_word("8064")), refund_in=breaks))

        assert (type(error), error.maybe_done) == (CarrierUnavailable, True)


class TestTracking:
    def test_a_journey_that_cannot_be_completed_is_a_journey(self) -> None:
        answer = an_answer([a_told_tracking(an_event_told(status="out_for_delivery"))])

        tracking = a_carrier(FakeSdk().will(answer), completed=breaks).track(a_connection(), "T1", DEADLINE)

        assert tracking.events[0].status == "out_for_delivery"
        assert codes_of(tracking.messages) == ["answer_partly_read"]

    @pytest.mark.parametrize(("read", "is_told"), [(breaks, False), (breaks_later, True)])
    def test_events_whose_instants_cannot_be_read_have_none(self, read: Any, is_told: bool) -> None:  # noqa: FBT001
        tracking = tracking_of(a_profile(zoned_times=read), a_told_tracking(an_event_told()), (BODY,), ())

        assert (tracking.events[0].date, tracking.events[0].time) == ("2026-11-24", "09:26")
        assert (tracking.events[0].timestamp is not None) == is_told


def test_it_is_logged_by_its_kind_and_place_and_never_by_its_words() -> None:
    logs.start_request()  # whatever another test noted of its request
    with logged_lines() as log:
        found = guarded("ups", "completed", breaks, "as it was")

    assert found == ("as it was", False)
    assert '"hook": "completed", "error": "ValueError", "where": "test_hooks.py:' in log.getvalue()
    assert WORDS not in log.getvalue()
