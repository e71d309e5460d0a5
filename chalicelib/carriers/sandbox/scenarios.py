"""What `options.sandbox_scenario` makes the sandbox do, so that an integrator can test each branch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.errors import CarrierRejected, CarrierTimeout, CarrierUnavailable
from chalicelib.domain.messages import Message

if TYPE_CHECKING:
    from chalicelib.domain.errors import CarrierError
    from chalicelib.domain.ports import Connection
    from chalicelib.domain.rates import RateRequest


def is_asked(request: RateRequest, scenario: str) -> bool:
    """Return whether the shipment's options ask for this scenario."""
    return request.options.sandbox_scenario == scenario


def refusal(scenario: str) -> Message:
    """Return the carrier's words in a `…_refused` scenario."""
    return Message(
        code="sandbox_scenario",
        message=f"Refused, as options.sandbox_scenario asked by {scenario}",
        details={"options.sandbox_scenario": scenario},
    )


def rejected(connection: Connection, message: Message) -> CarrierRejected:
    """Return the error that carries one refusal."""
    spoken = message.model_copy(update={"carrier_name": connection.carrier_name, "carrier_id": connection.carrier_id})
    return CarrierRejected(message.message, (spoken,))


def late(connection: Connection, *, maybe_done: bool = False) -> CarrierTimeout:
    """Return the error of an answer that did not come in time."""
    return CarrierTimeout(*_failure(connection, "carrier_timeout", "did not answer in time"), maybe_done=maybe_done)


def unavailable(connection: Connection) -> CarrierUnavailable:
    """Return the error of a carrier that is down."""
    return CarrierUnavailable(*_failure(connection, "carrier_unavailable", "is unavailable"))


def play(connection: Connection, request: RateRequest, operation: str) -> None:
    """Raise what a scenario wants of an operation (`rate`, `purchase`, `void`) that it keeps from being done.

    Scenarios in which it is done, or in which the ledger has to remember something, are the caller's.
    """
    error: CarrierError
    if is_asked(request, f"{operation}_refused"):
        error = rejected(connection, refusal(f"{operation}_refused"))
    elif is_asked(request, f"{operation}_unavailable"):
        error = unavailable(connection)
    else:
        return
    raise error


def _failure(connection: Connection, code: str, what: str) -> tuple[str, tuple[Message, ...]]:
    sentence = f"The carrier {connection.carrier_id} {what}"
    message = Message(
        code=code, message=sentence, carrier_name=connection.carrier_name, carrier_id=connection.carrier_id
    )
    return sentence, (message,)
