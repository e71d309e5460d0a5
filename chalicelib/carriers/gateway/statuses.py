"""Statuses: what an answer's status and body decide before anybody parses it."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from chalicelib.carriers.gateway.bodies import code_in, fault_of_body, words_in
from chalicelib.carriers.gateway.faults import Fault, FaultKind

if TYPE_CHECKING:
    from email.message import Message as Headers

    from chalicelib.carriers.gateway.transport import Answer

GIVEN_UP = frozenset({408, 499})
"""A 4xx that is no refusal: who stood before the carrier gave up waiting, while the carrier may have gone on."""

LONGEST_WAIT_S = 86_400
"""A carrier that asks for more patience is taken to ask for a day."""


def fault_of_answer(answer: Answer, now: datetime) -> Fault | None:
    """Return why an answer is none; None when it may be parsed: a 2xx, or a 4xx with the carrier's reasons."""
    status = answer.status
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return _fault(answer, "refused_credentials", f"refused the credentials ({status})", now)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return _fault(answer, "rate_limited", "has had too many requests of this account", now)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in GIVEN_UP:
        return _fault(answer, "carrier_down", f"failed with status {status}", now)
    if status < HTTPStatus.OK or HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return _fault(answer, "redirect", f"sent us on to {_elsewhere(answer)} ({status}), which is not followed", now)
    why = fault_of_body(answer.body, answer.headers)
    if why is None and status >= HTTPStatus.BAD_REQUEST and not answer.body.strip():
        why = "refused the request without a word"
    return None if why is None else _fault(answer, "unreadable", f"{why} (status {status})", now)


def _fault(answer: Answer, kind: FaultKind, sentence: str, now: datetime) -> Fault:
    return Fault(
        kind,
        sentence,
        has_left=True,
        status=answer.status,
        retry_after_s=retry_after_s(answer.headers, now),
        carrier_code=code_in(answer.body),
        carrier_words=words_in(answer.body),
    )


def _elsewhere(answer: Answer) -> str:
    try:
        return (urlsplit(answer.headers.get("Location", "")).hostname or "another address")[:100]
    except ValueError:
        return "another address"


def retry_after_s(headers: Headers, now: datetime) -> int | None:
    """Return the seconds of a `Retry-After` header (RFC 9110, 10.2.3), from 0 to a day; None where there is none."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdecimal():
        return min(int(text[:10]), LONGEST_WAIT_S)
    try:
        at = parsedate_to_datetime(text)
        seconds = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
    except (ValueError, OverflowError):
        return None
    return int(min(max(0, seconds), LONGEST_WAIT_S))
