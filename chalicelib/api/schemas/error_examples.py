"""Examples of errors: one of each class, as a customer may meet it; they take place where `examples` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.api.bodies import MOST_BYTES, REQUIRED
from chalicelib.api.schemas.examples import PATH_PARAMETERS
from chalicelib.domain import errors
from chalicelib.domain.messages import Message

if TYPE_CHECKING:
    from chalicelib.domain.errors import DrayError

REFUSAL = Message(
    message="A parcel weighs 82 kg; the sandbox carries up to 70 kg",
    code="too_heavy",
    details={"parcel": "0"},
    carrier_name="sandbox",
    carrier_id="sandbox",
)
FAILURE = Message(
    message="The carrier sandbox did not answer in time",
    code="carrier_timeout",
    carrier_name="sandbox",
    carrier_id="sandbox",
)


def examples() -> tuple[DrayError, ...]:
    """Return one error of each class that has a code of its own."""
    return (*_of_requests(), *_of_objects(), *_of_carriers(), *_of_repetitions())


def _of_requests() -> tuple[DrayError, ...]:
    return (
        errors.InvalidRequest(
            "The shipment could not be created due to missing required fields", {"recipient": REQUIRED}
        ),
        errors.PayloadTooLarge(f"The body is larger than {MOST_BYTES // 1024} KB"),
        errors.UnsupportedMediaType("The body must be JSON: send it with Content-Type: application/json"),
        errors.Unauthorized("Send a valid API key: Authorization: Bearer dray_…"),
        errors.Forbidden("A key with the role 'read_only' may not do this"),
        errors.NotFound("There is no such shipment"),
        errors.MethodNotAllowed("PUT", ("GET", "PATCH", "DELETE")),
        errors.RateLimited("This API key may make 100 requests a minute; try again in 1 s", 1),
        errors.Unavailable("The database is busy; ask again", 1),
        errors.DrayError("Something went wrong on our side; the request id finds it in our logs"),
    )


def _of_objects() -> tuple[DrayError, ...]:
    return (
        errors.Conflict("This shipment is cancelled; create a new one"),
        errors.PurchaseInProgress("This shipment is being bought or voided right now; ask again", 42),
        errors.PurchaseUnconfirmed(
            "sandbox cannot say whether it sold the label; look at your account there, and buy again with "
            "retry_unconfirmed only if it did not"
        ),
        errors.RateUnavailable("This rate is not one of the shipment's any more; choose one of its rates"),
    )


def _of_carriers() -> tuple[DrayError, ...]:
    told = (
        errors.CarrierRejected("The sandbox does not sell this label", (REFUSAL,)),
        errors.CarrierUnavailable("No carrier could be reached", (FAILURE,)),
        errors.CarrierTimeout("No carrier answered in time", (FAILURE,)),
    )
    for error in told:
        error.shipment_id = PATH_PARAMETERS["shipment_id"]
    return told


def _of_repetitions() -> tuple[DrayError, ...]:
    return (
        errors.IdempotencyInFlight("The first request with this Idempotency-Key is still running; ask again", 2),
        errors.IdempotencyMismatch("This Idempotency-Key was used for another request"),
    )
