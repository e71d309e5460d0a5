"""No rates: what an answer to a request for rates means that holds none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.carriers.gateway.messages import empty_answer, failure, has, told
from chalicelib.domain.errors import CarrierRejected
from chalicelib.domain.rates import Quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.carriers.gateway.sdk import SdkAnswer
    from chalicelib.domain.messages import Message
    from chalicelib.domain.ports import Connection


def quote_without_rates(connection: Connection, answer: SdkAnswer, messages: Sequence[Message]) -> Quote:
    """Return a refusal as messages, or that nothing is offered.

    Raises a `CarrierError` where the carrier failed, refused the account, or did not answer with 2xx and said nothing.
    """
    if not messages:
        if not _is_whole(answer):
            raise empty_answer(connection)
        sentence = f"The carrier {connection.carrier_id} offers nothing for this shipment"
        nothing = told(connection, "nothing_offered", sentence).model_copy(update={"level": "info"})
        return Quote(messages=(nothing,))
    error = failure(messages)
    if isinstance(error, CarrierRejected):
        return refused_quote(error)
    raise error


def refused_quote(refusal: CarrierRejected) -> Quote:
    """Return a refusal as messages; raises it where it is the account that was refused, not the request."""
    if has(refusal.messages, "authentication_failed"):
        raise refusal
    return Quote(messages=tuple(refusal.messages))


def _is_whole(answer: SdkAnswer) -> bool:
    """Return whether all that the carrier answered is of 2xx (RFC 9110, section 15.3); broken bodies never get here."""
    return bool(answer.statuses) and all(200 <= status < 300 for status in answer.statuses)  # noqa: PLR2004
