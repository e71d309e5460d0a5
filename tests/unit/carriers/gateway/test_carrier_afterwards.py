"""The adapter over the SDK, once a label is sold: voids, journeys; and whether credentials work."""

from typing import Any

import pytest

from chalicelib.domain.errors import CarrierRejected, CarrierTimeout, CarrierUnavailable
from tests.builders import NOW
from tests.sandbox_cases import DEADLINE, a_request
from tests.sdk_cases import (
    EVERYTHING,
    FakeSdk,
    a_carrier,
    a_connection,
    a_told_tracking,
    a_void_of,
    a_word,
    an_answer,
    an_event_told,
    buying,
    codes_of,
    raised,
)

OK, NOT_FOUND, BAD = (200,), (404,), (400,)


class TestVoids:
    def void(self, sdk: FakeSdk, request: Any = None, **profile: Any) -> Any:
        return a_carrier(sdk, **profile).void(a_connection(), request or a_void_of(), DEADLINE)

    def test_a_label_is_taken_back(self) -> None:
        sdk = FakeSdk().will(an_answer({"success": True}))
        request = a_void_of()

        voided = self.void(sdk, request, refund_status="refunded")

        assert (voided.void_id, voided.voided_at, voided.refund_status) == (request.void_id, NOW, "refunded")
        assert sdk.operations == ["cancel"]

    def test_one_that_was_taken_back_before_counts_as_taken_back(self) -> None:
        sdk = FakeSdk().will(an_answer(None, a_word("190117"), statuses=BAD))

        voided = self.void(sdk, errors={"190117": "already_voided"})

        assert [(message.code, message.level) for message in voided.messages] == [("already_voided", "info")]

    @pytest.mark.parametrize(
        ("answer", "kind", "maybe_done"),
        [
            (an_answer(None, a_word("190118"), statuses=BAD), CarrierRejected, False),
            (an_answer({"success": False}), CarrierRejected, False),
            (an_answer({"success": False}, a_word("190118")), CarrierRejected, False),
            (an_answer(None, a_word("E-DOWN"), statuses=OK), CarrierUnavailable, True),
            (an_answer(None, statuses=OK), CarrierUnavailable, True),
        ],
    )
    def test_one_that_is_not_taken_back_is_an_error(self, answer: Any, kind: type, maybe_done: bool) -> None:  # noqa: FBT001
        errors = {"190118": "not_voidable", "E-DOWN": "carrier_down"}

        error = raised(lambda: self.void(FakeSdk().will(answer), errors=errors))

        assert (type(error), error.maybe_done) == (kind, maybe_done)

    def test_a_carrier_that_takes_nothing_back_says_so_without_a_call(self) -> None:
        sdk = FakeSdk()

        error = raised(lambda: self.void(sdk, capabilities=EVERYTHING - {"voiding"}))

        assert type(error) is CarrierRejected
        assert (codes_of(error.messages), sdk.calls) == (["void_not_supported"], [])

    def test_a_profile_sees_the_refund_that_the_sdk_overlooks(self) -> None:
        sdk = FakeSdk().will(an_answer(None, a_word("8064"), bodies=(b"<ticket/>",)))

        voided = self.void(sdk, refund_in=lambda bodies: "refunded" if b"<ticket/>" in bodies else None)

        assert (voided.refund_status, [message.level for message in voided.messages]) == ("refunded", ["info"])


