"""What every carrier adapter must do, whoever is behind it: the services above rely on exactly this.

A new carrier adds itself to `ADAPTERS` by one line, and declares what its carrier can't do (`Lack`): then the weaker
rule is asserted instead. docs/adding-a-carrier.md tells the rest.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.carriers.sandbox.carrier import SandboxCarrier
from chalicelib.domain.carriers import SANDBOX
from chalicelib.domain.errors import CarrierError, CarrierRejected, CarrierTimeout
from chalicelib.domain.ports import AdvancingCarrier, CannotSay, VoidRequest
from chalicelib.domain.rates import in_order_of_price
from chalicelib.domain.shipments import REFUND_STATUSES
from chalicelib.domain.trackers import INCIDENT_REASONS, TRACKER_STATUSES
from tests.builders import an_id
from tests.contract.carrier_subjects import FEDEX, UPS, Factory, Subject, a_void, sandbox, speaks
from tests.contract.more_carrier_subjects import CANADA_POST, DHL_EXPRESS, USPS
from tests.fake_sandbox_ledger import MemorySandboxLedger
from tests.sandbox_cases import DEADLINE, Clock

ADAPTERS: dict[str, Factory] = {
    "sandbox": sandbox,
    "ups": UPS,
    "fedex": FEDEX,
    "usps": USPS,
    "canadapost": CANADA_POST,
    "dhl_express": DHL_EXPRESS,
}
"""Every adapter; a new one adds itself here."""


@pytest.fixture(params=list(ADAPTERS.values()), ids=list(ADAPTERS))
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    with request.param() as made:
        yield made


class TestRates:
    def test_rates_come_cheapest_first_under_the_connections_name(self, subject: Subject) -> None:
        rates = subject.carrier.rate(subject.connection, subject.accepted, DEADLINE).rates

        assert rates
        assert rates == in_order_of_price(rates)
        assert len({rate.id for rate in rates}) == len(rates)
        for rate in rates:
            assert (rate.carrier_name, rate.carrier_id) == (subject.carrier.carrier_name, subject.connection.carrier_id)
            assert rate.test_mode == subject.connection.tenant.is_test
            assert rate.total_charge > 0

    def test_charges_add_up_to_the_total(self, subject: Subject) -> None:
        for rate in subject.carrier.rate(subject.connection, subject.accepted, DEADLINE).rates:
            own = [line.amount or Decimal(0) for line in rate.extra_charges if line.currency == rate.currency]
            assert sum(own, Decimal(0)) == rate.total_charge or not rate.extra_charges

    def test_a_refusal_is_a_message(self, subject: Subject) -> None:
        quote = subject.carrier.rate(subject.connection, subject.refused, DEADLINE)

        assert quote.rates == ()
        assert speaks(quote.messages, subject.connection)

    def test_a_service_that_it_does_not_have_is_a_message(self, subject: Subject) -> None:
        request = subject.accepted.model_copy(update={"services": ("no_such_service",)})

        quote = subject.carrier.rate(subject.connection, request, DEADLINE)

        assert quote.rates == ()
        assert speaks(quote.messages, subject.connection)

    def test_only_the_wanted_service_is_offered(self, subject: Subject) -> None:
        wanted = subject.order().rate.service
        request = subject.accepted.model_copy(update={"services": (wanted,)})

        rates = subject.carrier.rate(subject.connection, request, DEADLINE).rates

        assert {rate.service for rate in rates} == {wanted}


class TestPurchases:
    def test_a_sale_has_a_number_and_a_label_for_each_parcel(self, subject: Subject) -> None:
        order = subject.order()
        parcels = len(order.shipment.parcels)

        sale = subject.carrier.buy(subject.connection, order, DEADLINE)

        assert sale.purchase_id == order.purchase_id
        assert (sale.rate.id, sale.rate.service) == (order.rate.id, order.rate.service)
        assert sale.sold_at.utcoffset() == timedelta(0)
        assert len(set(sale.tracking_numbers)) == (parcels if subject.can("parcel_numbers") else 1)
        assert len(sale.parcel_labels) == (parcels if parcels > 1 and subject.can("parcel_labels") else 0)
        assert sale.shipment_identifier
        label = sale.documents[0]
        assert (label.category, label.format, label.content[:5]) == ("shipping_label", "PDF", b"%PDF-")

    def test_a_second_call_with_the_same_purchase_id_sells_nothing_new(self, subject: Subject) -> None:
        order = subject.order()
        sale = subject.carrier.buy(subject.connection, order, DEADLINE)

        if subject.can("books"):
            assert subject.carrier.buy(subject.connection, order, DEADLINE) == sale
        else:  # so the services never ask twice: an unconfirmed purchase waits for a person
            with pytest.raises(CannotSay):
                subject.carrier.find_purchase(subject.connection, order.purchase_id, DEADLINE)

    def test_a_sale_is_found_by_its_purchase_id_or_the_carrier_cannot_say(self, subject: Subject) -> None:
        order = subject.order()
        sale = subject.carrier.buy(subject.connection, order, DEADLINE)

        if subject.can("books"):
            assert subject.carrier.find_purchase(subject.connection, order.purchase_id, DEADLINE) == sale
        else:
            with pytest.raises(CannotSay):
                subject.carrier.find_purchase(subject.connection, order.purchase_id, DEADLINE)

    def test_a_purchase_that_nobody_made_is_none_and_never_a_guess(self, subject: Subject) -> None:
        if subject.can("books"):
            assert subject.carrier.find_purchase(subject.connection, an_id("pur"), DEADLINE) is None
        else:
            with pytest.raises(CannotSay):
                subject.carrier.find_purchase(subject.connection, an_id("pur"), DEADLINE)

    def test_a_refusal_is_raised_in_the_carriers_words_and_nothing_is_sold(self, subject: Subject) -> None:
        order = replace(subject.order(), shipment=subject.refused)

        with pytest.raises(CarrierRejected) as refused:
            subject.carrier.buy(subject.connection, order, DEADLINE)

        assert not refused.value.maybe_done
        assert speaks(tuple(refused.value.messages), subject.connection)
        if subject.can("books"):
            assert subject.carrier.find_purchase(subject.connection, order.purchase_id, DEADLINE) is None


class TestVoids:
    def test_a_label_is_taken_back_or_the_carrier_says_that_it_takes_none(self, subject: Subject) -> None:
        request = a_void(subject.sale(), shipment=subject.accepted)

        if subject.can("voiding"):
            voided = subject.carrier.void(subject.connection, request, DEADLINE)
            assert voided.void_id == request.void_id
            assert voided.voided_at.utcoffset() == timedelta(0)
            assert voided.refund_status in REFUND_STATUSES
        else:
            with pytest.raises(CarrierRejected) as refused:
                subject.carrier.void(subject.connection, request, DEADLINE)
            assert [message.code for message in refused.value.messages] == ["void_not_supported"]

    def test_a_void_made_twice_ends_the_same(self, subject: Subject) -> None:
        request = a_void(subject.sale(), shipment=subject.accepted)

        first, second = (self.outcome(subject, request) for _ in range(2))

        if subject.can("books") or not subject.can("voiding"):
            assert first == second
        else:  # the second is a void again, or refused in words
            assert second in (request.void_id, "refused")

    def outcome(self, subject: Subject, request: VoidRequest) -> object:
        try:
            voided = subject.carrier.void(subject.connection, request, DEADLINE)
        except CarrierRejected as refused:
            return "refused" if speaks(tuple(refused.messages), subject.connection) else refused
        return voided if subject.can("books") else voided.void_id

    def test_a_void_is_found_or_the_carrier_cannot_say(self, subject: Subject) -> None:
        request = a_void(subject.sale(), shipment=subject.accepted)

        if subject.can("books"):
            assert subject.carrier.find_void(subject.connection, request, DEADLINE) is None
            voided = subject.carrier.void(subject.connection, request, DEADLINE)
            assert subject.carrier.find_void(subject.connection, request, DEADLINE) == voided
        else:
            with pytest.raises(CannotSay):
                subject.carrier.find_void(subject.connection, request, DEADLINE)

    def test_a_label_that_was_never_sold_is_refused(self, subject: Subject) -> None:
        request = a_void(
            subject.sale(), shipment_identifier="nobody's", purchase_id="nobody's", tracking_number="nobody's", meta={}
        )

        with pytest.raises(CarrierRejected) as refused:
            subject.carrier.void(subject.connection, request, DEADLINE)

        assert speaks(tuple(refused.value.messages), subject.connection)


class TestTracking:
    def test_a_sold_parcel_has_a_known_status_and_its_events_newest_first(self, subject: Subject) -> None:
        for number in subject.sale().tracking_numbers:
            try:
                tracking = subject.carrier.track(subject.connection, number, DEADLINE)
            except CarrierRejected as refused:
                if subject.can("early_tracking"):
                    raise
                assert speaks(tuple(refused.messages), subject.connection)  # noqa: PT017 - it may be too early
                continue
            assert tracking.status in TRACKER_STATUSES
            assert all(event.status in (None, *TRACKER_STATUSES) for event in tracking.events)
            assert all(event.reason in (None, *INCIDENT_REASONS) for event in tracking.events)
            days = [event.date for event in tracking.events]
            assert days == sorted(days, reverse=True)

    def test_a_number_that_cannot_be_its_own_is_refused(self, subject: Subject) -> None:
        if not subject.can("own_numbers"):
            tracking = subject.carrier.track(subject.connection, subject.foreign_number, DEADLINE)
            assert (tracking.status, tracking.events) == ("pending", ())
            return

        with pytest.raises(CarrierRejected) as refused:
            subject.carrier.track(subject.connection, subject.foreign_number, DEADLINE)

        assert speaks(tuple(refused.value.messages), subject.connection)


class TestAccounts:
    def test_what_one_account_bought_another_does_not_find(self, subject: Subject) -> None:
        if subject.stranger is None:
            pytest.skip("there is no other account")
        sale = subject.sale()

        if subject.can("books"):
            assert subject.carrier.find_purchase(subject.stranger, sale.purchase_id, DEADLINE) is None
            assert (
                subject.carrier.find_void(subject.stranger, a_void(sale, shipment=subject.accepted), DEADLINE) is None
            )
        with pytest.raises(CarrierRejected):
            subject.carrier.void(subject.stranger, a_void(sale, shipment=subject.accepted), DEADLINE)

    def test_a_connection_that_works_is_told_so(self, subject: Subject) -> None:
        messages = tuple(subject.carrier.check(subject.connection, DEADLINE))

        assert speaks(messages, subject.connection)
        assert all(message.level != "error" for message in messages)

    def test_credentials_that_the_carrier_refuses_are_refused_in_every_call(self, subject: Subject) -> None:
        order = subject.order()
        intruder = subject.intruder
        if intruder is None:
            pytest.skip("the carrier knows everybody")

        for call in (
            lambda: subject.carrier.check(intruder, DEADLINE),
            lambda: subject.carrier.rate(intruder, subject.accepted, DEADLINE),
            lambda: subject.carrier.buy(intruder, order, DEADLINE),
        ):
            with pytest.raises(CarrierRejected) as refused:
                call()
            assert [message.code for message in refused.value.messages] == ["authentication_failed"]
            assert not refused.value.maybe_done


class TestDeadlines:
    @pytest.mark.parametrize("call", ["rate", "buy", "void", "track", "find_purchase", "find_void", "check"])
    def test_without_time_left_every_call_times_out_and_does_nothing(self, subject: Subject, call: str) -> None:
        order = subject.order()
        sale = subject.carrier.buy(subject.connection, order, DEADLINE)
        arguments: dict[str, list[Any]] = {
            "rate": [subject.accepted],
            "buy": [replace(order, purchase_id=an_id("pur"))],
            "track": [sale.tracking_numbers[0]],
            "find_purchase": [order.purchase_id],
            "check": [],
        }

        with pytest.raises(CarrierError) as late:
            getattr(subject.carrier, call)(
                subject.connection, *arguments.get(call, [a_void(sale, shipment=subject.accepted)]), DEADLINE.at_most(0)
            )

        assert type(late.value) is CarrierTimeout
        assert not late.value.maybe_done
        assert speaks(tuple(late.value.messages), subject.connection)


def test_the_sandbox_moves_parcels() -> None:
    with sandbox() as subject:
        carrier: AdvancingCarrier = SandboxCarrier(MemorySandboxLedger(), Clock(), os.urandom)
        sale = carrier.buy(subject.connection, subject.order(), DEADLINE)

        moved = carrier.advance(subject.connection, sale.tracking_numbers[0], "delivered", Clock().now)

    assert carrier.carrier_name == SANDBOX
    assert moved.status == "delivered"
