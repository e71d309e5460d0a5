"""Rating at once: late, hanging and failing carriers named, kept apart and left alone, the others' rates answered."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal

import pytest

from chalicelib import logs
from chalicelib.domain.circuit_breaker import FAILURES, OPEN_S
from chalicelib.domain.credentials import Credentials
from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import CarrierRejected, CarrierTimeout, CarrierUnavailable, InvalidRequest
from chalicelib.domain.messages import Message
from chalicelib.domain.ports import Connection
from chalicelib.domain.purchases import rate_request
from chalicelib.domain.rates import Quote, RateRequest
from chalicelib.domain.tenants import Tenant
from chalicelib.services.circuit_breakers import CircuitBreakers
from chalicelib.services.rates import Rates
from chalicelib.services.simultaneous_calls import SimultaneousCalls
from chalicelib.storage import capacity
from tests.builders import A_TENANT, ANOTHER_TENANT, a_message, a_rate, a_shipment
from tests.fake_carrier import LATE, REFUSED, UNAVAILABLE, FakeCarrier, FakeRegistry, Scripted, Turn, raising
from tests.service_cases import GROUND, IN_TIME, Clock, Desk

PATIENT_S = 10.0
DEADLINE_S = 0.2
HELD_S = 0.2
REQUEST = rate_request(a_shipment())
DOWN = Turn(before=raising(lambda: CarrierUnavailable("down", (a_message(code="host_unknown"),))))
OURS = Turn(before=raising(ZeroDivisionError))


class Market:
    """Rates over fakes, with the circuits' clock in hand."""

    def __init__(self, carriers: dict[str, FakeCarrier], deadline_s: float = PATIENT_S, threads: int = 128) -> None:
        self.now_s = 1000.0
        self.carriers = {name: Scripted(carrier) for name, carrier in carriers.items()}
        for name, carrier in self.carriers.items():
            carrier.inner.offered = (a_rate(carrier_name=name, carrier_id=name),)
        circuits = CircuitBreakers(lambda: self.now_s)
        self.rates = Rates(FakeRegistry(dict(self.carriers)), deadline_s, SimultaneousCalls(threads), circuits)

    def quote(self) -> Quote:
        return self.rates.quote(A_TENANT, REQUEST, IN_TIME)

    def compare(self) -> Quote:
        return self.rates.compare(A_TENANT, REQUEST, IN_TIME)

    def calls_of(self, name: str) -> int:
        return len(self.carriers[name].calls)


def a_market(*names: str) -> Market:
    return Market({name: FakeCarrier(Clock()) for name in names})


def codes(quote: Quote) -> list[tuple[str, str]]:
    return [(message.carrier_id, message.code) for message in quote.messages]


class Together(FakeCarrier):
    """Answers only when all are asked at the same time."""

    def __init__(self, everybody: threading.Barrier) -> None:
        super().__init__(Clock())
        self.everybody = everybody

    def rate(self, connection: Connection, request: RateRequest, deadline: Deadline) -> Quote:
        self.everybody.wait(PATIENT_S)
        return super().rate(connection, request, deadline)


class Hanging(FakeCarrier):
    """Answers when it is told to, whatever its deadline says."""

    def __init__(self) -> None:
        super().__init__(Clock())
        self.released = threading.Event()

    def rate(self, connection: Connection, request: RateRequest, deadline: Deadline) -> Quote:
        self.released.wait(PATIENT_S)
        return super().rate(connection, request, deadline)


@contextmanager
def a_market_with_a_hanging_carrier(deadline_s: float = DEADLINE_S, threads: int = 128) -> Iterator[Market]:
    hanging = Hanging()
    try:
        yield Market({"swift": FakeCarrier(Clock()), "stuck": hanging}, deadline_s, threads)
    finally:
        hanging.released.set()


