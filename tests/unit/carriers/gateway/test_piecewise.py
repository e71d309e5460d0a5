"""The adapter of carriers that sell one parcel a call: rates, one parcel, and what it leaves to the carrier."""

import os
import threading
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.carriers.catalogue import carriers, profile
from chalicelib.carriers.gateway.carrier import SdkCarrier
from chalicelib.carriers.gateway.piecewise import PiecewiseCarrier, adapter_of
from chalicelib.carriers.profiles.canadapost import PROFILE
from chalicelib.domain.carriers import SANDBOX
from chalicelib.domain.errors import CarrierRejected, CarrierTimeout, CarrierUnavailable
from chalicelib.domain.ports import CannotSay
from chalicelib.domain.rates import Quote
from tests.builders import NOW
from tests.piecewise_cases import (
    A_CONNECTION,
    SERVICE,
    Clerk,
    Window,
    a_request,
    a_void_of,
    an_order,
    error_of,
    parcels,
    priced,
    said,
)
from tests.sdk_cases import FakeSdk

ONE, TWO = Decimal(1), Decimal(2)
REGULAR = "canadapost_regular_parcel"


def quoted(*quotes: Any) -> Quote:
    """The rate of one parcel a quote, each of a weight of its own."""
    clerk = Clerk(quotes={Decimal(index + 1): quote for index, quote in enumerate(quotes)})
    return Window(clerk).rate(a_request(parcels=parcels(*range(1, len(quotes) + 1))))


class TestRates:
    def test_each_parcel_is_asked_for_and_prices_charges_and_days_are_of_all(self) -> None:
        quote = quoted(
            Quote(rates=(priced(10, transit_days=1),)), Quote(rates=(priced("25.50", transit_days=3, id="rate_2"),))
        )

        (rate,) = quote.rates
        assert (rate.service, rate.total_charge, rate.currency, rate.transit_days) == (
            SERVICE,
            Decimal("35.5"),
            "CAD",
            3,
        )
        assert [(line.name, line.amount) for line in rate.extra_charges] == [
            ("Base", Decimal("31.95")),
            ("Fuel", Decimal("3.55")),
        ]
        assert rate.meta == {"service_name": "Xpresspost", "parcel_charges": ["10", "25.50"]}

    def test_the_last_parcels_day_counts_and_an_unknown_one_is_unknown(self) -> None:
        early, late = NOW.date(), NOW.date().replace(day=28)
        days = [
            quoted(*(Quote(rates=(priced(1, estimated_delivery=day),)) for day in told)).rates[0].estimated_delivery
            for told in ((early, late), (late, early), (early, None))
        ]

        assert days == [late, late, None]
        assert (
            quoted(*(Quote(rates=(priced(1, transit_days=days),)) for days in (2, None))).rates[0].transit_days is None
        )

    def test_a_service_is_offered_where_every_parcel_gets_it_in_the_same_currency(self) -> None:
        both = (priced(10), priced(8, REGULAR))

        quote = quoted(Quote(rates=both), Quote(rates=(priced(10, currency="USD", extra_charges=()), both[1])))

        assert [(rate.service, rate.total_charge) for rate in quote.rates] == [(REGULAR, Decimal(16))]

    def test_rates_come_cheapest_first(self) -> None:
        cheap_first = Quote(rates=(priced(1, REGULAR), priced(2)))

        quote = quoted(cheap_first, Quote(rates=(priced(2), priced(9, REGULAR))))

        assert [rate.service for rate in quote.rates] == [SERVICE, REGULAR]

    def test_where_no_service_is_for_all_a_message_says_so(self) -> None:
        quote = quoted(Quote(rates=(priced(10),)), Quote(rates=(priced(8, REGULAR),)))

        assert (quote.rates, [message.code for message in quote.messages]) == ((), ["service_not_offered"])

    def test_what_is_said_of_all_is_said_once_and_what_is_said_of_one_names_it(self) -> None:
        remark, heavy = said("remark", "Strike on Monday"), said("heavy", "Too heavy")

        quote = quoted(Quote(rates=(priced(1),), messages=(remark,)), Quote(messages=(remark, heavy)))

        assert quote.rates == ()
        assert [(message.code, message.details) for message in quote.messages] == [
            ("remark", {}),
            ("heavy", {"parcel": "parcels.1"}),
        ]

    def test_a_failure_is_raised_and_names_its_parcel(self) -> None:
        with pytest.raises(CarrierUnavailable) as raised:
            quoted(Quote(rates=(priced(1),)), error_of(CarrierUnavailable, "down"))

        assert [message.details for message in raised.value.messages] == [{"parcel": "parcels.1"}]

    def test_refused_credentials_are_not_a_parcels_fault(self) -> None:
        clerk = Clerk(quotes={ONE: error_of(CarrierRejected, "authentication_failed")})

        with pytest.raises(CarrierRejected) as raised:
            Window(clerk).rate(a_request(parcels=parcels(*[1] * 10)))

        assert raised.value.messages[0].details == {}

    def test_parcels_are_asked_for_at_once_and_a_few_at_a_time(self) -> None:
        clerk = Meeting()

        Window(clerk).rate(a_request(parcels=parcels(*[1] * 8)))

        assert (len(clerk.asked), len(clerk.callers)) == (8, 4)

    def test_without_time_nobody_is_asked(self) -> None:
        window = Window()

        with pytest.raises(CarrierTimeout):
            window.carrier.rate(A_CONNECTION, a_request(), window.clerk.watch.deadline(0))

        assert window.clerk.asked == []

    def test_too_many_parcels_are_refused_before_any_call(self) -> None:
        window = Window()

        quote = window.rate(a_request(parcels=parcels(*[1] * 11)))

        assert [message.code for message in quote.messages] == ["too_many_parcels"]
        assert window.clerk.asked == []


