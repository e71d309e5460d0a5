"""Rates: ask the tenant's carriers, and gather what they offer and what they say."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from chalicelib import logs
from chalicelib.domain.errors import (
    CarrierError,
    CarrierRejected,
    CarrierTimeout,
    CarrierUnavailable,
    InvalidRequest,
)
from chalicelib.domain.messages import Message
from chalicelib.domain.rates import Quote, in_order_of_price

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chalicelib.domain.deadlines import Deadline
    from chalicelib.domain.ports import Carriers, Connection
    from chalicelib.domain.rates import RateRequest
    from chalicelib.domain.tenants import Tenant

NO_CONNECTION = "no_connection"
RATE_S = 8.0
"""How long carriers may take to quote: well below API Gateway's 29 s."""


class Rates:
    """Compares what the tenant's carriers ask."""

    def __init__(self, carriers: Carriers) -> None:
        self._carriers = carriers

    def compare(self, tenant: Tenant, request: RateRequest, deadline: Deadline) -> Quote:
        """Return what the carriers offer, cheapest first; offering nothing, or refusing, is an answer too.

        Raises `CarrierTimeout` when all were late and `CarrierUnavailable` when none answered.
        """
        connections = self._asked(tenant, request)
        quote, failures = self._ask(tenant, connections, request, deadline)
        if failures and len(failures) == len(connections):
            late = all(isinstance(failure, CarrierTimeout) for failure in failures)
            error = CarrierTimeout if late else CarrierUnavailable
            reason = "was late" if late else "failed"
            raise error(f"No carrier answered: every one that was asked {reason}; ask again", quote.messages)
        return quote

    def quote(self, tenant: Tenant, request: RateRequest, deadline: Deadline) -> Quote:
        """Return what the carriers offer, cheapest first; who was late or failed is named in the messages."""
        return self._ask(tenant, self._asked(tenant, request), request, deadline)[0]

    def _ask(
        self, tenant: Tenant, connections: Sequence[Connection], request: RateRequest, deadline: Deadline
    ) -> tuple[Quote, Sequence[CarrierError]]:
        if not connections:
            return Quote(messages=(_no_connection(tenant),)), ()
        until = deadline.at_most(RATE_S)
        answers: list[Quote] = []
        failures: list[CarrierError] = []
        messages: list[Message] = []
        for connection in connections:
            began = time.monotonic()
            try:
                answers.append(self._carriers.adapter(connection.carrier_name).rate(connection, request, until))
            except CarrierError as error:
                if not isinstance(error, CarrierRejected):
                    failures.append(error)
                messages.extend(error.messages or (_failure(connection, error),))
            finally:
                logs.note_duration("carriers_ms", connection.carrier_id, time.monotonic() - began)
        quote = Quote.model_construct(
            rates=in_order_of_price([rate for answer in answers for rate in answer.rates]),
            messages=(*(message for answer in answers for message in answer.messages), *messages),
        )
        return quote, failures

    def _asked(self, tenant: Tenant, request: RateRequest) -> Sequence[Connection]:
        connections = self._carriers.connections(tenant)
        if not request.carrier_ids:
            return connections
        known = {connection.carrier_id for connection in connections}
        _refuse_unknown(request.carrier_ids, known)
        return [connection for connection in connections if connection.carrier_id in request.carrier_ids]


def _refuse_unknown(carrier_ids: Iterable[str], known: set[str]) -> None:
    faults = {
        f"carrier_ids.{index}": "There is no active connection with this carrier_id"
        for index, carrier_id in enumerate(carrier_ids)
        if carrier_id not in known
    }
    if faults:
        raise InvalidRequest("The carriers could not be asked due to invalid fields", faults)


def _no_connection(tenant: Tenant) -> Message:
    return Message(
        message=f"This account has no active carrier connection in {tenant.mode} mode: nobody was asked for rates",
        code=NO_CONNECTION,
    )


def _failure(connection: Connection, error: CarrierError) -> Message:
    return Message(
        message=error.message,
        code=error.code,
        level="warning" if isinstance(error, CarrierRejected) else "error",
        carrier_name=connection.carrier_name,
        carrier_id=connection.carrier_id,
    )
