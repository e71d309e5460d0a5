"""Rates: ask the tenant's carriers at once, and gather what they offer and what they say."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from chalicelib import logs
from chalicelib.domain.errors import CarrierError, CarrierRejected, CarrierTimeout, CarrierUnavailable, InvalidRequest
from chalicelib.domain.rates import RateResponse, in_order_of_price
from chalicelib.services import rate_failures
from chalicelib.services.circuit_breakers import CircuitBreakers
from chalicelib.services.simultaneous_calls import Missing, SimultaneousCalls

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chalicelib.domain.circuit_breaker import Verdict
    from chalicelib.domain.deadlines import Deadline
    from chalicelib.domain.messages import Message
    from chalicelib.domain.ports import Carriers, Connection
    from chalicelib.domain.rates import Quote, Rate, RateRequest
    from chalicelib.domain.tenants import Tenant

RATE_S = 8.0
"""How long carriers may take to quote, unless a setting says otherwise: well below API Gateway's 29 s."""


@dataclass(frozen=True)
class Outcome:
    """What became of asking one connection: a quote, or the error in its place."""

    connection: Connection
    quote: Quote | None = None
    error: Exception | None = None
    seconds: float = 0.0
    """How long it took."""

    @property
    def is_failure(self) -> bool:
        """Whether there is no answer: a refusal is one."""
        return self.error is not None and not isinstance(self.error, CarrierRejected)


class Rates:
    """Compares what the tenant's carriers ask. One object a process: it remembers who keeps failing."""

    def __init__(
        self,
        carriers: Carriers,
        deadline_s: float = RATE_S,
        calls: SimultaneousCalls | None = None,
        circuits: CircuitBreakers | None = None,
    ) -> None:
        self._carriers = carriers
        self._deadline_s = deadline_s
        self._calls = calls or SimultaneousCalls()
        self._circuits = CircuitBreakers(time.monotonic) if circuits is None else circuits

    def compare(self, tenant: Tenant, request: RateRequest, deadline: Deadline) -> Quote:
        """Return what the carriers offer, cheapest first; offering nothing, or refusing, is an answer too.

        Raises `CarrierTimeout` when all were late, `CarrierUnavailable` when none answered, and what went wrong itself
        when nobody could be asked through a fault of ours.
        """
        outcomes, remarks = self._outcomes(tenant, request, deadline)
        quote = _gathered(outcomes, request, remarks)
        if outcomes and all(outcome.is_failure for outcome in outcomes):
            raise _nobody_answered([outcome.error for outcome in outcomes if outcome.error], quote.messages)
        return quote

    def quote(self, tenant: Tenant, request: RateRequest, deadline: Deadline) -> Quote:
        """Return what the carriers offer, cheapest first; who was late or failed is named in the messages."""
        outcomes, remarks = self._outcomes(tenant, request, deadline)
        return _gathered(outcomes, request, remarks)

    def _outcomes(
        self, tenant: Tenant, request: RateRequest, deadline: Deadline
    ) -> tuple[Sequence[Outcome], Sequence[Message]]:
        """Return what became of each connection that could be asked, and why there is none."""
        connections = self._named(tenant, request)
        if not connections:
            return (), (rate_failures.no_connection(tenant),)
        asked = [one for one in connections if self._may_offer(one, request.services)]
        unknown = [name for name in request.services or () if not any(self._may_offer(one, [name]) for one in asked)]
        remarks = (rate_failures.nobody_offers(unknown),) if unknown else ()
        return self._asked(asked, request, deadline.at_most(self._deadline_s)), remarks

    def _named(self, tenant: Tenant, request: RateRequest) -> Sequence[Connection]:
        connections = [one for one in self._carriers.connections(tenant) if one.may("rating")]
        if not request.carrier_ids:
            return connections
        _refuse_unknown(request.carrier_ids, {connection.carrier_id for connection in connections})
        return [connection for connection in connections if connection.carrier_id in request.carrier_ids]

    def _may_offer(self, connection: Connection, services: Sequence[str] | None) -> bool:
        return not services or self._carriers.offers(connection.carrier_name, services)

    def _asked(self, connections: Sequence[Connection], request: RateRequest, until: Deadline) -> Sequence[Outcome]:
        admissions = [(connection, self._circuits.admission(connection)) for connection in connections]
        given_s = until.left_s()
        calls = [partial(self._call, connection, request, until) for connection, admitted in admissions if admitted.now]
        answers = iter(self._calls.answers(calls, until))
        outcomes = []
        for connection, admission in admissions:
            if not admission.now:
                outcomes.append(Outcome(connection, error=rate_failures.left_alone(connection, admission)))
                continue
            outcome, verdict = _outcome(connection, next(answers), given_s)
            self._circuits.report(connection, admission, verdict, rate_failures.code(outcome.error))
            logs.note_duration("carriers_ms", connection.carrier_id, outcome.seconds)
            outcomes.append(outcome)
        return outcomes

    def _call(self, connection: Connection, request: RateRequest, until: Deadline) -> Outcome:
        """Ask one connection, in a thread of its own: whatever goes wrong costs this connection's rates only."""
        began = time.monotonic()
        quote: Quote | None = None
        failure: Exception | None = None
        with self._circuits.running(connection):
            try:
                quote = self._carriers.adapter(connection.carrier_name).rate(connection, request, until)
            except CarrierError as error:
                failure = error
            except Exception as error:  # noqa: BLE001 - an adapter's bug must not take the others' rates along
                names = {"carrier_name": connection.carrier_name, "carrier_id": connection.carrier_id}
                logs.logger().exception("asking for rates went wrong", extra={"fields": names})
                failure = error
        return Outcome(connection, quote, failure, time.monotonic() - began)


