"""The adapter over the SDK: what is asked for rates and labels, what is never asked, and what an answer means."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.carriers.gateway.messages import told
from chalicelib.domain.errors import CarrierRejected, CarrierTimeout, CarrierUnavailable
from chalicelib.domain.options import Options
from chalicelib.domain.ports import Carrier
from chalicelib.domain.rates import Rate
from tests.builders import a_parcel
from tests.sandbox_cases import DEADLINE, a_request
from tests.sdk_cases import (
    GROUND,
    NEXT_DAY,
    ZPL,
    FakeSdk,
    a_carrier,
    a_connection,
    a_told_label,
    a_told_rate,
    a_word,
    an_answer,
    buying,
    codes_of,
    encoded,
    raised,
)

OK, NOT_FOUND, BAD = (200,), (404,), (400,)


def rated(sdk: FakeSdk, **changes: Any) -> Any:
    return a_carrier(sdk).rate(a_connection(), a_request(**changes), DEADLINE)


def test_it_is_a_carrier_of_the_port() -> None:
    carrier: Carrier = a_carrier(FakeSdk())

    assert carrier.carrier_name == "ups"


class TestRates:
    def test_rates_come_cheapest_first_with_what_the_carrier_said(self) -> None:
        told = [a_told_rate(service=NEXT_DAY, total_charge=40.0), a_told_rate(service=GROUND, total_charge=9.5)]

        quote = rated(FakeSdk().will(an_answer(told, a_word("N-1", "Prices rise soon", level="info"))))

        assert [(rate.service, rate.total_charge) for rate in quote.rates] == [
            (GROUND, Decimal("9.50")),
            (NEXT_DAY, Decimal("40.00")),
        ]
        assert codes_of(quote.messages) == ["N-1"]

    def test_what_cannot_be_done_is_a_message_and_no_call(self) -> None:
        sdk = FakeSdk()

        quote = rated(sdk, options=Options(sunday_delivery=True))

        assert (quote.rates, codes_of(quote.messages), sdk.calls) == ((), ["option_not_supported"], [])

    def test_an_invalid_rate_is_left_out_and_said(self) -> None:
        told = [a_told_rate(service=GROUND, total_charge=-1.0), a_told_rate(service=NEXT_DAY)]

        quote = rated(FakeSdk().will(an_answer(told)))

        assert [rate.service for rate in quote.rates] == [NEXT_DAY]
        assert codes_of(quote.messages) == ["invalid_answer"]

    @pytest.mark.parametrize("by_config", [False, True])
    def test_only_wanted_services_are_offered(self, by_config: bool) -> None:  # noqa: FBT001 - both ways
        sdk = FakeSdk().will(an_answer([a_told_rate(service=GROUND), a_told_rate(service=NEXT_DAY)]))
        connection = a_connection(config={"shipping_services": [GROUND]} if by_config else {})
        request = a_request(services=None if by_config else (GROUND, "fedex_ground"))

        quote = a_carrier(sdk).rate(connection, request, DEADLINE)

        assert [rate.service for rate in quote.rates] == [GROUND]
        assert quote.messages == ()

    def test_that_none_of_the_wanted_services_is_offered_is_said(self) -> None:
        quote = rated(FakeSdk().will(an_answer([a_told_rate(service=GROUND)])), services=(NEXT_DAY,))

        assert (quote.rates, codes_of(quote.messages)) == ((), ["service_not_offered"])
        assert quote.messages[0].details == {"offered": GROUND}

    def test_a_refusal_is_a_message(self) -> None:
        quote = rated(FakeSdk().will(an_answer([], a_word("E-1", "No such place"), statuses=BAD)))

        assert (quote.rates, codes_of(quote.messages)) == ((), ["E-1"])

    @pytest.mark.parametrize("nothing", [[], None])
    def test_a_whole_answer_without_a_rate_or_a_word_offers_nothing(self, nothing: Any) -> None:
        quote = rated(FakeSdk().will(an_answer(nothing)))

        assert quote.rates == ()
        assert [(message.code, message.level) for message in quote.messages] == [("nothing_offered", "info")]

    @pytest.mark.parametrize("statuses", [(), (404,), (200, 503)])
    def test_one_that_is_not_2xx_is_an_error(self, statuses: tuple[int, ...]) -> None:
        error = raised(lambda: rated(FakeSdk().will(an_answer([], statuses=statuses))))

        assert type(error) is CarrierUnavailable
        assert codes_of(error.messages) == ["empty_answer"]

    @pytest.mark.parametrize(
        ("code", "kind"),
        [("E-LIMIT", CarrierUnavailable), ("E-DOWN", CarrierUnavailable), ("E-KEY", CarrierRejected)],
    )
    def test_a_carrier_that_failed_or_refused_the_account_is_an_error(self, code: str, kind: type) -> None:
        error = raised(lambda: rated(FakeSdk().will(an_answer([], a_word(code)))))

        assert type(error) is kind
        assert error.messages[0].details["carrier_code"] == code

    @pytest.mark.parametrize("code", ["carrier_rejected", "invalid_request", "not_supported"])
    def test_a_refusal_in_words_that_the_sdk_does_not_read_is_a_message_too(self, code: str) -> None:
        refusal = CarrierRejected("Acme refused", (told(a_connection(), code, "Acme refused"),))

        quote = rated(FakeSdk().will(refusal))

        assert (quote.rates, quote.messages) == ((), tuple(refusal.messages))

    def test_credentials_that_are_refused_are_an_error(self) -> None:
        refusal = CarrierRejected("No", (told(a_connection(), "authentication_failed", "No"),))

        assert raised(lambda: rated(FakeSdk().will(refusal))) is refusal

    def test_what_the_sdk_raises_goes_through(self) -> None:
        late = CarrierTimeout("late", (told(a_connection(), "carrier_timeout", "late"),))

        assert raised(lambda: rated(FakeSdk().will(late))) is late


class TestPurchases:
    def test_one_call_buys_one_label(self) -> None:
        sdk = FakeSdk().will(an_answer(a_told_label()))

        sale = a_carrier(sdk).buy(a_connection(), buying(), DEADLINE)

        assert sale.tracking_numbers == ("T1",)
        assert sdk.operations == ["ship"]

    def test_a_return_is_bought_by_the_sdks_call_for_it_or_as_a_label_where_the_profile_says_so(self) -> None:
        order = buying(request=a_request(is_return=True))
        for operation in ("return", "ship"):
            sdk = FakeSdk().will(an_answer(a_told_label()))

            a_carrier(sdk, return_operation=operation).buy(a_connection(), order, DEADLINE)

            assert sdk.operations == [operation]
            assert sdk.calls[0][1]["shipper"]["city"] == "San Francisco"

    def test_the_label_that_was_asked_for_reaches_the_sdk_with_its_config(self) -> None:
        sdk = FakeSdk().will(an_answer(a_told_label(docs={"label": encoded(ZPL)})))
        order = buying(request=a_request(options=Options(label_dpi=300)), label_type="ZPL")
        connection = a_connection(config={"cost_center": "7"})

        a_carrier(sdk).buy(connection, order, DEADLINE)

        _, request, asked = sdk.calls[0]
        assert request["label_type"] == "ZPL_300"
        assert asked.config == {"cost_center": "7", "print_density": 12}
        assert connection.config == {"cost_center": "7"}

    def test_what_cannot_be_sold_is_refused_without_a_call(self) -> None:
        sdk = FakeSdk()

        error = raised(lambda: a_carrier(sdk).buy(a_connection(), buying(label_type="PNG"), DEADLINE))

        assert type(error) is CarrierRejected
        assert (codes_of(error.messages), sdk.calls) == (["label_not_supported"], [])

    @pytest.mark.parametrize(
        ("answer", "kind", "maybe_done"),
        [
            (an_answer(None, a_word("E-1"), statuses=BAD), CarrierRejected, False),
            (an_answer(None, a_word("E-1"), statuses=OK), CarrierUnavailable, True),
            (an_answer(None, a_word("R-1"), statuses=OK), CarrierRejected, False),
            (an_answer(None, a_word("R-1"), a_word("E-1"), statuses=OK), CarrierUnavailable, True),
            (an_answer(None, a_word("R-1"), a_word("W", level="warning"), statuses=OK), CarrierRejected, False),
            (an_answer(None, a_word("R-12"), statuses=OK), CarrierUnavailable, True),
            (an_answer(None, a_word("SHIPPING_SDK_ERROR"), statuses=OK), CarrierUnavailable, True),
            (an_answer(None, a_word("SHIPPING_SDK_ERROR"), statuses=BAD), CarrierRejected, False),
            (an_answer(None, a_word("E-KEY"), statuses=BAD), CarrierRejected, False),
            (an_answer(None, a_word("E-LIMIT"), statuses=OK), CarrierUnavailable, True),
            (an_answer(None, a_word("E-LIMIT"), statuses=BAD), CarrierUnavailable, False),
            (an_answer(None, a_word("E-DOWN"), statuses=BAD), CarrierUnavailable, False),
            (an_answer(None, a_word("E-DOWN"), statuses=OK), CarrierUnavailable, True),
            (an_answer(None, a_word("W", level="warning"), statuses=OK), CarrierUnavailable, True),
            (an_answer(None, a_word("W", level="warning"), statuses=BAD), CarrierRejected, False),
            (an_answer(None, statuses=OK), CarrierUnavailable, True),
            (an_answer({}, statuses=OK), CarrierUnavailable, True),
            (an_answer(None, statuses=BAD), CarrierUnavailable, False),
            (an_answer(a_told_label(docs={"label": None})), CarrierUnavailable, True),
        ],
    )
    def test_what_an_answer_without_a_whole_label_means(self, answer: Any, kind: type, maybe_done: bool) -> None:  # noqa: FBT001
        carrier = a_carrier(FakeSdk().will(answer), refuses_with_2xx="R-[0-9]|SHIPPING.*")

        error = raised(lambda: carrier.buy(a_connection(), buying(), DEADLINE))

        assert (type(error), error.maybe_done) == (kind, maybe_done)

    def test_an_error_beside_no_label_names_the_purchase_and_what_was_said(self) -> None:
        sdk, order = FakeSdk().will(an_answer(None, a_word("E-1", "Later"), statuses=OK)), buying()

        error = raised(lambda: a_carrier(sdk).buy(a_connection(), order, DEADLINE))

        assert codes_of(error.messages) == ["sale_unknown", "E-1"]
        assert error.messages[0].details == {"purchase_id": order.purchase_id}
        assert error.message.endswith("is not known: Later")

    def test_a_duplicate_says_that_it_was_sold_before(self) -> None:
        sdk = FakeSdk().will(an_answer(None, a_word("E-DUP"), statuses=BAD))
        carrier = a_carrier(sdk, errors={"E-DUP": "duplicate_request"})

        error = raised(lambda: carrier.buy(a_connection(), buying(), DEADLINE))

        assert (type(error), error.maybe_done) == (CarrierUnavailable, True)

    def test_the_carriers_words_are_the_errors(self) -> None:
        sdk = FakeSdk().will(an_answer(None, a_word("N", "note", level="info"), a_word("E-1", "No"), statuses=BAD))

        error = raised(lambda: a_carrier(sdk).buy(a_connection(), buying(), DEADLINE))

        assert (error.message, codes_of(error.messages)) == ("No", ["N", "E-1"])

    def test_what_was_offered_can_be_bought(self) -> None:
        sdk = FakeSdk().will(an_answer([a_told_rate(service="346")]), an_answer(a_told_label()))
        carrier = a_carrier(sdk)
        rate: Rate = carrier.rate(a_connection(), a_request(), DEADLINE).rates[0]

        carrier.buy(a_connection(), replace(buying(), rate=rate), DEADLINE)

        assert sdk.calls[1][1]["service"] == "346"


def test_several_parcels_are_one_purchase() -> None:
    sdk = FakeSdk().will(an_answer(a_told_label(meta={"tracking_numbers": ["T1", "T2"]})))
    order = buying(request=a_request(parcels=(a_parcel(), a_parcel())))

    sale = a_carrier(sdk).buy(a_connection(), order, DEADLINE)

    assert (sale.tracking_numbers, sdk.operations) == (("T1", "T2"), ["ship"])


class TestProfilesThatPutThingsRight:
    def test_the_sdk_gets_what_the_profile_prepared(self) -> None:
        sdk = FakeSdk().will(an_answer([a_told_rate()]))
        carrier = a_carrier(sdk, prepared=lambda operation, request: {**request, "reference": f"a {operation}"})

        carrier.rate(a_connection(), a_request(), DEADLINE)

        assert sdk.calls[0][1]["reference"] == "a rate"

    def test_the_profile_adds_what_the_sdk_dropped_and_sees_the_raw_answers(self) -> None:
        def completed(operation: str, result: Any, bodies: Any) -> Any:
            assert operation == "rate"
            return [{**rate, "transit_days": len(bodies[0])} for rate in result]

        sdk = FakeSdk().will(replace(an_answer([a_told_rate()]), bodies=(b"four",)))

        quote = a_carrier(sdk, completed=completed).rate(a_connection(), a_request(), DEADLINE)

        assert quote.rates[0].transit_days == 4

    def test_there_is_nothing_to_add_to_a_refusal(self) -> None:
        sdk = FakeSdk().will(an_answer([], a_word("E-1"), statuses=BAD))

        quote = a_carrier(sdk, completed=lambda *_: [a_told_rate()]).rate(a_connection(), a_request(), DEADLINE)

        assert quote.rates == ()
