"""What every carrier adapter must do, whoever is behind it: the services above rely on exactly this."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

import pytest

from chalicelib.carriers.sandbox.carrier import SandboxCarrier
from chalicelib.domain.carriers import SANDBOX
from chalicelib.domain.errors import CarrierError, CarrierRejected, CarrierTimeout
from chalicelib.domain.messages import Message
from chalicelib.domain.ports import AdvancingCarrier, Carrier, Connection, PurchaseRequest
from chalicelib.domain.rates import RateRequest, in_order_of_price
from chalicelib.domain.trackers import TRACKER_STATUSES
from tests.builders import ANOTHER_TENANT, a_parcel, an_id
from tests.fake_sandbox_ledger import MemorySandboxLedger
from tests.sandbox_cases import A_CONNECTION, DEADLINE, Clock, a_request, a_void


@dataclass(frozen=True)
class Subject:
    """An adapter, and what it can be asked."""

    carrier: Carrier
    connection: Connection
    accepted: RateRequest
    """Two parcels that it carries."""
    refused: RateRequest
    """A request that it refuses in words."""
    foreign_number: str
    """A tracking number that cannot be its own."""

    def order(self) -> PurchaseRequest:
        rate = self.carrier.rate(self.connection, self.accepted, DEADLINE).rates[0]
        return PurchaseRequest(an_id("pur"), self.accepted, rate, "PDF")


def sandbox() -> Subject:
    return Subject(
        carrier=SandboxCarrier(MemorySandboxLedger(), Clock(), os.urandom),
        connection=A_CONNECTION,
        accepted=a_request(parcels=(a_parcel(), a_parcel(weight=Decimal(4)))),
        refused=a_request(parcels=(a_parcel(weight=Decimal(500)),)),
        foreign_number="1Z5R89390357567127",
    )


ADAPTERS: dict[str, Callable[[], Subject]] = {"sandbox": sandbox}
"""Every adapter; a new one adds itself here."""


@pytest.fixture(params=list(ADAPTERS.values()), ids=list(ADAPTERS))
def subject(request: pytest.FixtureRequest) -> Subject:
    made: Subject = request.param()
    return made


def speaks(messages: tuple[Message, ...], connection: Connection) -> bool:
    """Whether there are messages, all with words and under the connection's name."""
    return bool(messages) and all(
        message.message
        and message.code
        and (message.carrier_name, message.carrier_id) == (connection.carrier_name, connection.carrier_id)
        for message in messages
    )


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

    def test_a_refusal_is_a_message(self, subject: Subject) -> None:
        quote = subject.carrier.rate(subject.connection, subject.refused, DEADLINE)

        assert quote.rates == ()
        assert speaks(quote.messages, subject.connection)


class TestPurchases:
    def test_a_sale_has_a_number_and_a_label_for_each_parcel(self, subject: Subject) -> None:
        order = subject.order()

        sale = subject.carrier.buy(subject.connection, order, DEADLINE)

        assert sale.purchase_id == order.purchase_id
        assert (sale.rate.id, sale.rate.service) == (order.rate.id, order.rate.service)
        assert sale.sold_at.utcoffset() == timedelta(0)
        assert len(set(sale.tracking_numbers)) == len(order.shipment.parcels) == len(sale.parcel_labels)
        assert sale.shipment_identifier
        label = sale.documents[0]
        assert (label.category, label.format, label.content[:5]) == ("shipping_label", "PDF", b"%PDF-")

    def test_a_second_call_with_the_same_purchase_id_sells_nothing_new(self, subject: Subject) -> None:
        order = subject.order()

        first, second = (subject.carrier.buy(subject.connection, order, DEADLINE) for _ in range(2))

        assert first == second

    def test_a_sale_is_found_by_its_purchase_id(self, subject: Subject) -> None:
        order = subject.order()
        sale = subject.carrier.buy(subject.connection, order, DEADLINE)

        assert subject.carrier.find_purchase(subject.connection, order.purchase_id, DEADLINE) == sale

    def test_a_purchase_that_nobody_made_is_none(self, subject: Subject) -> None:
        assert subject.carrier.find_purchase(subject.connection, an_id("pur"), DEADLINE) is None

    def test_a_refusal_is_raised_in_the_carriers_words_and_nothing_is_sold(self, subject: Subject) -> None:
        order = replace(subject.order(), shipment=subject.refused)

        with pytest.raises(CarrierRejected) as refused:
            subject.carrier.buy(subject.connection, order, DEADLINE)

        assert not refused.value.maybe_done
        assert speaks(tuple(refused.value.messages), subject.connection)
        assert subject.carrier.find_purchase(subject.connection, order.purchase_id, DEADLINE) is None