def _outcome(connection: Connection, answer: Outcome | Missing, given_s: float) -> tuple[Outcome, Verdict]:
    """Return what became of the call, and what that tells of the carrier."""
    if answer is Missing.NOT_STARTED:
        return Outcome(connection, error=rate_failures.no_thread(connection), seconds=given_s), "untold"
    if answer is Missing.LATE:
        return Outcome(connection, error=rate_failures.late(connection, given_s), seconds=given_s), "failed"
    if not answer.is_failure:
        return answer, "answered"
    return answer, "failed" if isinstance(answer.error, CarrierError) else "untold"


def _gathered(outcomes: Sequence[Outcome], request: RateRequest, remarks: Sequence[Message]) -> Quote:
    """Return the offers of all, cheapest first, then what they say, then why the others offer nothing."""
    rates: list[Rate] = []
    said: list[Message] = list(remarks)
    failures: list[Message] = []
    for outcome in outcomes:
        if outcome.error is not None:
            failures += rate_failures.messages(outcome.connection, outcome.error)
        if outcome.quote is not None:
            wanted = [rate for rate in outcome.quote.rates if not request.services or rate.service in request.services]
            rates += wanted
            said += outcome.quote.messages
            if outcome.quote.rates and not wanted and not outcome.quote.messages:
                said.append(rate_failures.not_offered(outcome.connection))
    return RateResponse.model_construct(rates=in_order_of_price(rates), messages=(*said, *failures))


def _nobody_answered(errors: Sequence[Exception], messages: Sequence[Message]) -> Exception:
    if not any(isinstance(error, CarrierError) for error in errors):
        return errors[0]
    late = all(isinstance(error, CarrierTimeout) for error in errors)
    error, reason = (CarrierTimeout, "was late") if late else (CarrierUnavailable, "failed")
    return error(f"No carrier answered: every one that was asked {reason}; ask again", messages)


def _refuse_unknown(carrier_ids: Iterable[str], known: set[str]) -> None:
    faults = {
        f"carrier_ids.{index}": "There is no active connection with this carrier_id"
        for index, carrier_id in enumerate(carrier_ids)
        if carrier_id not in known
    }
    if faults:
        raise InvalidRequest("The carriers could not be asked due to invalid fields", faults)
