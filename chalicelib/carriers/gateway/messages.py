"""Messages: what a carrier said through the SDK, or what Dray says about it, under the connection's name."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from chalicelib.carriers.gateway.bounds import printable
from chalicelib.carriers.gateway.redaction import Redactor
from chalicelib.domain.errors import CarrierRejected, CarrierTimeout, CarrierUnavailable
from chalicelib.domain.messages import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from chalicelib.carriers.gateway.requests import Dialect
    from chalicelib.carriers.profiles.profile import Profile
    from chalicelib.domain.deadlines import Deadline
    from chalicelib.domain.errors import CarrierError
    from chalicelib.domain.ports import Connection

LEVELS = frozenset({"info", "warning", "error"})
SDKS_OWN = "SHIPPING_SDK_"
"""How the codes begin of what the SDK says itself, where it could not read an answer."""

MOST = 50
"""So many messages, and so many details of one, are told."""

LONGEST_NAME = 100
LONGEST = 1000
"""A carrier's sentence, and each of its details, is cut here: some answer with a page."""


def told(connection: Connection, code: str, sentence: str, details: Mapping[str, str] | None = None) -> Message:
    """Return an error message of Dray's own about a connection."""
    return Message(
        code=code,
        message=sentence,
        details=dict(details or {}),
        carrier_name=connection.carrier_name,
        carrier_id=connection.carrier_id,
    )


def translated(connection: Connection, dialect: Dialect, messages: Iterable[Mapping[str, Any]]) -> tuple[Message, ...]:
    """Return what the SDK says a carrier said, in Dray's codes where they are known.

    The carrier's own code stays, verbatim, in `details.carrier_code`; a secret that it repeats does not.
    """
    if not messages:
        return ()
    redactor = Redactor(connection)
    first = islice(messages, MOST)
    return tuple(_translated(connection, dialect.profile, redactor.hidden_in(dict(message))) for message in first)


def keep_to(connection: Connection, deadline: Deadline) -> None:
    """Raise a time-out when no time is left, before anything is done."""
    if deadline.left_s() <= 0:
        raise no_time_left(connection)


def no_time_left(connection: Connection) -> CarrierTimeout:
    """Return the error of a call that was not made, as there was no time for it."""
    sentence = f"No time was left to ask the carrier {connection.carrier_id}"
    return CarrierTimeout(sentence, (told(connection, "carrier_timeout", sentence),))


def refused(messages: Sequence[Message]) -> CarrierRejected:
    """Return the error that carries refusals, by the first of them."""
    return CarrierRejected(messages[0].message, messages)


def empty_answer(connection: Connection, *, maybe_done: bool = False) -> CarrierUnavailable:
    """Return the error of an answer in which there was neither a result nor a word."""
    sentence = f"The carrier {connection.carrier_id} answered with nothing that can be understood"
    return CarrierUnavailable(sentence, (told(connection, "empty_answer", sentence),), maybe_done=maybe_done)


def failure(messages: Sequence[Message], *, maybe_done: bool = False) -> CarrierError:
    """Return the error of an answer that holds only messages: the carrier refused or, by its codes, failed.

    One that has had too many requests has done nothing.
    """
    gravest = next((message for message in messages if message.level == "error"), messages[0])
    if has(messages, "rate_limited"):
        return CarrierUnavailable(gravest.message, messages)
    if has(messages, "carrier_down"):
        return CarrierUnavailable(gravest.message, messages, maybe_done=maybe_done)
    return CarrierRejected(gravest.message, messages)


def refuses(profile: Profile, message: Message) -> bool:
    """Return whether a message in an answer of 2xx is a refusal by the profile; what the SDK says itself never is."""
    own = message.details.get("carrier_code", "")
    return not own.startswith(SDKS_OWN) and re.fullmatch(profile.refuses_with_2xx, own) is not None


def has(messages: Iterable[Message], code: str) -> bool:
    """Return whether one of the messages has this code."""
    return any(message.code == code for message in messages)


def _translated(connection: Connection, profile: Profile, message: Mapping[str, Any]) -> Message:
    own = _text(message.get("code"))
    sentence = _text(message.get("message")) or own
    level = str(message.get("level") or "error").lower()
    return Message(
        code=known_code(profile, own) or own or "carrier_message",
        message=sentence or f"The carrier {connection.carrier_id} gave no reason",
        level=level if level in LEVELS else "error",
        details={**_details(message.get("details")), "carrier_code": own},
        carrier_name=connection.carrier_name,
        carrier_id=connection.carrier_id,
    )


def known_code(profile: Profile, own: str) -> str | None:
    """Return Dray's word for a carrier's code, None where there is none."""
    return profile.errors.get(own) or profile.errors.get(own.upper())


def _details(details: object) -> dict[str, str]:
    if not isinstance(details, dict):
        return {} if details is None else {"carrier_details": _text(details)}
    some = islice(((name, value) for name, value in details.items() if value is not None), MOST)
    return {_text(name)[:LONGEST_NAME]: _text(value) for name, value in some}


def _text(value: object) -> str:
    return "" if value is None else printable(str(value)).strip()[:LONGEST]