class TestVoids:
    def test_a_void_is_found_and_made_twice_is_the_same(self, subject: Subject) -> None:
        request = a_void(subject.carrier.buy(subject.connection, subject.order(), DEADLINE))
        assert subject.carrier.find_void(subject.connection, request, DEADLINE) is None

        voided = subject.carrier.void(subject.connection, request, DEADLINE)

        assert voided.void_id == request.void_id
        assert subject.carrier.void(subject.connection, request, DEADLINE) == voided
        assert subject.carrier.find_void(subject.connection, request, DEADLINE) == voided

    def test_a_label_that_was_never_sold_is_refused(self, subject: Subject) -> None:
        sale = subject.carrier.buy(subject.connection, subject.order(), DEADLINE)
        request = a_void(sale, shipment_identifier="nobody's", purchase_id="nobody's", tracking_number="nobody's")

        with pytest.raises(CarrierRejected) as refused:
            subject.carrier.void(subject.connection, request, DEADLINE)

        assert speaks(tuple(refused.value.messages), subject.connection)


class TestTracking:
    def test_a_sold_parcel_has_a_known_status_and_its_events_newest_first(self, subject: Subject) -> None:
        sale = subject.carrier.buy(subject.connection, subject.order(), DEADLINE)

        for number in sale.tracking_numbers:
            tracking = subject.carrier.track(subject.connection, number, DEADLINE)
            assert tracking.status in TRACKER_STATUSES
            assert all(event.status in (None, *TRACKER_STATUSES) for event in tracking.events)
            days = [event.date for event in tracking.events]
            assert days == sorted(days, reverse=True)

    def test_a_number_that_cannot_be_its_own_is_refused(self, subject: Subject) -> None:
        with pytest.raises(CarrierRejected) as refused:
            subject.carrier.track(subject.connection, subject.foreign_number, DEADLINE)

        assert speaks(tuple(refused.value.messages), subject.connection)


class TestTenants:
    def test_what_one_account_bought_another_does_not_find(self, subject: Subject) -> None:
        order = subject.order()
        sale = subject.carrier.buy(subject.connection, order, DEADLINE)
        other = replace(subject.connection, tenant=ANOTHER_TENANT)

        assert subject.carrier.find_purchase(other, order.purchase_id, DEADLINE) is None
        assert subject.carrier.find_void(other, a_void(sale), DEADLINE) is None
        with pytest.raises(CarrierRejected):
            subject.carrier.void(other, a_void(sale), DEADLINE)


class TestDeadlines:
    @pytest.mark.parametrize("call", ["rate", "buy", "void", "track", "find_purchase", "find_void"])
    def test_without_time_left_every_call_times_out_and_does_nothing(self, subject: Subject, call: str) -> None:
        order = subject.order()
        sale = subject.carrier.buy(subject.connection, order, DEADLINE)
        argument = {
            "rate": subject.accepted,
            "buy": replace(order, purchase_id=an_id("pur")),
            "track": sale.tracking_numbers[0],
            "find_purchase": order.purchase_id,
        }.get(call, a_void(sale))

        with pytest.raises(CarrierError) as late:
            getattr(subject.carrier, call)(subject.connection, argument, DEADLINE.at_most(0))

        assert type(late.value) is CarrierTimeout
        assert not late.value.maybe_done
        assert speaks(tuple(late.value.messages), subject.connection)


def test_the_sandbox_moves_parcels() -> None:
    subject = sandbox()
    carrier: AdvancingCarrier = SandboxCarrier(MemorySandboxLedger(), Clock(), os.urandom)
    sale = carrier.buy(subject.connection, subject.order(), DEADLINE)

    moved = carrier.advance(subject.connection, sale.tracking_numbers[0], "delivered", Clock().now)

    assert carrier.carrier_name == SANDBOX
    assert moved.status == "delivered"
