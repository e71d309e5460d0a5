"""What API Gateway answers by itself, where the app is not reached: the contract's envelope instead of its own words.

`python -m local.gateway_responses` prints what `chalice package --merge-template` adds to the stack, `./dray gateway`
sets them on an API that `chalice deploy` made. Which types there are, and when each is used, is told by
https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html. A type that is not
among them falls to `DEFAULT_4XX` or `DEFAULT_5XX`.
"""

import json
from typing import Any

from chalicelib.api.errors import envelope
from chalicelib.api.headers import SAFE
from chalicelib.domain.errors import (
    DrayError,
    Forbidden,
    InvalidRequest,
    NotFound,
    PayloadTooLarge,
    RateLimited,
    Unauthorized,
    Unavailable,
    UnsupportedMediaType,
)

EXTENSION = "x-amazon-apigateway-gateway-responses"
"""Where an OpenAPI document holds them for API Gateway: so they are part of each deployment of it."""

REQUEST_ID = "context.requestId"
"""API Gateway's own id of the request, which its logs and the app's name too."""


def no_valid_key() -> Unauthorized:
    """Return one error for no key, another scheme and a key that is denied: nothing of what was sent is told."""
    return Unauthorized("Send a valid API key: Authorization: Bearer dray_…")


def keys_unreadable() -> Unavailable:
    """Return the error of an authorizer that could not look."""
    return Unavailable("API keys can't be checked at the moment; try again", retry_after_s=1)


def _no_answer() -> Unavailable:
    """Return the error of a request of which nobody knows how far it came."""
    words = "There was no answer, and the request may have been carried out; a POST is repeated by its Idempotency-Key"
    return Unavailable(words, retry_after_s=1)


def _no_such_path() -> NotFound:
    return NotFound("There is no such path, or it has no such method")


def _too_many() -> RateLimited:
    return RateLimited("Too many requests for this installation of Dray; try again", retry_after_s=1)


ERRORS: dict[str, DrayError] = {
    "UNAUTHORIZED": no_valid_key(),
    "ACCESS_DENIED": no_valid_key(),  # bad keys are all that the authorizer denies
    "INVALID_API_KEY": no_valid_key(),
    "INVALID_SIGNATURE": no_valid_key(),
    "EXPIRED_TOKEN": no_valid_key(),
    "AUTHORIZER_FAILURE": keys_unreadable(),
    "AUTHORIZER_CONFIGURATION_ERROR": keys_unreadable(),
    "INTEGRATION_TIMEOUT": _no_answer(),
    "INTEGRATION_FAILURE": _no_answer(),
    "THROTTLED": _too_many(),
    "QUOTA_EXCEEDED": _too_many(),
    "REQUEST_TOO_LARGE": PayloadTooLarge("The body is too large for any request here"),
    "UNSUPPORTED_MEDIA_TYPE": UnsupportedMediaType("Send the body as application/json"),
    "MISSING_AUTHENTICATION_TOKEN": _no_such_path(),
    "RESOURCE_NOT_FOUND": _no_such_path(),
    "WAF_FILTERED": Forbidden("This installation of Dray is told not to let this request in"),
    "DEFAULT_4XX": InvalidRequest("The request can't be read; see that it is HTTP with a JSON body"),
    "DEFAULT_5XX": DrayError("Something went wrong on our side; the request id finds it in our logs"),
}


def gateway_responses() -> dict[str, dict[str, Any]]:
    """Return each type's answer: `statusCode`, `responseParameters` and `responseTemplates`."""
    return {kind: _response(error) for kind, error in ERRORS.items()}


def _response(error: DrayError) -> dict[str, Any]:
    status, headers, body = envelope(error, REQUEST_ID)
    fixed = SAFE | {name: value for name, value in headers.items() if name not in {"Content-Type", "Request-Id"}}
    named = {name: f"'{value}'" for name, value in fixed.items()} | {"Request-Id": REQUEST_ID}
    return {
        "statusCode": str(status),
        "responseParameters": {f"gatewayresponse.header.{name}": value for name, value in named.items()},
        "responseTemplates": {"application/json": json.dumps(json.loads(body))},  # in ASCII, whatever reads it
    }


def as_template() -> dict[str, Any]:
    """Return what is merged into the stack's template."""
    return {"Resources": {"RestAPI": {"Properties": {"DefinitionBody": {EXTENSION: gateway_responses()}}}}}


if __name__ == "__main__":
    print(json.dumps(as_template(), indent=2))
