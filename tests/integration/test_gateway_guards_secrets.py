"""Secrets: whatever goes wrong, and whatever a carrier repeats, none is in an error, its causes, a repr or a log."""

import base64
import io
import logging
import traceback
from collections.abc import Iterator

import pytest

from chalicelib import logs
from chalicelib.domain.errors import CarrierError
from tests.gateway_cases import RATE_PATH, SECRET, TOKEN_PATH, Ups, a_call, a_connection, an_sdk, failure
from tests.stand_ins.server import Answering, Fault, Handler, Received, answers, html, json_reply, redirect, truncated

CLIENT = "id-of-the-account"
BASIC = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
SECRETS = (SECRET, BASIC, "token-1")


def echoes(status: int) -> Fault:
    """Repeat all that was sent, and the credentials, in an error."""

    def fault(handler: Handler, _: Answering, received: Received) -> None:
        sent = received.headers.get("authorization", "")
        words = f"no: {sent} {received.body.decode()} {SECRET} {CLIENT} A1B2C3"
        handler.send(json_reply({"response": {"errors": [{"code": SECRET, "message": words}]}}, status))

    return fault


FAULTS: dict[str, Fault] = {
    "400": echoes(400),
    "401": echoes(401),
    "429": echoes(429),
    "500": echoes(500),
    "page": html(500),
    "truncated": truncated,
    "redirect": redirect(f"https://{SECRET}.example/?{SECRET}"),
    "odd": answers(json_reply({"RateResponse": {"RatedShipment": [{"Service": SECRET}]}})),
}


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Return all that is logged anywhere, with every error's text."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    places = [logging.getLogger(), logs.logger()]
    levels = [place.level for place in places]
    for place in places:
        place.addHandler(handler)
        place.setLevel(logging.DEBUG)
    yield lines
    for place, level in zip(places, levels, strict=True):
        place.removeHandler(handler)
        place.setLevel(level)


def all_texts(error: BaseException | None) -> str:
    """Return all that an error and whatever led to it say, also what a traceback would leave out."""
    texts = []
    while error is not None:
        texts += ["".join(traceback.format_exception(error)), repr(error), str(vars(error))]
        error = error.__cause__ or error.__context__
    return "\n".join(texts)


@pytest.mark.parametrize("place", [TOKEN_PATH, "/api/.*"])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("operation", ["rate", "ship"])
def test_no_secret_is_told(operation: str, fault: Fault, place: str, log: io.StringIO):
    with Ups() as ups:
        ups.will(fault, fault, at=place)

        try:
            told = repr(a_call(ups.url, operation))  # type: ignore[arg-type]
        except CarrierError as error:
            told = all_texts(error) + str(error.messages)

    assert [secret for secret in SECRETS if secret in told + log.getvalue()] == []


def test_the_words_around_a_secret_are_kept():
    with Ups() as ups:
        ups.will(echoes(401), at=RATE_PATH)

        error = failure(lambda: a_call(ups.url))

    assert error.message.startswith("UPS refused the credentials (401). It said: no: Bearer [hidden]")


def test_credentials_that_are_no_secrets_stay_readable():
    with Ups() as ups:
        ups.will(echoes(400), at=RATE_PATH)

        said = a_call(ups.url).messages[0]["message"]

    assert said.endswith(f"[hidden] {CLIENT} A1B2C3")


def test_what_a_carrier_says_is_a_sentence_before_the_next():
    with Ups() as ups:
        ups.will(
            answers(json_reply({"response": {"errors": [{"message": "ClientId is Invalid"}]}}, 401)), at=TOKEN_PATH
        )

        error = failure(lambda: a_call(ups.url))

    assert "It said: ClientId is Invalid. Check the connection's credentials" in error.message


def test_what_the_gateway_holds_shows_no_secret():
    sdk = an_sdk()
    with Ups() as ups:
        connection = a_connection(ups.url)
        a_call(ups.url, sdk=sdk, connection=connection)

    shown = repr(sdk) + repr(vars(sdk)) + repr(sdk._tokens._all) + repr(list(sdk._tokens._all)) + repr(connection)
    assert [secret for secret in SECRETS if secret in shown] == []


def test_a_credential_that_cannot_be_a_header_is_not_repeated():
    credentials = {"client_id": CLIENT, "client_secret": "s3cret\r\nX-Forged: 1"}
    with Ups() as ups:
        connection = a_connection(
            ups.url, credentials=credentials, config={"server_url": ups.url, "merchant_id": f"{SECRET}\n"}
        )

        error = failure(lambda: a_call(ups.url, connection=connection))

    assert [secret for secret in (*SECRETS, "s3cret") if secret in all_texts(error)] == []
