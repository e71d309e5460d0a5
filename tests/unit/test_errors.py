"""Errors on the wire: the contract's statuses and codes, its envelope, and nothing internal."""

import importlib
import json
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from chalice.app import CaseInsensitiveMapping, Request

import chalicelib
from chalicelib import logs
from chalicelib.api.errors import PROBLEM, STATUS, TITLES, envelope, status_of
from chalicelib.api.routing import answered, refused, unknown_path
from chalicelib.domain import errors
from chalicelib.domain.errors import (
    CarrierError,
    CarrierRejected,
    CarrierTimeout,
    CarrierUnavailable,
    Conflict,
    DrayError,
    IdempotencyInFlight,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    PurchaseInProgress,
    RateLimited,
    Unauthorized,
    Unavailable,
    naming_shipment,
)
from chalicelib.wiring import services
from tests.builders import a_message

CONTRACT = {
    "invalid_request": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "conflict": 409,
    "purchase_in_progress": 409,
    "purchase_unconfirmed": 409,
    "rate_unavailable": 409,
    "idempotency_in_flight": 409,
    "payload_too_large": 413,
    "unsupported_media_type": 415,
    "carrier_rejected": 422,
    "idempotency_mismatch": 422,
    "rate_limited": 429,
    "internal_error": 500,
    "carrier_unavailable": 502,
    "unavailable": 503,
    "carrier_timeout": 504,
}
"""The contract's table: each code and its status."""

SECRET_TEXT = "password of the table at 10.0.0.7"


def all_errors() -> list[type[DrayError]]:
    for module in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
        importlib.import_module(module.name)
    ours = {error for error in subclasses(DrayError) if error.__module__.startswith("chalicelib.")}
    return sorted({DrayError, *ours}, key=lambda error: error.__qualname__)


def subclasses(error: type[DrayError]) -> Iterator[type[DrayError]]:
    for below in error.__subclasses__():
        yield below
        yield from subclasses(below)


class Asked:
    """As much of a request as answering needs."""

    def __init__(self, accept: str | None) -> None:
        self.context = {"requestId": "req-1"}
        self.headers = CaseInsensitiveMapping({} if accept is None else {"Accept": accept})


def a_request(accept: str | None = None) -> Request:
    return cast("Request", Asked(accept))


