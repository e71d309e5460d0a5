"""Calls: what the transport knows of the call that it serves, and the one function that all the SDK's HTTP goes by."""

from __future__ import annotations

import io
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.message import Message as Headers
from typing import TYPE_CHECKING, Any, Literal, NoReturn, Self
from urllib.error import HTTPError

from chalicelib.carriers.gateway.exchanges import LOOKS, Exchanged, is_xml, place_of
from chalicelib.carriers.gateway.faults import Fault, Stop
from chalicelib.carriers.gateway.hooks import guarded
from chalicelib.carriers.gateway.statuses import fault_of_answer
from chalicelib.carriers.gateway.transport import ERRORS_FROM, Answer, Outgoing, exchange

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from urllib.request import Request

    from chalicelib.carriers.gateway.reach import Reach, Target
    from chalicelib.carriers.gateway.sockets import Dialling
    from chalicelib.carriers.gateway.tokens import CallTokens
    from chalicelib.domain.deadlines import Deadline

    Readable = Callable[[str, int, bytes], bytes]

SdkOperation = Literal["rate", "ship", "return", "cancel", "track", "authenticate"]

SELLING: frozenset[SdkOperation] = frozenset({"ship", "return"})

MOST_KEPT_BYTES = 8_000_000
"""Of all bodies of one call."""

_NO_CONTENT = 204

NO_ANSWER = Fault("connection_lost", "gave no answer", has_left=True)

NOTHING_IN_XML, NOTHING_IN_JSON = b"<unanswered/>", b"{}"
"""What the SDK hears where nothing came of what follows a sale, in the form of the sale's own answer."""

FINAL = frozenset({"refused_credentials", "rate_limited", "certificate"})
"""Faults that asking again at once would not mend."""

NOT_WANTED = Answer(404, "Not asked for", Headers(), b"{}")
"""What the SDK hears where it asks for more than was wanted."""

current: ContextVar[Call | None] = ContextVar("sdk_call", default=None)


class NotCalled(Exception):
    """There is no call that this request belongs to."""


