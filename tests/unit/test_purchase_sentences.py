"""What is told of a purchase: why nothing was bought, and whom to ask while nobody knows what came of it."""

from datetime import timedelta

import pytest

from chalicelib.domain.errors import CarrierError, CarrierRejected
from chalicelib.domain.messages import Message
from chalicelib.domain.purchases import Order, chosen_rate, doubt, waiting_message
from chalicelib.domain.shipments import ShipmentRecord, State
from tests.builders import NOW, a_message, a_rate, a_shipment, an_attempt

RATES = tuple(a_rate(service) for service in ("slow", "air", "ground", "air"))
NOBODY = "No carrier offers a rate for this shipment, so nothing was bought"
LATE = a_message(code="carrier_timeout")


def refused(record: ShipmentRecord, order: Order = Order(rate="cheapest")) -> CarrierError:  # noqa: B008 - a constant
    with pytest.raises(CarrierError) as caught:
        chosen_rate(record, order)

    return caught.value


class TestRefusal:
    @pytest.mark.parametrize(
        ("messages", "told"),
        [
            ((), NOBODY),
            ((a_message(message="It is not sold in MX."),), f"{NOBODY}: It is not sold in MX"),
            ((a_message(message="It is closed."), a_message(message="It is closed")), f"{NOBODY}: It is closed"),
            ((a_message(message="Too far."), a_message(message="Too wide.")), f"{NOBODY}: `messages` says why"),
            ((LATE, LATE), "No carrier answered in time, so nothing was bought; rate again"),
            (
                (LATE, a_message(code="circuit_open")),
                "No carrier could be reached, so nothing was bought; rate again",
            ),
        ],
        ids=["no reason", "one", "the same twice", "several", "all late", "none reached"],
    )
    def test_it_says_why_nobody_offers_anything(self, messages: tuple[Message, ...], told: str) -> None:
        assert refused(a_shipment(rates=(), messages=messages)).message == told

    def test_a_service_that_nobody_offers_is_named_with_those_that_are_offered(self) -> None:
        error = refused(a_shipment(rates=RATES, messages=(a_message(),)), Order(service="teleport"))

        told = "No carrier offers the service 'teleport' for this shipment, so nothing was bought"
        assert error.message == f"{told}; offered are air, ground, slow"
        assert error.messages == (a_message(),)

    def test_without_any_rate_the_service_is_named_with_the_reason(self) -> None:
        error = refused(a_shipment(rates=(), messages=(a_message(message="Not there"),)), Order(service="teleport"))

        told = "No carrier offers the service 'teleport' for this shipment, so nothing was bought"
        assert error.message == f"{told}: Not there"

    @pytest.mark.parametrize("message", [LATE, a_message(code="circuit_open")], ids=["late", "not reached"])
    def test_where_others_did_offer_rates_a_missing_service_is_no_failure_of_theirs(self, message: Message) -> None:
        error = refused(a_shipment(rates=RATES, messages=(message,)), Order(service="teleport"))

        assert type(error) is CarrierRejected


class TestWaitingMessage:
    @pytest.mark.parametrize(
        ("state", "seconds", "code", "told"),
        [
            (
                "purchasing",
                59.9,
                "purchase_in_progress",
                "The carrier ups is being asked for the label; ask again after 09:31:00 UTC",
            ),
            (
                "purchasing",
                60,
                "purchase_unconfirmed",
                "Whether the carrier ups sold the label is not known yet; the next purchase or cancel asks it first",
            ),
            (
                "unconfirmed",
                0,
                "purchase_unconfirmed",
                (
                    "The carrier ups cannot say whether it sold the label; look at your account there, and buy again "
                    "with retry_unconfirmed only if it did not"
                ),
            ),
            (
                "voiding",
                60,
                "void_unconfirmed",
                "Whether the carrier ups voided the label is not known; cancel again to void it",
            ),
        ],
    )
    def test_it_says_which_carrier_and_what_to_do(self, state: State, seconds: float, code: str, told: str) -> None:
        record = a_shipment(state=state, attempt=an_attempt(carrier_name="ups", carrier_id="ups-berlin"))

        assert waiting_message(record, NOW + timedelta(seconds=seconds)) == Message(
            message=told, code=code, level="warning", carrier_name="ups", carrier_id="ups-berlin"
        )

    def test_an_unconfirmed_purchase_is_told_alike_for_ever(self) -> None:
        record = a_shipment(state="unconfirmed", attempt=an_attempt())

        assert waiting_message(record, NOW) == waiting_message(record, NOW + timedelta(hours=1))

    def test_a_void_within_its_lease_is_not_told(self) -> None:
        record = a_shipment(state="voiding", attempt=an_attempt())

        assert waiting_message(record, NOW + timedelta(seconds=59.9)) is None

    @pytest.mark.parametrize("state", ["draft", "created", "cancelled", "needs_attention", "in_transit"])
    def test_nobody_waits_in_any_other_state(self, state: State) -> None:
        record = a_shipment(state=state, attempt=an_attempt())

        assert waiting_message(record, NOW) is None
        assert waiting_message(record, NOW + timedelta(seconds=61)) is None

    @pytest.mark.parametrize("state", ["purchasing", "unconfirmed", "voiding"])
    def test_nobody_waits_for_an_attempt_that_is_not_there(self, state: State) -> None:
        assert waiting_message(a_shipment(state=state), NOW) is None


@pytest.mark.parametrize(("state", "done"), [("purchasing", "sold"), ("voiding", "voided")])
def test_behind_an_error_stands_what_the_carrier_may_have_done_and_when_to_ask(state: State, done: str) -> None:
    told = f"; whether it {done} the label is not known: ask again after 09:31:00 UTC, and it is asked first"

    assert doubt(state, an_attempt()) == told
