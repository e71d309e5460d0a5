"""What can go wrong, as one small tree; a class says what happened, never how HTTP spells it.

DrayError
├── InvalidRequest               the request itself is wrong; nothing happened
│   ├── PayloadTooLarge
│   └── UnsupportedMediaType
├── IdempotencyMismatch          the same idempotency key, another request
├── Unauthorized                 no valid key
├── Forbidden                    a valid key whose role does not allow it
├── NotFound                     unknown here, or somebody else's: the same to the caller
│   └── MethodNotAllowed
├── Conflict                     the object's state forbids it
│   ├── ChangedMeanwhile         somebody else changed it first
│   ├── PurchaseInProgress
│   ├── PurchaseUnconfirmed
│   ├── RateUnavailable
│   └── IdempotencyInFlight
├── CarrierError                 the carrier's side
│   ├── CarrierRejected          it said no, in its own words
│   ├── CarrierUnavailable       it failed; nothing was bought, or the message says so
│   └── CarrierTimeout           it was late; nothing was bought, or the message says so
├── RateLimited                  the key's bucket is empty (BucketEmpty in `token_bucket` tells its state)
└── Unavailable                  ours, for the moment
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chalicelib.domain.messages import Message


class DrayError(Exception):
    """An error with a code for programs, a sentence for people and, by field path, what is wrong where."""

    code: ClassVar[str] = "internal_error"

    def __init__(self, message: str, details: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, str] = dict(details or {})
        self.shipment_id: str | None = None
        """The shipment that was stored before this went wrong, so that nobody starts a second one in the dark."""
        self.messages: Sequence[Message] = ()
        """Carriers' own words, where carriers spoke."""


class naming_shipment:  # noqa: N801 - reads as a statement
    """A `with` block that names the shipment in whatever leaves it, unforeseen errors and our own alike."""

    def __init__(self, shipment_id: str) -> None:
        self._shipment_id = shipment_id

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Name the shipment and let the error go on."""
        if error is not None and not isinstance(error, NotFound):
            vars(error)["shipment_id"] = self._shipment_id


class InvalidRequest(DrayError):
    """A missing, unknown or wrong field or parameter, or a body that is not JSON."""

    code = "invalid_request"


class PayloadTooLarge(InvalidRequest):
    """The body is over the contract's size limit."""

    code = "payload_too_large"


class UnsupportedMediaType(InvalidRequest):
    """The body is not declared as JSON."""

    code = "unsupported_media_type"


class IdempotencyMismatch(DrayError):
    """The idempotency key was used for another request."""

    code = "idempotency_mismatch"


class Unauthorized(DrayError):
    """No, a malformed, an unknown, an expired or a revoked key."""

    code = "unauthorized"


class Forbidden(DrayError):
    """The key is valid and its role does not allow this."""

    code = "forbidden"


class NotFound(DrayError):
    """There is no such path or object for this caller."""

    code = "not_found"


class MethodNotAllowed(NotFound):
    """The path exists, with other methods."""

    code = "method_not_allowed"

    def __init__(self, method: str, allow: Sequence[str]) -> None:
        others = allow[0] if len(allow) == 1 else f"one of {', '.join(allow)}"
        super().__init__(f"{method} is not allowed here; use {others}")
        self.allow = tuple(allow)


class Conflict(DrayError):
    """The object's state forbids it, or somebody else changed the object first."""

    code = "conflict"


class ChangedMeanwhile(Conflict):
    """Somebody else changed the object first; the same request may well succeed."""


class PurchaseInProgress(Conflict):
    """A purchase or void of this shipment is under way; ask again after `retry_after_s`."""

    code = "purchase_in_progress"

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class PurchaseUnconfirmed(Conflict):
    """Whether the carrier sold the label is not known; only an explicit retry buys again."""

    code = "purchase_unconfirmed"


class RateUnavailable(Conflict):
    """The chosen rate is no longer one of the shipment's."""

    code = "rate_unavailable"


class IdempotencyInFlight(Conflict):
    """The first request under this idempotency key still runs; ask again after `retry_after_s`."""

    code = "idempotency_in_flight"

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class CarrierError(DrayError):
    """A carrier's side failed; `messages` holds its words.

    `maybe_done` says that the carrier may have carried the request out although no answer came back.
    """

    code = "carrier_unavailable"

    def __init__(self, message: str, messages: Sequence[Message] = (), *, maybe_done: bool = False) -> None:
        super().__init__(message)
        self.messages = tuple(messages)
        self.maybe_done = maybe_done


class CarrierRejected(CarrierError):
    """The carrier refused, in its own words: nothing was bought."""

    code = "carrier_rejected"


class CarrierUnavailable(CarrierError):
    """The carrier failed or could not be reached."""

    code = "carrier_unavailable"


class CarrierTimeout(CarrierError):
    """The carrier did not answer in time."""

    code = "carrier_timeout"


class RateLimited(DrayError):
    """The key's bucket is empty; there is a token again after `retry_after_s`."""

    code = "rate_limited"

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Unavailable(DrayError):
    """Something of ours is out of reach for the moment; ask again after `retry_after_s`."""

    code = "unavailable"

    def __init__(self, message: str, retry_after_s: int = 1) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