@pytest.fixture
def public_url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address that links begin with, by a setting."""
    settings = {"TABLE_PREFIX": "x-", "AWS_REGION": "x", "PUBLIC_URL": "https://api.example.com"}
    for name, value in (
        settings | {"LABEL_BUCKET": "x", "KMS_KEY_ID": "x", "LABEL_FOLDER": "", "KEY_FILE": ""}
    ).items():
        monkeypatch.setenv(name, value)
    services.cache_clear()
    yield settings["PUBLIC_URL"]
    services.cache_clear()


def told(error: DrayError, accept: str = "") -> dict[str, Any]:
    body: dict[str, Any] = json.loads(envelope(error, "req-1", accept)[2])
    return body


def headers(error: DrayError) -> dict[str, str]:
    return envelope(error, "req-1")[1]


class TestTable:
    @pytest.mark.parametrize("error", all_errors(), ids=lambda error: error.__qualname__)
    def test_each_error_has_the_contracts_code_and_its_status(self, error: type[DrayError]) -> None:
        assert CONTRACT[error.code] == status_of(error)

    def test_each_code_of_the_contract_is_some_errors(self) -> None:
        assert {error.code for error in all_errors()} == CONTRACT.keys()

    def test_each_status_has_its_name(self) -> None:
        assert TITLES.keys() == set(STATUS.values()) == set(CONTRACT.values())

    def test_each_error_stands_in_the_tree_that_the_module_draws(self) -> None:
        assert errors.__doc__ is not None
        for error in all_errors():
            if error.__module__ == errors.__name__:
                assert error.__name__ in errors.__doc__


class TestEnvelope:
    def test_it_is_code_message_and_details(self) -> None:
        error = InvalidRequest(
            "The shipment could not be created due to missing required fields", {"recipient": "This field is required"}
        )

        status, sent, body = envelope(error, "req-1")

        assert status == 400
        assert sent == {"Content-Type": "application/json", "Request-Id": "req-1"}
        assert json.loads(body) == {
            "error": {
                "code": "invalid_request",
                "message": "The shipment could not be created due to missing required fields",
                "details": {"recipient": "This field is required"},
            }
        }

    def test_carriers_words_and_the_stored_shipment_are_in_it(self) -> None:
        error = CarrierRejected("The carrier refuses", (a_message(),))
        error.shipment_id = "shp_1"

        inside = told(error)["error"]

        assert inside["shipment_id"] == "shp_1"
        (message,) = inside["messages"]
        assert message.keys() == {"message", "code", "level", "details", "carrier_name", "carrier_id"}
        assert message["message"] == "The sandbox refuses this"

    def test_where_no_carrier_spoke_there_are_no_words_and_no_shipment(self) -> None:
        error = Conflict("Somebody was faster")

        assert error.messages == ()
        assert told(error)["error"].keys() == {"code", "message", "details"}

    def test_any_text_is_utf_8(self) -> None:
        assert "é 漢" in envelope(NotFound("é 漢"), "r")[2].decode()

    @pytest.mark.parametrize("accept", [PROBLEM, f"text/html, {PROBLEM}; q=0.9", PROBLEM.upper()])
    def test_on_demand_it_is_a_problem_document(self, accept: str) -> None:
        error = CarrierTimeout("Nobody answered", (a_message(),))
        error.shipment_id = "shp_1"

        status, sent, body = envelope(error, "req-1", accept)

        problem = json.loads(body)
        assert (status, sent["Content-Type"], sent["Request-Id"]) == (504, PROBLEM, "req-1")
        assert (problem["type"], problem["title"], problem["status"]) == ("about:blank", "Gateway Timeout", 504)
        assert (problem["detail"], problem["instance"]) == ("Nobody answered", "urn:request:req-1")
        assert (problem["code"], problem["details"], problem["shipment_id"]) == ("carrier_timeout", {}, "shp_1")
        assert problem["messages"] == told(error)["error"]["messages"]
        assert "message" not in problem

    @pytest.mark.parametrize("accept", ["", "*/*", "application/json", "text/html"])
    def test_otherwise_it_is_the_envelope(self, accept: str) -> None:
        assert told(NotFound("no"), accept).keys() == {"error"}


class TestHeaders:
    def test_a_401_says_how_to_authenticate(self) -> None:
        assert headers(Unauthorized("no"))["WWW-Authenticate"].startswith("Bearer")
        assert "WWW-Authenticate" not in headers(NotFound("no"))

    def test_a_405_says_what_is_allowed(self) -> None:
        error = MethodNotAllowed("PUT", ["GET", "POST"])

        assert headers(error)["Allow"] == "GET, POST"
        assert error.message == "PUT is not allowed here; use one of GET, POST"
        assert MethodNotAllowed("GET", ["POST"]).message == "GET is not allowed here; use POST"

    @pytest.mark.parametrize("kind", [RateLimited, Unavailable, PurchaseInProgress, IdempotencyInFlight])
    def test_what_passes_says_when_to_come_again(self, kind: Callable[[str, int], DrayError]) -> None:
        error = kind("Not now", 7)

        assert error.message == "Not now"
        assert headers(error)["Retry-After"] == "7"

    def test_what_is_out_of_reach_is_tried_again_after_a_second(self) -> None:
        assert headers(Unavailable("Not now"))["Retry-After"] == "1"

    def test_what_does_not_pass_names_no_time(self) -> None:
        assert "Retry-After" not in headers(Conflict("no"))


class TestAnswered:
    def test_an_unexpected_errors_text_never_reaches_the_answer(self, caplog: pytest.LogCaptureFixture) -> None:
        def view() -> Any:
            raise RuntimeError(SECRET_TEXT)

        response = answered(a_request(), view)

        assert response.status_code == 500
        assert json.loads(response.body)["error"]["code"] == "internal_error"
        assert SECRET_TEXT not in response.body + str(response.headers)
        assert response.headers["Request-Id"] == "req-1"
        assert "unexpected error" in caplog.text

    @pytest.mark.usefixtures("caplog")
    def test_an_unexpected_error_about_a_stored_shipment_names_it(self, public_url: str) -> None:
        def view() -> Any:
            with naming_shipment("shp_1"):
                raise RuntimeError(SECRET_TEXT)

        response = answered(a_request(), view)

        assert json.loads(response.body)["error"]["shipment_id"] == "shp_1"
        assert response.headers["Location"] == f"{public_url}/v1/shipments/shp_1"

    def test_our_own_errors_are_told_as_they_are_and_noted(self) -> None:
        logs.start_request(request_id="req-1")

        response = refused(a_request(PROBLEM), Conflict("Somebody was faster"))

        assert (response.status_code, response.headers["Content-Type"]) == (409, PROBLEM)
        assert json.loads(response.body)["detail"] == "Somebody was faster"

    def test_an_unknown_path_is_not_found(self) -> None:
        assert status_of(type(unknown_path("GET"))) == 404


@pytest.mark.parametrize("kind", [CarrierRejected, CarrierUnavailable, CarrierTimeout])
def test_a_carrier_that_failed_did_nothing_unless_that_is_said(kind: type[CarrierError]) -> None:
    assert kind("It failed").maybe_done is False
    assert kind("It failed", maybe_done=True).maybe_done is True


class TestNamingShipment:
    @pytest.mark.parametrize("error", [Conflict("no"), RuntimeError("no"), KeyboardInterrupt()])
    def test_whatever_leaves_the_block_names_the_shipment(self, error: BaseException) -> None:
        with pytest.raises(type(error)) as caught, naming_shipment("shp_1"):
            raise error

        assert vars(caught.value)["shipment_id"] == "shp_1"

    def test_what_is_not_found_names_no_shipment(self) -> None:
        with pytest.raises(NotFound) as caught, naming_shipment("shp_1"):
            raise NotFound("There is no such shipment")

        assert caught.value.shipment_id is None

    def test_nothing_is_caught_where_nothing_goes_wrong(self) -> None:
        with naming_shipment("shp_1"):
            pass