class TestTracking:
    def track(self, sdk: FakeSdk, number: str = "T1", **profile: Any) -> Any:
        return a_carrier(sdk, **profile).track(a_connection(), number, DEADLINE)

    def test_one_number_is_asked_about(self) -> None:
        sdk = FakeSdk().will(
            an_answer([a_told_tracking(an_event_told(status="out_for_delivery"), status="in_transit")])
        )

        tracking = self.track(sdk)

        assert (tracking.status, len(tracking.events)) == ("in_transit", 1)
        assert sdk.calls[0][1]["tracking_numbers"] == ["T1"]

    def test_a_zone_in_the_raw_answer_makes_an_instant(self) -> None:
        body = b'{"date": "2026-11-24T09:26:00-07:00"}'
        sdk = FakeSdk().will(an_answer([a_told_tracking(an_event_told())], bodies=(body,)))

        assert self.track(sdk).events[0].timestamp is not None

    def test_an_unknown_number_is_refused(self) -> None:
        sdk = FakeSdk().will(an_answer([], a_word("TW0001"), statuses=NOT_FOUND))

        error = raised(lambda: self.track(sdk, errors={"TW0001": "unknown_tracking_number"}))

        assert (type(error), codes_of(error.messages)) == (CarrierRejected, ["unknown_tracking_number"])

    def test_a_number_without_a_journey_yet_is_pending(self) -> None:
        sdk = FakeSdk().will(an_answer([], a_word("T-0")))

        tracking = self.track(sdk, errors={"T-0": "no_tracking_yet"})

        assert (tracking.status, codes_of(tracking.messages)) == ("pending", ["no_tracking_yet"])

    def test_a_number_that_the_carrier_names_without_a_word_is_pending(self) -> None:
        sdk = FakeSdk().will(an_answer([], bodies=(b"<pin>T1</pin>",)))

        tracking = self.track(sdk)

        assert (tracking.status, codes_of(tracking.messages)) == ("pending", ["no_tracking_yet"])

    @pytest.mark.parametrize("bodies", [(), (b"<tracking-detail/>",)])
    def test_an_answer_that_says_nothing_is_an_error(self, bodies: tuple[bytes, ...]) -> None:
        error = raised(lambda: self.track(FakeSdk().will(an_answer([], bodies=bodies))))

        assert (type(error), codes_of(error.messages)) == (CarrierUnavailable, ["empty_answer"])

    def test_a_carrier_that_tells_no_journeys_is_not_asked(self) -> None:
        error = raised(lambda: self.track(FakeSdk(), capabilities=EVERYTHING - {"tracking"}))

        assert codes_of(error.messages) == ["tracking_not_supported"]


class TestCheck:
    def check(self, sdk: FakeSdk, **profile: Any) -> Any:
        return a_carrier(sdk, **profile).check(a_connection(), DEADLINE)

    def test_a_token_proves_the_credentials(self) -> None:
        sdk = FakeSdk(has_tokens=True)

        messages = self.check(sdk)

        assert ([(message.code, message.level) for message in messages], sdk.calls) == ([("ready", "info")], [])

    def test_without_tokens_a_parcel_is_asked_about_that_there_is_not(self) -> None:
        sdk = FakeSdk().will(an_answer([], a_word("004", "No such pin"), statuses=NOT_FOUND))

        messages = self.check(sdk, check_number="1000000000000000")

        assert [(message.code, message.level) for message in messages] == [("ready", "info"), ("004", "info")]
        assert sdk.calls[0][1]["tracking_numbers"] == ["1000000000000000"]

    @pytest.mark.parametrize("code", ["authentication_failed", "account_refused"])
    def test_refused_credentials_are_refused(self, code: Any) -> None:
        sdk = FakeSdk().will(an_answer([], a_word("K"), statuses=BAD))

        error = raised(lambda: self.check(sdk, errors={"K": code}))

        assert (type(error), codes_of(error.messages)) == (CarrierRejected, [code])

    def test_a_carrier_that_cannot_be_asked_says_so(self) -> None:
        messages = self.check(FakeSdk(), capabilities=EVERYTHING - {"tracking"})

        assert codes_of(messages) == ["not_checked"]


@pytest.mark.parametrize("call", ["rate", "buy", "void", "track", "find_purchase", "find_void", "check"])
def test_without_time_left_nothing_is_asked(call: str) -> None:
    sdk = FakeSdk(has_tokens=True)
    arguments = {"rate": [a_request()], "buy": [buying()], "void": [a_void_of()], "track": ["T1"], "check": []}
    arguments |= {"find_purchase": ["pur_1"], "find_void": [a_void_of()]}

    error = raised(lambda: getattr(a_carrier(sdk), call)(a_connection(), *arguments[call], DEADLINE.at_most(0)))

    assert (type(error), error.maybe_done, sdk.calls) == (CarrierTimeout, False, [])