@dataclass
class Call:
    """One operation with one connection: its limits, and what happened."""

    operation: SdkOperation
    reach: Reach
    dialling: Dialling
    tokens: CallTokens
    deadline: Deadline
    is_parsing: bool = False
    """Whether the carrier's answer is there and the SDK is reading it."""
    fault: Fault | None = None
    """The first that went wrong; it decides."""
    fault_of_token: bool = False
    """Whether it went wrong on the way to a token."""
    readable: Readable | None = None
    """Puts an answer into the form that the connector reads: of the operation, the status and the body."""
    unheard: Fault | None = None
    """The first that went wrong with what follows a sale, such as the label's document: the sale stands."""
    exchanged: list[Exchanged] = field(default_factory=list)
    authorizations: set[str] = field(default_factory=set, repr=False)
    """What opened the carrier's door, so that nobody shows it."""

    def stop(self, fault: Fault) -> NoReturn:
        """Note the fault and end the call; raises `Stop`."""
        if self.fault is None:
            self.fault, self.fault_of_token = fault, self.tokens.is_fetching
        raise Stop(self.fault)

    def send(self, request: Request) -> Response:
        """Return the carrier's answer to a request of the SDK's.

        Raises `Stop`, and for a 4xx that is to be parsed `HTTPError`, as the SDK expects.
        """
        url = request.full_url
        if self.fault is not None:
            raise Stop(self.fault)
        if self.is_parsing and self.operation not in SELLING:
            raise _http_error(url, NOT_WANTED)
        outgoing, target = _outgoing(request), self.reach.target(url)
        follows = self._follows_a_sale(outgoing, target)
        if target is None:
            fault = Fault("address_refused", "was not called: the address is none of this connection's")
            answer = self._unheard(fault) if follows else self.stop(fault)
        else:
            answer = self._after_the_sale(outgoing, target) if follows else self._exchange(outgoing, target)
        if answer.status >= ERRORS_FROM:
            raise _http_error(url, answer)
        return Response(answer, self)

    def _follows_a_sale(self, outgoing: Outgoing, target: Target | None) -> bool:
        """Return whether a label is sold, and this asks for what belongs to it."""
        changing = [one for one in self.exchanged if one.changes]
        if self.operation not in SELLING or self.tokens.is_fetching or not any(one.is_done for one in changing):
            return False
        is_look = outgoing.method in LOOKS
        return is_look or target is None or place_of(target) not in {one.place for one in changing}

    def _after_the_sale(self, outgoing: Outgoing, target: Target) -> Answer:
        """Return what came of a request that follows a sale; a look is repeated once, and no fault ends the call."""
        answer, fault = self._tried(outgoing, target)
        if fault is not None and outgoing.method in LOOKS and fault.kind not in FINAL and self.deadline.left_s() > 0:
            answer, fault = self._tried(outgoing, target)
        if answer is None or fault is not None:
            return self._unheard(fault or NO_ANSWER)
        if not answer.body.strip() and answer.status < ERRORS_FROM:
            return self._unheard(_empty(answer.status))
        is_document = outgoing.method in LOOKS and answer.status < ERRORS_FROM
        if not is_document and is_xml(answer.body) != self._sold_in_xml:
            return self._unheard(
                Fault("unreadable", f"answered in another form ({answer.status})", True, answer.status)
            )
        return self._as_the_connector_reads_it(answer)

    @property
    def _sold_in_xml(self) -> bool:
        return any(one.is_done and is_xml(one.body) for one in self.exchanged)

    def _unheard(self, fault: Fault) -> Answer:
        """Note why nothing came, and return what lets the connector tell what it knows of the sale."""
        self.unheard = self.unheard or fault
        return replace(NOT_WANTED, body=NOTHING_IN_XML if self._sold_in_xml else NOTHING_IN_JSON)

    def _exchange(self, outgoing: Outgoing, target: Target) -> Answer:
        answer, fault = self._tried(outgoing, target)
        if answer is None or fault is not None:
            self.stop(fault or NO_ANSWER)
        return self._as_the_connector_reads_it(answer)

    def _tried(self, outgoing: Outgoing, target: Target) -> tuple[Answer | None, Fault | None]:
        answer: Answer | None = None
        self.authorizations.update(text.rpartition(" ")[2] for text in _authorizations(outgoing))
        try:
            answer = exchange(outgoing, target, self.deadline, self.dialling)
            fault = fault_of_answer(answer, datetime.now(UTC))
        except Stop as stopped:
            fault = stopped.fault
        self._note(outgoing, target, answer, fault)
        return answer, fault

    def _as_the_connector_reads_it(self, answer: Answer) -> Answer:
        read = self.readable
        if read is None or self.tokens.is_fetching:
            return answer
        body, _ = guarded("", "readable", lambda: read(self.operation, answer.status, answer.body), answer.body)
        return replace(answer, body=body)

    def _note(self, outgoing: Outgoing, target: Target, answer: Answer | None, fault: Fault | None) -> None:
        if self.tokens.is_fetching:
            return
        kept = sum(len(one.body) for one in self.exchanged)
        body = answer.body if answer and kept + len(answer.body) <= MOST_KEPT_BYTES else b""
        status = answer.status if answer else fault.status if fault else None
        self.exchanged.append(Exchanged(outgoing.method, place_of(target), status, body, fault))

    @property
    def may_be_done(self) -> bool:
        """Whether the carrier may have done what was asked although the call failed.

        One of several equal requests may have been carried out before another failed, and a label may be sold before
        its document fails or is refused: tokens and the like, which come before a sale, are not among the exchanges.
        Of all else, a request that is refused after a different one is a refusal of the whole.
        """
        if any(one.may_be_done for one in self.exchanged):
            return True
        is_done = any(one.is_done for one in self.exchanged)
        return is_done and (self.operation in SELLING or self.is_partly_done or not self.is_refused)

    @property
    def is_refused(self) -> bool:
        """Whether the carrier refused any of what was asked."""
        return any(one.is_refused for one in self.exchanged)

    @property
    def is_refused_as_a_whole(self) -> bool:
        """Whether the carrier said no to what changes something, or to all that came before it."""
        said_no = any(one.status is not None and one.status >= ERRORS_FROM for one in self.exchanged)
        return self.is_refused or (said_no and not any(one.is_done for one in self.exchanged))

    @property
    def is_partly_done(self) -> bool:
        """Whether the carrier did one of several equal requests and refused another."""
        refused = {one.place for one in self.exchanged if one.is_refused}
        return any(one.place in refused for one in self.exchanged if one.is_done)


class Response:
    """A 2xx answer as the SDK reads it."""

    def __init__(self, answer: Answer, call: Call) -> None:
        self.status = answer.status
        self.headers = answer.headers
        self._body = answer.body
        self._call = call

    def read(self) -> bytes:
        """Return the body; raises `Stop` when there is none although the SDK wants to know what it says."""
        expected = self._call.operation == "cancel" and self.status == _NO_CONTENT
        if not self._body.strip() and not expected:
            self._call.stop(_empty(self.status))
        return self._body

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is open any more."""


def open_url(request: Request, timeout: object = None) -> Response:
    """Return the answer to a request of the SDK's: the one function through which all of it goes.

    Raises `NotCalled` outside of a call.
    """
    del timeout  # the deadline decides
    call = current.get()
    if call is None:
        raise NotCalled
    return call.send(request)


def _empty(status: int) -> Fault:
    return Fault("unreadable", f"sent an empty answer (status {status})", True, status)


def _authorizations(outgoing: Outgoing) -> list[str]:
    return [value for name, value in outgoing.headers.items() if name.lower() == "authorization"]


def _outgoing(request: Request) -> Outgoing:
    data: Any = request.data
    headers = {name: str(value) for name, value in request.header_items() if value is not None}
    if data is not None and not request.has_header("Content-type"):
        headers["Content-type"] = "application/x-www-form-urlencoded"  # as the standard library would say
    return Outgoing(request.get_method(), headers, data)


def _http_error(url: str, answer: Answer) -> HTTPError:
    return HTTPError(url, answer.status, answer.reason, answer.headers, io.BytesIO(answer.body))
