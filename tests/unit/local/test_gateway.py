"""The gateway: paths and verbs, keys and failures are answered as in AWS, in the contract's words."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from chalice.app import AuthRequest, AuthResponse, Chalice, Response

from local.gateway import Gateway, GatewayAnswer, GatewayRequest

KEY = {"authorization": "Bearer good"}
KNOWN = {"Bearer good": ["*"], "Bearer bad": [], "Basic bad": [], "bad": []}
"""What the stand-in's authorizer allows; it fails for every other token."""


def a_request(method: str, path: str, **changes: Any) -> GatewayRequest:
    raw_path, _, raw_query = path.partition("?")
    fields: dict[str, Any] = {
        "id": "request-1",
        "method": method,
        "raw_path": raw_path,
        "raw_query": raw_query,
        "headers": {},
        "body": b"",
        "client_ip": "127.0.0.1",
    }
    fields |= changes
    return GatewayRequest(**(fields | {"headers": {"host": "localhost", **fields["headers"]}}))


def an_app() -> Chalice:
    """A small app with every kind of route."""
    app = Chalice(app_name="stand-in")
    app.api.binary_types = ["application/pdf"]

    @app.authorizer()
    def authorize(request: AuthRequest) -> AuthResponse:
        return AuthResponse(routes=[*KNOWN[request.token]], principal_id="somebody", context={"account": "acc_1"})

    @app.route("/things/{thing}", methods=["GET"], authorizer=authorize)
    def thing(thing: str) -> Response:
        request = app.current_request
        assert request is not None
        return Response({"thing": thing, "context": request.context, "query": request.query_params})

    @app.route("/things/first", methods=["GET"])
    def first() -> dict[str, str]:
        return {"thing": "the fixed one"}

    @app.route("/fails", methods=["GET"])
    def fails() -> Response:
        return Response("text", headers={"Content-Type": "application/pdf"})  # Chalice can't make bytes of it

    @app.route("/cookies", methods=["GET"])
    def cookies() -> Response:
        return Response("{}", headers={"Set-Cookie": ["a=1", "b=2"]})

    return app


@pytest.fixture
def gateway(tmp_path: Path) -> Gateway:
    return Gateway(an_app(), tmp_path)


def body_of(answer: GatewayAnswer) -> Any:
    return json.loads(answer.body)


def code_of(answer: GatewayAnswer) -> str:
    return str(body_of(answer)["error"]["code"])


def test_path_parameters_are_decoded(gateway: Gateway) -> None:
    answer = gateway.answer(a_request("GET", "/things/a%2Fb%20c", headers=KEY))

    assert body_of(answer)["thing"] == "a/b c"


def test_the_raw_path_is_kept(gateway: Gateway) -> None:
    answer = gateway.answer(a_request("GET", "/things/a%2Fb", headers=KEY))

    assert body_of(answer)["context"]["path"] == "/things/a%2Fb"


def test_a_fixed_word_goes_before_a_parameter(gateway: Gateway) -> None:
    assert body_of(gateway.answer(a_request("GET", "/things/first"))) == {"thing": "the fixed one"}


def test_a_slash_at_the_end_makes_no_difference(gateway: Gateway) -> None:
    assert gateway.answer(a_request("GET", "/things/first/")).status == 200


def test_repeated_query_parameters_all_arrive() -> None:
    app = an_app()

    @app.route("/query", methods=["GET"])
    def query() -> dict[str, Any]:
        assert app.current_request is not None
        assert app.current_request.query_params is not None
        return {"a": app.current_request.query_params.getlist("a")}

    answer = Gateway(app, Path()).answer(a_request("GET", "/query?a=1&a=&b=2"))

    assert body_of(answer) == {"a": ["1", ""]}


def test_the_authorizers_context_reaches_the_view(gateway: Gateway) -> None:
    answer = gateway.answer(a_request("GET", "/things/1", headers=KEY))

    assert body_of(answer)["context"]["authorizer"] == {"account": "acc_1", "principalId": "somebody"}


@pytest.mark.parametrize("header", [None, "Bearer bad", "Basic bad", "bad"])
def test_without_a_valid_key_it_is_401_with_a_challenge(gateway: Gateway, header: str | None) -> None:
    headers = {} if header is None else {"authorization": header}

    answer = gateway.answer(a_request("GET", "/things/1", headers=headers))

    assert (answer.status, code_of(answer)) == (401, "unauthorized")
    assert body_of(answer)["error"]["message"] == "Send a valid API key: Authorization: Bearer dray_\u2026"
    assert dict(answer.headers)["WWW-Authenticate"].startswith("Bearer")
    assert dict(answer.headers)["Request-Id"] == "request-1"


def test_an_authorizer_that_fails_is_503_with_a_time(gateway: Gateway) -> None:
    answer = gateway.answer(a_request("GET", "/things/1", headers={"authorization": "Bearer unheard of"}))

    assert (answer.status, code_of(answer)) == (503, "unavailable")
    assert dict(answer.headers)["Retry-After"] == "1"


def test_an_unknown_path_is_404(gateway: Gateway) -> None:
    answer = gateway.answer(a_request("GET", "/no/such/thing"))

    assert (answer.status, code_of(answer)) == (404, "not_found")


def test_an_unknown_path_of_any_depth_goes_to_the_catch_all() -> None:
    app = an_app()
    app.route("/{proxy+}", methods=["GET"], name="rest")(lambda **path: Response({"rest": path}, status_code=404))

    answer = Gateway(app, Path()).answer(a_request("GET", "/no/such/thing"))

    assert body_of(answer) == {"rest": {}}


def test_a_problem_document_is_answered_when_asked_for(gateway: Gateway) -> None:
    answer = gateway.answer(a_request("GET", "/nothing", headers={"accept": "application/problem+json"}))

    assert dict(answer.headers)["Content-Type"] == "application/problem+json"
    assert body_of(answer)["status"] == 404


def test_what_the_app_can_not_answer_is_500_in_the_envelope(gateway: Gateway) -> None:
    answer = gateway.answer(a_request("GET", "/fails", headers={"accept": "application/pdf"}))

    assert (answer.status, code_of(answer)) == (500, "internal_error")


def test_a_header_of_several_values_is_several_headers(gateway: Gateway) -> None:
    answer = gateway.answer(a_request("GET", "/cookies"))

    assert [value for name, value in answer.headers if name == "Set-Cookie"] == ["a=1", "b=2"]


def test_requests_side_by_side_keep_their_own_context() -> None:
    app, meeting = an_app(), threading.Barrier(2)

    @app.route("/meet/{name}", methods=["GET"])
    def meet(name: str) -> dict[str, Any]:
        mine = app.lambda_context.aws_request_id
        meeting.wait(10)
        return {"name": name, "same": mine == app.lambda_context.aws_request_id}

    gateway = Gateway(app, Path())
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda name: body_of(gateway.answer(a_request("GET", f"/meet/{name}"))), "ab"))

    assert answers == [{"name": "a", "same": True}, {"name": "b", "same": True}]
