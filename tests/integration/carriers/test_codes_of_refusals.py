"""Each code of a refusal that a profile knows, as it comes from the carrier over real HTTP, in Dray's words."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import pytest

from chalicelib.carriers.profiles import canadapost, dhl_express, usps
from chalicelib.domain.errors import CarrierError
from chalicelib.domain.messages import Message
from tests.integration.carriers import canadapost_customers, usps_customers
from tests.integration.carriers.test_dhl_express import customer_of as dhl_customer_of
from tests.integration.carriers.test_dhl_express import within_germany
from tests.stand_ins import canadapost as canadapost_stand_in
from tests.stand_ins import dhl_express as dhl_stand_in
from tests.stand_ins import usps as usps_stand_in
from tests.stand_ins.server import answers, json_reply

SDKS_OWN = "SHIPPING_SDK_"
"""How codes begin that the SDK gives before any call, for what is refused before it is asked."""


def each_of(errors: Iterable[tuple[str, str]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("code", "told"), [pair for pair in errors if not pair[0].startswith(SDKS_OWN)], ids=lambda text: text
    )


def said_by(call: Callable[[], Iterable[Message]]) -> list[tuple[str | None, str]]:
    """What came of a call, as Dray's code and the carrier's own."""
    try:
        messages: Iterable[Message] = call()
    except CarrierError as error:
        messages = error.messages
    return [(message.code, message.details.get("carrier_code", "")) for message in messages]


STATUSES = {"E002": 401, "AA001": 401, "AA002": 401, "AA003": 403, "AA004": 403, "AA005": 403, "AA006": 403}


@each_of((code, told) for code, told in canadapost.ERRORS.items() if code not in ("004", "7292", "8064"))
def test_codes_of_canada_post_when_rating(code: str, told: str) -> None:
    with canadapost_stand_in.CanadaPost() as post:
        customer = canadapost_customers.customer_of(post)
        post.will(answers(canadapost_stand_in.refusal(STATUSES.get(code, 400), code, "In Canada Post's words")))

        found = said_by(lambda: customer.quote(canadapost_customers.a_request()).messages)

        assert (told, code) in found


def test_code_of_canada_post_when_tracking() -> None:
    with canadapost_stand_in.CanadaPost() as post:
        customer = canadapost_customers.customer_of(post)

        found = said_by(lambda: customer.track("7023210039414604").messages)

        assert found == [(canadapost.ERRORS["004"], "004")]


def test_codes_of_canada_post_when_voiding() -> None:
    with canadapost_stand_in.CanadaPost() as post:
        customer = canadapost_customers.customer_of(post)
        sale = customer.buy(customer.order(canadapost_customers.a_request()))
        void = f"/rs/{canadapost_customers.GEARS.number}/{canadapost_customers.GEARS.number}/shipment/[0-9]+"
        post.scan(sale.tracking_numbers[0], "2300", datetime(2026, 11, 23, 16, 30, tzinfo=UTC))
        not_voidable = said_by(lambda: customer.void(sale).messages)
        refused = canadapost_stand_in.refusal(409, "7292", "In Canada Post's words")
        post.will(answers(refused), answers(refused), at=void)
        already_voided = said_by(lambda: customer.void(sale).messages)

        assert not_voidable == [(canadapost.ERRORS["8064"], "8064")]
        assert already_voided == [(canadapost.ERRORS["7292"], "7292")]


@each_of(dhl_express.ERRORS.items())
def test_codes_of_dhl_express(code: str, told: str) -> None:
    with dhl_stand_in.DhlExpress() as dhl:
        customer = dhl_customer_of(dhl)
        dhl.will(answers(dhl_stand_in.refusal("/rates", int(code), "In DHL's words")))

        found = said_by(lambda: customer.quote(within_germany()).messages)

        assert told in [one for one, _ in found]


@each_of(usps.ERRORS.items())
def test_codes_of_usps(code: str, told: str) -> None:
    with usps_stand_in.Usps() as post:
        customer = usps_customers.customer_of(post)
        if code.isdigit():
            post.will(
                *[answers(usps_stand_in.refusal("tracking", int(code), "In USPS's words"))] * 2, at="/tracking/.*"
            )
        else:
            refused = json_reply({"error": code.lower(), "error_description": "In USPS's words"}, 401)
            post.will(answers(refused), at=".*/token")

        found = said_by(lambda: customer.track("9405501").messages)

        assert told in [one for one, _ in found]