class TestAtOnce:
    def test_all_carriers_are_asked_at_the_same_time(self) -> None:
        everybody = threading.Barrier(4)
        market = Market({name: Together(everybody) for name in ("a", "b", "c", "d")})

        assert sorted(rate.carrier_id for rate in market.compare().rates) == ["a", "b", "c", "d"]

    def test_a_hanging_carrier_is_named_and_the_others_rates_come_at_the_deadline(self) -> None:
        with a_market_with_a_hanging_carrier() as market:
            began = time.monotonic()
            quote = market.compare()
            took_s = time.monotonic() - began

        assert [rate.carrier_id for rate in quote.rates] == ["swift"]
        assert codes(quote) == [("stuck", "carrier_timeout")]
        assert "0.2 s" in quote.messages[0].message
        assert DEADLINE_S <= took_s <= DEADLINE_S + HELD_S

    def test_when_all_hang_comparing_is_late(self) -> None:
        hanging = Hanging()
        market = Market({"stuck": hanging}, DEADLINE_S)

        with pytest.raises(CarrierTimeout) as caught:
            market.compare()
        hanging.released.set()

        assert [message.carrier_name for message in caught.value.messages] == ["stuck"]

    def test_without_a_free_thread_the_carrier_is_named_and_not_waited_for_beyond_the_deadline(self) -> None:
        with a_market_with_a_hanging_carrier(threads=1) as market:
            market.rates.quote(A_TENANT, REQUEST.model_copy(update={"carrier_ids": ("stuck",)}), IN_TIME)

            with pytest.raises(CarrierUnavailable) as caught:
                market.compare()

        assert {message.code for message in caught.value.messages} == {"too_busy"}
        assert market.calls_of("swift") == 0

    def test_without_a_free_thread_nobody_is_held_to_have_failed(self) -> None:
        market = Market({"swift": FakeCarrier(Clock())}, deadline_s=0.01, threads=0)

        quotes = [market.quote() for _ in range(FAILURES + 1)]

        assert [codes(quote) for quote in quotes] == [[("swift", "too_busy")]] * len(quotes)

    def test_how_long_each_carrier_took_is_logged(self) -> None:
        logs.start_request()
        with a_market_with_a_hanging_carrier() as market:
            market.compare()

        noted = json.loads(logs.JsonLine().format(logs.logger().makeRecord("", 20, "", 1, "", (), None)))["carriers_ms"]

        assert 0 <= noted["swift"] <= noted["stuck"]
        assert 0 < noted["stuck"] <= DEADLINE_S * 1000

    def test_units_that_carriers_consume_are_the_requests(self) -> None:
        class Bookkeeping(FakeCarrier):
            def rate(self, connection: Connection, request: RateRequest, deadline: Deadline) -> Quote:
                capacity.record("PutItem", 1.5)
                return super().rate(connection, request, deadline)

        market = Market({name: Bookkeeping(Clock()) for name in ("a", "b", "c")})
        with capacity.counting() as consumed:
            market.compare()

        assert (consumed.write_units, consumed.calls) == (4.5, 3)


class Echo(FakeCarrier):
    """Offers a service whose name tells whose credentials and which request it was shown."""

    def rate(self, connection: Connection, request: RateRequest, _deadline: Deadline) -> Quote:
        told = connection.credentials.reveal()
        service = f"{told['account']}/{request.reference}"
        rate = a_rate(service, total_charge=Decimal(1), carrier_id=connection.carrier_id)
        return Quote(rates=(rate,), messages=(Message(message=service),))


class Accounts(FakeRegistry):
    """Two connections an account, each with credentials of its own."""

    def connections(self, tenant: Tenant) -> list[Connection]:
        def credentials(name: str) -> Credentials:
            return Credentials(lambda: {"account": f"{tenant.account_id}-{name}"})

        return [Connection("echo", name, tenant, credentials=credentials(name)) for name in ("east", "west")]


def test_two_hundred_concurrent_ratings_of_two_accounts_never_mix() -> None:
    rates = Rates(Accounts({"echo": Echo(Clock())}), calls=SimultaneousCalls(32))
    everybody = threading.Barrier(20)

    def told(index: int) -> bool:
        tenant = (A_TENANT, ANOTHER_TENANT)[index % 2]
        everybody.wait(PATIENT_S)
        quote = rates.compare(tenant, REQUEST.model_copy(update={"reference": str(index)}), IN_TIME)
        expected = {f"{tenant.account_id}-{name}/{index}" for name in ("east", "west")}
        said = {message.message for message in quote.messages}
        return {rate.service for rate in quote.rates} == expected == said

    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(told, range(200)))

    assert outcomes == [True] * 200


