"""Purchases: which rate is meant, whether it is the one that was bought, what a label needs, how a purchase begins."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain.attempts import begun, new_attempt, released
from chalicelib.domain.customs import Customs, Payment
from chalicelib.domain.errors import (
    CarrierError,
    CarrierRejected,
    CarrierTimeout,
    CarrierUnavailable,
    InvalidRequest,
    RateUnavailable,
)
from chalicelib.domain.late_sales import lasting_messages
from chalicelib.domain.messages import NOT_ANSWERED
from chalicelib.domain.parcels import Commodity
from chalicelib.domain.purchases import (
    RATED_BY,
    Order,
    chosen_rate,
    is_same_choice,
    label_faults,
    order_faults,
    rate_request,
)
from chalicelib.domain.rates import Rate, RateRequest
from chalicelib.domain.shipments import LEASE, ShipmentFields
from tests.builders import NOW, a_message, a_parcel, a_rate, a_recipient, a_shipment, an_address, an_attempt

CHEAP = a_rate("ground", total_charge=Decimal(5), transit_days=5)
DEAR = a_rate("ground", total_charge=Decimal(6), transit_days=4, carrier_id="second")
FAST = a_rate("air", total_charge=Decimal(20), transit_days=1)
RATES = (CHEAP, DEAR, FAST)

BERLIN = {"country_code": "DE", "postal_code": "10115", "state_code": None}
MADRID = {"country_code": "ES", "postal_code": "28001", "state_code": None}
TENERIFE = {"country_code": "ES", "postal_code": "38001", "state_code": None}
ZURICH = {"country_code": "CH", "postal_code": "8001", "state_code": None}
DECLARED = Customs(commodities=(Commodity(id="com_1", weight=Decimal(1), weight_unit="KG"),))


class TestChosenRate:
    @pytest.mark.parametrize(
        ("order", "rate"),
        [
            (Order(selected_rate_id=DEAR.id), DEAR),
            (Order(selected_rate_id=DEAR.id, service="ground"), DEAR),
            (Order(service="ground"), CHEAP),
            (Order(service="ground", rate="fastest"), DEAR),
            (Order(service="air", rate="cheapest"), FAST),
            (Order(rate="cheapest"), CHEAP),
            (Order(rate="fastest"), FAST),
            (Order(), FAST),
        ],
    )
    def test_the_rate_that_is_meant_is_found(self, order: Order, rate: Rate) -> None:
        assert chosen_rate(a_shipment(rates=RATES, service="air"), order) == rate

    @pytest.mark.parametrize(
        ("order", "told"),
        [
            (
                Order(selected_rate_id="rate_0"),
                "This rate is not one of the shipment's rates any more; choose one of its `rates`",
            ),
            (Order(selected_rate_id=FAST.id, service="ground"), "This rate is for the service air, not ground"),
        ],
    )
    def test_a_rate_that_is_not_the_shipments_is_unavailable(self, order: Order, told: str) -> None:
        with pytest.raises(RateUnavailable) as caught:
            chosen_rate(a_shipment(rates=RATES), order)

        assert caught.value.message == told

    @pytest.mark.parametrize("order", [Order(rate="cheapest"), Order(service="ground")])
    def test_prices_in_several_currencies_are_not_compared(self, order: Order) -> None:
        rates = (*RATES, a_rate("ground", total_charge=Decimal(500), currency="JPY"))

        with pytest.raises(InvalidRequest) as caught:
            chosen_rate(a_shipment(rates=rates), order)

        told = "The rates are in several currencies, which cannot be compared; choose by selected_rate_id"
        assert caught.value.message == "The shipment could not be bought due to invalid fields"
        assert caught.value.details == {"rate": told}

    def test_the_fastest_is_found_whatever_the_currencies(self) -> None:
        rates = (*RATES, a_rate("slow", total_charge=Decimal(500), currency="JPY", transit_days=9))

        assert chosen_rate(a_shipment(rates=rates), Order(rate="fastest")) == FAST

    @pytest.mark.parametrize(
        ("codes", "error"),
        [
            ([], CarrierRejected),
            (["refused"], CarrierRejected),
            (["no_connection"], CarrierRejected),
            (["carrier_timeout"], CarrierTimeout),
            (["carrier_timeout", "carrier_timeout"], CarrierTimeout),
            (["carrier_unavailable"], CarrierUnavailable),
            (["carrier_timeout", "carrier_unavailable"], CarrierUnavailable),
            (["circuit_open", "carrier_down", "rate_limited"], CarrierUnavailable),
            (sorted(NOT_ANSWERED), CarrierUnavailable),
            (["circuit_open", "invalid_postal_code"], CarrierRejected),
            (["carrier_timeout", "refused"], CarrierRejected),
        ],
    )
    def test_when_nobody_offers_anything_the_carriers_own_words_say_why(
        self, codes: list[str], error: type[CarrierError]
    ) -> None:
        messages = tuple(a_message(code=code) for code in codes)

        with pytest.raises(CarrierError) as caught:
            chosen_rate(a_shipment(rates=(), messages=messages), Order(rate="cheapest"))

        assert type(caught.value) is error
        assert caught.value.messages == messages
        assert not caught.value.maybe_done


class TestIsSameChoice:
    @pytest.mark.parametrize(
        ("order", "is_same"),
        [
            (Order(), True),
            (Order(selected_rate_id=CHEAP.id), True),
            (Order(selected_rate_id=DEAR.id), False),
            (Order(selected_rate_id=CHEAP.id, service="ground"), True),
            (Order(selected_rate_id=CHEAP.id, service="air"), False),
            (Order(service="ground"), True),
            (Order(service="air"), False),
            (Order(rate="cheapest"), True),
            (Order(rate="fastest"), False),
            (Order(service="ground", rate="cheapest"), True),
            (Order(service="ground", rate="fastest"), False),
            (Order(label_type="PDF"), True),
            (Order(label_type="ZPL"), False),
            (Order(service="ground", label_type="ZPL"), False),
            (Order(retry_unconfirmed=True), True),
            (Order(reference="other", metadata={}), True),
        ],
    )
    def test_only_the_rate_and_the_label_are_the_choice(self, order: Order, is_same: bool) -> None:  # noqa: FBT001
        bought = a_shipment(rates=RATES, state="created", selected_rate=CHEAP, selected_rate_id=CHEAP.id)

        assert is_same_choice(bought, order) is is_same

    def test_without_anything_bought_no_choice_is_the_same(self) -> None:
        assert not is_same_choice(a_shipment(rates=RATES), Order())

    @pytest.mark.parametrize("rates", [(), (FAST,)], ids=["no rates", "other rates"])
    def test_where_the_bought_rate_is_not_offered_any_more_the_cheapest_is_another(self, rates: tuple[Rate]) -> None:
        bought = a_shipment(rates=rates, state="created", selected_rate=CHEAP, selected_rate_id=CHEAP.id)

        assert not is_same_choice(bought, Order(rate="cheapest"))


class TestLabelFaults:
    @pytest.mark.parametrize(
        ("changes", "faults"),
        [
            ({}, set()),
            ({"shipper": an_address(city=None)}, {"shipper.city"}),
            (
                {
                    "shipper": an_address(address_line1=None),
                    "recipient": a_recipient(person_name=None, state_code=None),
                },
                {"shipper.address_line1", "recipient.person_name", "recipient.state_code"},
            ),
            ({"recipient": a_recipient(phone_number=None)}, set()),
            ({"recipient": a_recipient(**ZURICH)}, {"customs"}),
            ({"recipient": a_recipient(**ZURICH), "customs": DECLARED}, set()),
            (
                {"shipper": an_address(phone_number=None), "recipient": a_recipient(**ZURICH, phone_number=None)},
                {"shipper.phone_number", "recipient.phone_number", "customs"},
            ),
            (
                {"recipient": a_recipient(**ZURICH), "parcels": (a_parcel(is_document=True),)},
                set(),
            ),
            (
                {"shipper": an_address(**MADRID), "recipient": a_recipient(**TENERIFE, phone_number=None)},
                {"recipient.phone_number", "customs"},
            ),
            (
                {"shipper": an_address(**BERLIN), "recipient": a_recipient(**BERLIN | {"country_code": "FR"})},
                set(),
            ),
            (
                {
                    "shipper": an_address(**BERLIN),
                    "recipient": a_recipient(**BERLIN | {"country_code": "FR"}, phone_number=None),
                },
                {"recipient.phone_number"},
            ),
        ],
    )
    def test_all_that_a_label_lacks_is_told_by_path(self, changes: dict[str, Any], faults: set[str]) -> None:
        assert label_faults(a_shipment(**changes)).keys() == faults

    def test_what_the_order_must_say_is_told_with_it(self) -> None:
        draft = a_shipment(recipient=a_recipient(city=None))

        assert order_faults(draft, Order()) == {
            "recipient.city": "A label needs a city",
            "rate": "Say what to buy: selected_rate_id, service, or rate (cheapest or fastest)",
        }

    @pytest.mark.parametrize("order", [Order(rate="cheapest"), Order(service="air"), Order(selected_rate_id="rate_0")])
    def test_an_order_that_names_one_thing_says_enough(self, order: Order) -> None:
        assert order_faults(a_shipment(), order) == {}

    def test_the_service_that_the_shipment_was_made_with_says_enough(self) -> None:
        assert order_faults(a_shipment(service="ground"), Order()) == {}

    def test_missing_customs_are_told_in_a_sentence(self) -> None:
        told = label_faults(a_shipment(recipient=a_recipient(**ZURICH)))

        assert told == {"customs": "A label between customs territories needs a customs declaration"}


class TestOrder:
    def test_it_changes_only_what_it_names(self) -> None:
        payment = Payment(paid_by="recipient")

        assert Order(service="ground").changes() == {}
        assert Order(label_type="ZPL", metadata={}).changes() == {"label_type": "ZPL", "metadata": {}}
        assert Order(payment=payment, reference="PO-8", metadata={"a": "b"}).changes() == {
            "payment": payment,
            "reference": "PO-8",
            "metadata": {"a": "b"},
        }


class TestRateRequest:
    def test_carriers_are_told_all_that_they_quote_by(self) -> None:
        draft = a_shipment(reference="PO-7", services=("ground",))

        request = rate_request(draft)

        assert {name: getattr(request, name) for name in RateRequest.model_fields} == {
            name: getattr(draft, name) for name in RateRequest.model_fields
        }

    def test_what_carriers_are_told_makes_rates_stale_but_for_the_reference(self) -> None:
        assert set(RATED_BY) == RateRequest.model_fields.keys() - {"reference"}
        assert RateRequest.model_fields.keys() <= ShipmentFields.model_fields.keys()


class TestStates:
    def test_a_purchase_under_way_is_leased_for_a_minute(self) -> None:
        attempt = new_attempt("pur_1", NOW, CHEAP)

        under_way = begun(a_shipment(), "purchasing", attempt, {"reference": "PO-8"})

        assert (under_way.state, under_way.attempt, under_way.reference) == ("purchasing", attempt, "PO-8")
        assert attempt.lease_until - attempt.since == timedelta(seconds=60)
        assert (attempt.carrier_name, attempt.carrier_id, attempt.rate) == ("sandbox", "sandbox", CHEAP)

    def test_what_did_not_take_place_leaves_no_attempt(self) -> None:
        record = released(a_shipment(state="purchasing", attempt=an_attempt()), "draft", NOW + LEASE)

        assert (record.state, record.attempt, record.updated_at) == ("draft", None, NOW + LEASE)

    def test_only_messages_about_paid_labels_last(self) -> None:
        late = a_message(code="late_sale")

        assert lasting_messages(a_shipment(messages=(a_message(), late))) == (late,)
