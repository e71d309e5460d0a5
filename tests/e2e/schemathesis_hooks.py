"""What Schemathesis is told beside the document (by SCHEMATHESIS_HOOKS): rules that no JSON Schema can say."""

import itertools
import os
import re
import uuid
from typing import Any

import schemathesis
from schemathesis import Case, HookContext, Response
from schemathesis.checks import Failure

SAMPLED = {"create_shipment", "update_shipment", "compare_rates"}
"""Operations whose bodies are so large that trying each limit of each field takes thousands of requests."""

EVERY = int(os.environ.get("COVERAGE_EVERY", "1"))
"""Of those, one in so many is sent."""

BEYOND_SCHEMAS = re.compile(
    "|".join(
        (
            "Remove the control characters",
            "Must have at most 15 digits",
            "This is (lighter|heavier|longer) than .*",
            "Give length, width and height together",
            "This field is required( with length, width and height)?",
            "Give metadata_key and metadata_value together",
            ".* is not a (postal code|state) of .*",
            "Say what to buy: .*",
            "Use a cursor of this very list, .*",
            "There is no active connection with this carrier_id",
            "This time has passed",
            "At the latest in the year 9998",
            "1 to 100 printable characters",
            "The number does not tell its carrier; .*",
            "This number may be one of several carriers'; .*",
            "A label .*needs .*",
        )
    )
)
"""Why a request that fits its schema is refused all the same: each a rule of the contract's section Bodies."""

_turns = itertools.count()


@schemathesis.hook
def filter_case(context: HookContext, case: Case) -> bool:
    """Send one in `EVERY` of an operation's cases, where there are thousands."""
    del context
    is_sampled = case.operation.definition.raw.get("operationId") in SAMPLED
    return not is_sampled or next(_turns) % EVERY == 0


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Give each request an idempotency key of its own: under the example's key only the first would be carried out."""
    del context, kwargs
    key = case.headers.get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch("[!-~]{1,255}", key):
        case.headers["Idempotency-Key"] = str(uuid.uuid4())


@schemathesis.hook
def filter_failure(context: HookContext, failure: Failure, case: Case, response: Response) -> bool:
    """Accept that a request is refused which only a rule beyond schemas forbids, or the carrier."""
    del context, case
    if type(failure).__name__ != "RejectedPositiveData":
        return True
    error = response.json()["error"]
    if error["code"] == "carrier_rejected":
        return False
    texts = list(error["details"].values())
    return not texts or not all(BEYOND_SCHEMAS.fullmatch(text) for text in texts)
