"""The Karrio SDK behind typed calls: one operation, one connection, one deadline; what comes back is plain JSON."""

from __future__ import annotations

import ssl
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from chalicelib.carriers.gateway.attempts import Attempt, Parsed, Refusal
from chalicelib.carriers.gateway.calls import SELLING, Call
from chalicelib.carriers.gateway.loading import load_connector
from chalicelib.carriers.gateway.reach import Reach
from chalicelib.carriers.gateway.sentences import Speaker
from chalicelib.carriers.gateway.sockets import Dialling
from chalicelib.carriers.gateway.tokens import CallTokens, TokenStore, scope_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chalicelib.carriers.gateway.faults import Fault
    from chalicelib.carriers.profiles.profile import Profile
    from chalicelib.domain.deadlines import Deadline
    from chalicelib.domain.errors import CarrierError
    from chalicelib.domain.messages import Message
    from chalicelib.domain.ports import Connection

T = TypeVar("T")
SdkOperation = Literal["rate", "ship", "return", "cancel", "track"]

CHANGING = SELLING | {"cancel"}
"""Operations that change something at the carrier, so that it matters whether a lost one was carried out."""


@dataclass(frozen=True)
class SdkAnswer:
    """What the SDK made of a carrier's answer."""

    result: Any
    """Plain and JSON-able: rate, track: a list of dicts; ship, return, cancel: a dict, or None."""
    messages: tuple[dict[str, Any], ...]
    """`{code, message, level, details}` as the SDK gives them."""
    statuses: tuple[int, ...]
    """HTTP statuses of the operation's own exchanges; token calls are left out."""
    bodies: tuple[bytes, ...] = field(repr=False)
    """What they answered, for what the SDK drops; 8 MB at most."""
    remarks: tuple[Message, ...] = ()
    """Dray's own, of a sale: why what belongs to it did not come."""


@dataclass(frozen=True)
class _Job:
    connection: Connection
    profile: Profile
    operation: Literal["rate", "ship", "return", "cancel", "track", "authenticate"]
    request: Mapping[str, Any] = field(repr=False)
    deadline: Deadline


class Sdk:
    """The SDK, guarded: one a process, for any number of threads; it keeps no account's state but its tokens."""

    def __init__(self, *, allow_private_addresses: bool = False, context: ssl.SSLContext | None = None) -> None:
        """`context` is for tests with a certificate authority of their own."""
        self._allow_private_addresses = allow_private_addresses
        self._context = context
        self._lock = threading.Lock()
        self._tokens = TokenStore(time.monotonic)

    def call(  # noqa: PLR0913, PLR0917 - who, of what kind, what, with what, until when
        self,
        connection: Connection,
        profile: Profile,
        operation: SdkOperation,
        request: Mapping[str, Any],
        deadline: Deadline,
    ) -> SdkAnswer:
        """Return what the carrier answered to one operation; `request` has the fields of the SDK's model.

        Raises `CarrierRejected`, `CarrierUnavailable` or `CarrierTimeout`, with `maybe_done` where the carrier may have
        done what was asked; each with one message that names the carrier and the connection.
        """
        job = _Job(connection, profile, operation, request, deadline)
        call, parsed = _away_from_event_loops(lambda: self._done(job))
        speaker = _speaker(job, call)
        said = speaker.hidden_in(list(parsed.messages)) if parsed.messages else ()
        return SdkAnswer(
            parsed.result,
            tuple(said),
            tuple(one.status for one in call.exchanged if one.status is not None),
            tuple(one.body for one in call.exchanged if one.status is not None),
            _remarks(speaker, call),
        )

    def authenticate(self, connection: Connection, profile: Profile, deadline: Deadline) -> bool:
        """Get a fresh token and return True; return False where the connector has no call for one.

        Raises what `call` raises.
        """
        job = _Job(connection, profile, "authenticate", {}, deadline)
        call, _ = _away_from_event_loops(lambda: self._done(job))
        return call.tokens.fetched > 0 or bool(call.exchanged)

    def __repr__(self) -> str:
        return "Sdk()"

    def _done(self, job: _Job) -> tuple[Call, Parsed]:
        call, outcome = self._attempt(job)
        if _refused(outcome):
            call.tokens.forget()
            if call.tokens.reused and not call.fault_of_token and job.operation not in SELLING:
                call, outcome = self._attempt(job)  # the kept token may have been taken back before its time
        if isinstance(outcome, Parsed):
            return call, outcome
        raise self._error(job, call, outcome)

    def _attempt(self, job: _Job) -> tuple[Call, Parsed | Fault | Refusal]:
        reach = Reach.of(job.connection, job.profile)
        scope = scope_of(job.connection, (*reach.prefixes, reach.server_url or ""))
        tokens = CallTokens(self._tokens, scope, job.deadline, fresh=job.operation == "authenticate")
        dialling = Dialling(self._verifying, self._allow_private_addresses)
        call = Call(
            job.operation, reach, dialling, tokens, job.deadline, readable=getattr(job.profile, "readable", None)
        )
        attempt = Attempt(call, job.connection, job.profile.connector, job.profile.amended)
        return call, attempt.outcome(job.request)

    def _error(self, job: _Job, call: Call, outcome: Fault | Refusal) -> CarrierError:
        speaker = _speaker(job, call)
        maybe_done = job.operation in CHANGING and call.may_be_done
        if isinstance(outcome, Refusal):
            return speaker.refusal(outcome, maybe_done=maybe_done)
        return speaker.error(outcome, maybe_done=maybe_done)

    def _verifying(self) -> ssl.SSLContext:
        """Return the context that verifies certificates, made once: reading the authorities takes 20 ms."""
        if self._context is None:
            with self._lock:
                if self._context is None:
                    self._context = verifying_context()
        return self._context


def metadata(connector: str) -> Any:
    """Return the SDK's METADATA of a connector, loaded without any other."""
    return load_connector(connector)


def verifying_context() -> ssl.SSLContext:
    """Return a context that verifies certificates and names by the public authorities, from TLS 1.2 on."""
    import certifi  # noqa: PLC0415 - not before the first call

    context = ssl.create_default_context(cafile=certifi.where())
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _speaker(job: _Job, call: Call) -> Speaker:
    return Speaker(job.connection, job.profile.display_name, {*call.authorizations, *call.tokens.texts()})


def _remarks(speaker: Speaker, call: Call) -> tuple[Message, ...]:
    """Return why what follows a sale did not come, if it did not."""
    if call.unheard is None:
        return ()
    said = speaker.error(call.unheard, maybe_done=False).messages
    return tuple(message.model_copy(update={"level": "warning"}) for message in said)


def _refused(outcome: Parsed | Fault | Refusal) -> bool:
    return getattr(outcome, "kind", "") == "refused_credentials"


def _away_from_event_loops(work: Callable[[], T]) -> T:
    """Return what the work returns; inside a running event loop in a thread, as the SDK starts loops of its own."""
    asyncio = sys.modules.get("asyncio")
    if asyncio is None or asyncio._get_running_loop() is None:  # noqa: SLF001 - documented for loops' implementers
        return work()
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()