class Meeting(Clerk):
    """A clerk at whose counter four must stand at once before any is served, and who looks out for a fifth."""

    def __init__(self) -> None:
        super().__init__()
        self.barrier = threading.Barrier(4)
        self.fifth = threading.Event()
        self.callers: set[int] = set()

    def rate(self, *arguments: Any) -> Quote:
        self.callers.add(threading.get_ident())
        if len(self.callers) > 4:
            self.fifth.set()
        self.barrier.wait(5)
        self.fifth.wait(0.05)
        return super().rate(*arguments)


class TestOneParcel:
    def test_it_is_asked_for_and_sold_just_as_the_carrier_does(self) -> None:
        window = Window()
        request = a_request(parcels=parcels(1))
        order = an_order(request)

        quote, sale = window.rate(request), window.buy(order)

        assert quote.rates[0].meta == {"service_name": "Xpresspost"}
        assert (window.clerk.asked, window.clerk.orders) == ([request], [order])
        assert (sale.shipment_identifier, sale.parcel_labels) == ("ID1", ())
        assert window.clerk.untils == [15]


class TestTheRest:
    def test_journeys_and_credentials_are_the_carriers(self) -> None:
        window, deadline = Window(), Window().clerk.watch.deadline()

        assert window.carrier.track(A_CONNECTION, "T2", deadline).meta == {"number": "T2"}
        assert [message.code for message in window.carrier.check(A_CONNECTION, deadline)] == ["ready"]

    def test_what_became_of_a_purchase_or_void_only_the_carrier_can_say(self) -> None:
        window, deadline = Window(), Window().clerk.watch.deadline()
        void = a_void_of(window.buy(an_order()))

        with pytest.raises(CannotSay):
            window.carrier.find_purchase(A_CONNECTION, "pur_1", deadline)
        with pytest.raises(CannotSay):
            window.carrier.find_void(A_CONNECTION, void, deadline)


class TestChoice:
    def test_a_carrier_is_spoken_to_as_its_profile_says(self) -> None:
        for about, kind in ((PROFILE, PiecewiseCarrier), (profile("ups"), SdkCarrier)):
            assert type(adapter_of(about, FakeSdk(), lambda: NOW, os.urandom)) is kind

    def test_parcels_are_sold_apart_only_where_labels_can_be_taken_back(self) -> None:
        apart = [one for one in map(profile, set(carriers()) - {SANDBOX}) if one.sells_parcels_apart]

        assert {one.carrier_name for one in apart} >= {"usps", "canadapost"}
        assert all("voiding" in one.capabilities and 1 < one.most_parcels <= 10 for one in apart)
