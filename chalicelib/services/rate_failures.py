"""Rate failures: who offers no rates, and why, as messages that name the carrier."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from chalicelib.domain.errors import CarrierError, CarrierRejected, CarrierTimeout, CarrierUnavailable, DrayError
from chalicelib.domain.messages import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chalicelib.domain.ports import Connection
    from chalicelib.domain.tenants import Tenant
    from chalicelib.services.circuit_breakers import Admission

NO_CONNECTION = "no_connection"
NOT_OFFERED = "service_not_offered"
CIRCUIT_OPEN = "circuit_open"
TOO_BUSY = "too_busy"


def no_connection(tenant: Tenant) -> Message:
    """Return what an account hears that has nobody to ask."""
    return Message(
        message=f"This account has no active carrier connection in {tenant.mode} mode: nobody was asked for rates",
        code=NO_CONNECTION,
    )


def nobody_offers(services: Iterable[str]) -> Message:
    """Return what is said of services that no connection's carrier has: nobody was asked for them."""
    return Message(
        message=f"No carrier that could be asked has the service {' or '.join(services)}",
        code=NOT_OFFERED,
    )


def not_offered(connection: Connection) -> Message:
    """Return what is said of a carrier that answered with other services than those asked for."""
    return _about(connection, "offers none of the services that were asked for", NOT_OFFERED, "warning")


def late(connection: Connection, given_s: float) -> CarrierTimeout:
    """Return the error of a carrier that was left behind."""
    told = _about(connection, f"did not answer within {given_s:.3g} s", CarrierTimeout.code)
    return CarrierTimeout(told.message, (told,))


def left_alone(connection: Connection, admission: Admission) -> CarrierUnavailable:
    """Return the error of a carrier that was not asked, because it kept failing."""
    seconds = ceil(admission.wait_s)
    what = f"was not asked, because it kept failing ({admission.reason}); it is tried again in at most {seconds} s"
    told = _about(connection, what, CIRCUIT_OPEN, "warning")
    told = told.model_copy(update={"details": {"retry_after_s": str(seconds), "last_code": admission.reason}})
    return CarrierUnavailable(told.message, (told,))


def no_thread(connection: Connection) -> CarrierUnavailable:
    """Return the error of a carrier that was not asked, because all threads wait for others."""
    what = "was not asked: too many calls are waiting for carriers that do not answer; ask again"
    told = _about(connection, what, TOO_BUSY)
    return CarrierUnavailable(told.message, (told,))


def messages(connection: Connection, error: Exception) -> Sequence[Message]:
    """Return what is told of a call that failed: the carrier's own words, each with its name, or ours.

    Of an error that is no carrier's only the code is told: its words may hold what nobody should read.
    """
    if isinstance(error, CarrierError):
        level = "warning" if isinstance(error, CarrierRejected) else "error"
        own = Message(message=error.message, code=error.code, level=level)
        return [_named(connection, message) for message in error.messages or (own,)]
    what = "could not be asked through a fault of ours; the request id finds it in our logs"
    return [_about(connection, what, code(error))]


def code(error: Exception | None) -> str:
    """Return the code that tells why a call failed: the carrier's, where it spoke."""
    if isinstance(error, CarrierError) and error.messages:
        return error.messages[0].code
    return error.code if isinstance(error, DrayError) else DrayError.code


def _about(connection: Connection, what: str, code: str, level: str = "error") -> Message:
    return _named(connection, Message(message=f"The carrier {connection.carrier_id} {what}", code=code, level=level))


def _named(connection: Connection, message: Message) -> Message:
    names = {"carrier_name": connection.carrier_name, "carrier_id": connection.carrier_id}
    return message.model_copy(update={name: told for name, told in names.items() if not getattr(message, name)})
