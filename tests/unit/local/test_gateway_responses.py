"""What API Gateway says by itself: the contract's envelope, in a form that it can send as it stands."""

import json
import re
from typing import Any

import pytest
from click.testing import CliRunner

from cli.gateway import set_responses
from cli.main import dray
from local.gateway_responses import ERRORS, EXTENSION, as_template, gateway_responses

RESPONSES = gateway_responses()
STATUSES = {
    "UNAUTHORIZED": "401",
    "ACCESS_DENIED": "401",
    "INVALID_API_KEY": "401",
    "INVALID_SIGNATURE": "401",
    "EXPIRED_TOKEN": "401",
    "AUTHORIZER_FAILURE": "503",
    "AUTHORIZER_CONFIGURATION_ERROR": "503",
    "INTEGRATION_TIMEOUT": "503",
    "INTEGRATION_FAILURE": "503",
    "THROTTLED": "429",
    "QUOTA_EXCEEDED": "429",
    "REQUEST_TOO_LARGE": "413",
    "UNSUPPORTED_MEDIA_TYPE": "415",
    "MISSING_AUTHENTICATION_TOKEN": "404",
    "RESOURCE_NOT_FOUND": "404",
    "WAF_FILTERED": "403",
    "DEFAULT_4XX": "400",
    "DEFAULT_5XX": "500",
}


def headers_of(kind: str) -> dict[str, str]:
    parameters: dict[str, str] = RESPONSES[kind]["responseParameters"]
    return {name.removeprefix("gatewayresponse.header."): value for name, value in parameters.items()}


def test_each_kind_has_the_status_of_its_code() -> None:
    assert {kind: response["statusCode"] for kind, response in RESPONSES.items()} == STATUSES


@pytest.mark.parametrize("kind", ERRORS)
def test_the_body_is_the_envelope_in_words_that_nothing_is_put_into(kind: str) -> None:
    template = RESPONSES[kind]["responseTemplates"]["application/json"]

    error = ERRORS[kind]
    assert json.loads(template) == {"error": {"code": error.code, "message": error.message, "details": {}}}
    assert template.isascii()
    assert "$" not in template


@pytest.mark.parametrize("kind", ERRORS)
def test_its_headers_are_fixed_texts_but_for_the_requests_id(kind: str) -> None:
    headers = headers_of(kind)

    assert headers.pop("Request-Id") == "context.requestId"
    assert headers.items() >= {"Cache-Control": "'no-store'", "X-Content-Type-Options": "'nosniff'"}.items()
    assert [value for value in headers.values() if not re.fullmatch("'[^']+'", value)] == []
    assert "Content-Type" not in headers  # that of the template


@pytest.mark.parametrize("kind", ["UNAUTHORIZED", "ACCESS_DENIED"])
def test_who_has_no_valid_key_is_told_how_to_send_one(kind: str) -> None:
    assert headers_of(kind)["WWW-Authenticate"] == "'Bearer realm=\"dray\"'"


@pytest.mark.parametrize("kind", [kind for kind, status in STATUSES.items() if status in {"429", "503"}])
def test_what_may_well_succeed_later_says_when(kind: str) -> None:
    assert headers_of(kind)["Retry-After"] == "'1'"


def test_the_stacks_template_has_them_in_the_apis_definition() -> None:
    assert as_template()["Resources"]["RestAPI"]["Properties"]["DefinitionBody"] == {EXTENSION: RESPONSES}


class FakeApiGateway:
    """One API's responses, and how often they were deployed; the next deployments may be refused."""

    def __init__(self, refusals: int = 0) -> None:
        self.kept: dict[str, dict[str, Any]] = {}
        self.deployed: list[dict[str, dict[str, Any]]] = []
        self._refusals = refusals

    def get_gateway_responses(self, restApiId: str, limit: int) -> dict[str, Any]:  # noqa: N803 - AWS's names
        assert (restApiId, limit) == ("a1", 500)
        return {"items": [{"responseType": kind, **kept} for kind, kept in self.kept.items()]}

    def put_gateway_response(self, restApiId: str, responseType: str, **response: Any) -> None:  # noqa: N803 - AWS's names
        assert restApiId == "a1"
        self.kept[responseType] = response

    def create_deployment(self, restApiId: str, stageName: str, description: str) -> None:  # noqa: N803 - AWS's names
        assert (restApiId, stageName, description) == ("a1", "dev", "Dray's gateway responses")
        if self._refusals:
            self._refusals -= 1
            raise TooManyRequests
        self.deployed.append(dict(self.kept))


class TooManyRequests(Exception):
    """AWS, when it is asked too often."""


def test_what_is_not_as_it_should_be_is_set_and_deployed() -> None:
    gateway = FakeApiGateway()
    gateway.kept = RESPONSES | {"DEFAULT_4XX": RESPONSES["DEFAULT_4XX"] | {"statusCode": "418"}}
    del gateway.kept["THROTTLED"]

    assert set_responses(gateway, "a1", "dev") == ["THROTTLED", "DEFAULT_4XX"]
    assert gateway.deployed == [RESPONSES]


def test_what_was_set_and_never_deployed_is_deployed_by_the_next_run() -> None:
    gateway = FakeApiGateway(refusals=1)
    with pytest.raises(TooManyRequests):
        set_responses(gateway, "a1", "dev")

    assert set_responses(gateway, "a1", "dev") == []
    assert gateway.deployed == [RESPONSES]


def test_a_stage_that_there_is_not_is_refused_before_aws_is_asked() -> None:
    told = CliRunner().invoke(dray, ["gateway", "--stage", "nowhere", "--region", "eu-central-1"])

    assert (told.exit_code, told.output) == (1, "Error: There is no stage 'nowhere'; use one of local, dev, prod.\n")
