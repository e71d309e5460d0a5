"""A label that is sold by one request, and printed by a second one that is refused: it stays sold."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from chalicelib.carriers import catalogue
from chalicelib.carriers.gateway.piecewise import adapter_of
from chalicelib.carriers.gateway.sdk import Sdk
from chalicelib.domain.errors import CarrierError, CarrierRejected
from tests.builders import a_rate
from tests.gateway_cases import a_connection, after, failure
from tests.sandbox_cases import a_request
from tests.sdk_cases import an_order
from tests.stand_ins.server import Fault, Reply, StandIn, answers, empty, hangs, html, json_reply

PIN = "329014521622"
SELLS, PRINTS = "/EWS/.*/ShippingService.asmx", "/EWS/.*/ShippingDocumentsService.asmx"
IN_JSON = answers(json_reply({}, 400))
ADDRESS = {"country_code": "CA", "state_code": "ON", "city": "Toronto", "postal_code": "M5V 3L9"}


def answered(errors: str, pin: str) -> Reply:
    sold = f"<ShipmentPIN><Value>{pin}</Value></ShipmentPIN>" if pin else ""
    said = f"<ResponseInformation><Errors>{errors}</Errors></ResponseInformation>{sold}"
    named = f'<CreateShipmentResponse xmlns="http://purolator.com/pws/datatypes/v2">{said}</CreateShipmentResponse>'
    soap = "http://schemas.xmlsoap.org/soap/envelope/"
    body = f'<s:Envelope xmlns:s="{soap}"><s:Body>{named}</s:Body></s:Envelope>'
    return Reply(200, body.encode(), "text/xml")


@pytest.fixture
def purolator() -> Iterator[StandIn]:
    with StandIn() as running:
        running.route("POST", SELLS, lambda _: answered("", PIN))
        running.route("POST", PRINTS, lambda _: Reply(500))
        yield running


def refused_by(purolator: StandIn, *, seconds: float = 5) -> CarrierError:
    credentials = {"username": "u-1", "password": "pass-of-u-1", "account_number": "999", "user_token": "token-of-u-1"}
    connection = a_connection(purolator.url, carrier_name="purolator", carrier_id="p", credentials=credentials)
    sdk = Sdk(allow_private_addresses=True)
    carrier = adapter_of(catalogue.profile("purolator"), sdk, lambda: datetime.now(UTC), os.urandom)
    request = a_request()
    at_home = {
        "shipper": request.shipper.model_copy(update=ADDRESS),
        "recipient": request.recipient.model_copy(update=ADDRESS),
    }
    rate = a_rate("purolator_ground", carrier_name="purolator", carrier_id="p")
    return failure(
        lambda: carrier.buy(connection, an_order(request.model_copy(update=at_home), rate=rate), after(seconds))
    )


@pytest.mark.parametrize(
    "fault",
    [empty(401), empty(403), empty(429), html(404), html(500), html(200), IN_JSON, answers(json_reply({})), hangs],
)
def test_a_sale_whose_document_is_refused_stays_a_sale_with_its_number(purolator: StandIn, fault: Fault):
    purolator.will(fault, at=PRINTS)

    error = refused_by(purolator, seconds=1.5)

    assert error.maybe_done
    assert error.messages[0].details["tracking_number"] == PIN
    assert len(purolator.asked("POST", SELLS)) == 1
    assert len(purolator.asked("POST", PRINTS)) == 1  # not repeated: it is no look


def test_a_refusal_that_comes_with_200_sells_nothing(purolator: StandIn):
    refusal = "<Error><Code>1100140</Code><Description>Invalid postal code</Description></Error>"
    purolator.will(answers(answered(refusal, "")), at=SELLS)

    error = refused_by(purolator)

    assert (type(error), error.maybe_done, error.message) == (CarrierRejected, False, "Invalid postal code")


def test_an_unknown_error_that_comes_with_200_may_have_sold(purolator: StandIn):
    refusal = "<Error><Code>Busy</Code><Description>Later</Description></Error>"
    purolator.will(answers(answered(refusal, "")), at=SELLS)

    assert refused_by(purolator).maybe_done
