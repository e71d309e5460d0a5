"""What Schemathesis is told beside the document: rules of the contract that no JSON Schema can say."""

import ast
import itertools
import os
import re
import uuid
from collections.abc import Callable
from threading import Lock
from typing import Any

import schemathesis
import schemathesis.transport.asgi  # here, as two workers that import it at the same time, late, trip over each other
from schemathesis import Case, HookContext, Response
from schemathesis.core.failures import Failure
from schemathesis.generation.meta import TestPhase

from chalicelib.domain.customs import CustomsOptions
from chalicelib.domain.options import Options

SAMPLED = {"create_shipment", "rate_shipment"}
"""Operations whose bodies are so large that trying each limit of each field takes thousands of requests."""

EVERY = int(os.environ.get("COVERAGE_EVERY", "30"))
"""Of those, one in so many is sent."""

BEYOND_SCHEMAS = (
    "Must have at most 15 digits",
    "This field is required",
    "Give metadata_key and metadata_value together",
    "Say what to buy: .*",
    "Give selected_rate_id or rate, not both",
    "This time has passed",
    "At the latest in the year 9998",
    "1 to 100 printable characters",
    "The number does not tell its carrier; .*",
    "This number may be one of several carriers'; .*",
    "A label .*needs .*",
    "Lithium batteries are of class 9",
    "The check digit of this GTIN .*",
    "A connection keeps it; .*",
    "Is the built-in sandbox's own; .*",
)
"""Why a request that fits its schema is refused all the same: each a rule of the contract's section Bodies."""

TYPED_OPTIONS = Options.model_fields.keys() | CustomsOptions.model_fields.keys()
"""Any other must be one that a carrier publishes, with a value of its type."""

LARGEST = 1e6
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")

_turns = itertools.count()

_parse, _turn_to_parse = ast.parse, Lock()


def _parse_one_at_a_time(*arguments: Any, **named: Any) -> Any:
    """Parse Python, as Hypothesis does to describe lambdas.

    Two threads that do it at once can make CPython 3.11 fail (https://github.com/python/cpython/issues/106905).
    """
    with _turn_to_parse:
        return _parse(*arguments, **named)


ast.parse = _parse_one_at_a_time


@schemathesis.hook
def filter_case(context: HookContext, case: Case[Any]) -> bool:
    """Send one in `EVERY` of an operation's systematic cases, where there are thousands."""
    del context
    is_systematic = case.meta is not None and case.meta.phase.name == TestPhase.COVERAGE
    is_large = case.operation.definition.raw.get("operationId") in SAMPLED
    return not (is_systematic and is_large) or next(_turns) % EVERY == 0


@schemathesis.hook
def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
    """Let requests that are meant to be good get as far as they can: by values that no schema can tell from others."""
    del context, kwargs
    key = case.headers.get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch("[!-~]{1,255}", key):
        case.headers["Idempotency-Key"] = str(uuid.uuid4())  # under the example's key only the first is carried out
    if case.meta is not None and case.meta.generation.mode.is_positive:
        case.body = _mended(case.body)
        case.query.pop("cursor", None)  # it can't be made up


@schemathesis.hook
def filter_failure(context: HookContext, failure: Failure, case: Case[Any], response: Response) -> bool:
    """Pass over what Schemathesis takes for a failure, and the contract does not."""
    del context
    match type(failure).__name__:
        case "UseAfterFree":  # a cancelled shipment stays to be read; a tracker is gone
            return not case.operation.path.startswith("/v1/shipments/")
        case "AcceptedNegativeData":  # it left out a body that is optional, having found nothing to break
            return "Invalid component: positive test case" not in failure.message
        case "ServerError":  # what the sandbox was asked to play
            return response.status_code not in {502, 504}
        case "RejectedPositiveData":
            return not _is_beyond_schemas(response.json()["error"])
        case _:
            return True


def _is_beyond_schemas(error: dict[str, Any]) -> bool:
    """Return whether only a rule that no schema can say, or the carrier, forbids what was asked."""
    texts = list(error["details"].values())
    is_rule = bool(texts) and all(any(re.fullmatch(rule, text) for rule in BEYOND_SCHEMAS) for text in texts)
    return is_rule or error["code"] == "carrier_rejected"


def _mended(value: Any) -> Any:
    """Return the body with plain text and plain numbers, addresses that need no postal code, parcels of this world."""
    if isinstance(value, str):
        return CONTROL.sub(" ", value)
    if isinstance(value, float):
        return round(min(max(value, -LARGEST), LARGEST), 4)
    if isinstance(value, list):
        return [_mended(part) for part in value]
    if not isinstance(value, dict):
        return value
    mended = {CONTROL.sub(" ", name): _mended(part) for name, part in value.items()}
    if isinstance(mended.get("options"), dict):
        mended["options"] = {name: part for name, part in mended["options"].items() if name in TYPED_OPTIONS}
    for name, mend in _MENDS.items():
        if name in mended:
            mend(mended)
    return mended


def _in_whole_centimetres(parcel: dict[str, Any]) -> None:
    parcel.update(length=30, width=20, height=10, dimension_unit="CM")


def _in_a_packaging_that_there_is(parcel: dict[str, Any]) -> None:
    parcel.update(packaging_type="your_packaging", package_preset="small_box", weight=1)


def _with_every_connection(request: dict[str, Any]) -> None:
    request.update(carrier_ids=[])


def _of_a_service_that_there_is(request: dict[str, Any]) -> None:
    request.update(service="sandbox_ground")


def _fit_for_a_label(address: dict[str, Any]) -> None:
    """In a country without postal codes."""
    address.update(country_code="AE", postal_code=None, state_code=None)
    for name in ("person_name", "address_line1", "city"):
        address[name] = address.get(name) or name


def _of_some_weight(thing: dict[str, Any]) -> None:
    thing.update(weight=1.5, weight_unit="KG")


def _to_the_sandbox(connection: dict[str, Any]) -> None:
    connection.update(carrier_name="sandbox", carrier_id=f"own-{uuid.uuid4().hex}", credentials={})


def _as_the_carrier_is(connection: dict[str, Any]) -> None:
    """With no settings and no narrowing: their names are the carrier's."""
    connection.update({name: None for name in ("config", "capabilities") if name in connection})


_MENDS: dict[str, Callable[[dict[str, Any]], None]] = {
    "country_code": _fit_for_a_label,
    "weight": _of_some_weight,
    "length": _in_whole_centimetres,
    "width": _in_whole_centimetres,
    "height": _in_whole_centimetres,
    "packaging_type": _in_a_packaging_that_there_is,
    "package_preset": _in_a_packaging_that_there_is,
    "service": _of_a_service_that_there_is,
    "carrier_ids": _with_every_connection,
    "credentials": _to_the_sandbox,
    "config": _as_the_carrier_is,
    "capabilities": _as_the_carrier_is,
}