class TestCircuit:
    @pytest.mark.parametrize(("turn", "reason"), [(LATE, "carrier_timeout"), (DOWN, "host_unknown")])
    def test_a_carrier_that_keeps_failing_is_not_asked_for_a_while_and_named(self, turn: Turn, reason: str) -> None:
        market = a_market("good", "bad")
        market.carriers["bad"].will("rate", *[turn] * FAILURES)
        for _ in range(FAILURES):
            market.quote()

        quote = market.compare()

        assert market.calls_of("bad") == FAILURES
        assert [rate.carrier_id for rate in quote.rates] == ["good"]
        (message,) = quote.messages
        assert (message.code, message.level, message.carrier_name) == ("circuit_open", "warning", "bad")
        assert message.details == {"retry_after_s": "30", "last_code": reason}
        assert f"({reason})" in message.message
        assert "30 s" in message.message

    def test_it_is_asked_again_when_its_time_is_over(self) -> None:
        market = a_market("good", "bad")
        market.carriers["bad"].will("rate", *[UNAVAILABLE] * FAILURES)
        for _ in range(FAILURES):
            market.quote()
        market.now_s += OPEN_S

        assert {rate.carrier_id for rate in market.compare().rates} == {"good", "bad"}
        assert codes(market.compare()) == []

    def test_a_hanging_carrier_is_left_alone_too(self) -> None:
        with a_market_with_a_hanging_carrier(deadline_s=0.01) as market:
            for _ in range(FAILURES):
                market.quote()

            assert codes(market.compare()) == [("stuck", "circuit_open")]

    @pytest.mark.parametrize("turn", [REFUSED, OURS, Turn(before=raising(lambda: CarrierRejected("bad credentials")))])
    def test_refusals_and_our_own_faults_do_not_count(self, turn: Turn) -> None:
        market = a_market("good", "bad")
        market.carriers["bad"].will("rate", *[turn] * 10)
        for _ in range(10):
            market.quote()

        assert market.calls_of("bad") == 10

    def test_a_request_that_is_refused_before_any_call_does_not_take_the_probe(self) -> None:
        market = a_market("bad")
        market.carriers["bad"].will("rate", *[UNAVAILABLE] * FAILURES)
        for _ in range(FAILURES):
            market.quote()
        market.now_s += OPEN_S

        with pytest.raises(InvalidRequest):
            market.rates.quote(A_TENANT, REQUEST.model_copy(update={"carrier_ids": ("gone",)}), IN_TIME)

        assert codes(market.compare()) == []

    @pytest.mark.parametrize("other", [LATE, UNAVAILABLE])
    def test_when_nobody_answers_one_left_alone_counts_as_unavailable(self, other: Turn) -> None:
        market = a_market("worse", "bad")
        market.carriers["bad"].will("rate", *[LATE] * FAILURES)
        for _ in range(FAILURES):
            market.quote()
        market.carriers["worse"].will("rate", other)

        with pytest.raises(CarrierUnavailable) as caught:
            market.compare()

        assert [message.carrier_id for message in caught.value.messages] == ["worse", "bad"]

    def test_purchases_and_voids_are_not_stopped_by_it(self) -> None:
        desk = Desk()
        offered = tuple(
            rate.model_copy(update={"carrier_name": "ups", "carrier_id": "ups"}) for rate in desk.carrier.offered
        )
        desk.carrier.inner.offered = offered
        desk.registry.carriers = {"ups": desk.carrier}
        draft = desk.draft()
        desk.carrier.will("rate", *[UNAVAILABLE] * FAILURES)
        for _ in range(FAILURES):
            desk.rates.quote(A_TENANT, REQUEST, IN_TIME)

        bought = desk.buy(draft, GROUND)

        assert codes(desk.rates.quote(A_TENANT, REQUEST, IN_TIME)) == [("ups", "circuit_open")]
        assert desk.cancel(bought).state == "cancelled"
