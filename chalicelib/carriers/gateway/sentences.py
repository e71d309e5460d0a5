"""Sentences: faults and the SDK's own refusals as errors that name the carrier and say what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.carriers.gateway.redaction import Redactor
from chalicelib.domain.errors import CarrierError, CarrierRejected, CarrierTimeout, CarrierUnavailable
from chalicelib.domain.messages import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chalicelib.carriers.gateway.attempts import Refusal
    from chalicelib.carriers.gateway.faults import Fault, FaultKind
    from chalicelib.domain.ports import Connection

CODES: Mapping[FaultKind, str] = {
    "timeout": "carrier_timeout",
    "unreachable": "carrier_down",
    "certificate": "certificate_not_trusted",
    "connection_lost": "carrier_down",
    "address_refused": "address_refused",
    "redirect": "unexpected_redirect",
    "too_large": "answer_too_large",
    "unreadable": "answer_unreadable",
    "refused": "carrier_rejected",
    "refused_credentials": "authentication_failed",
    "rate_limited": "rate_limited",
    "carrier_down": "carrier_down",
}
"""Dray's code in the message of each fault."""

TODO: Mapping[FaultKind, str] = {
    "refused_credentials": "Check the connection's credentials and what the account may do.",
    "rate_limited": "Ask again later.",
    "certificate": "Nothing was sent.",
    "address_refused": "Check the connection's server_url, if it has one.",
}

KINDS: Mapping[FaultKind, type[CarrierError]] = {
    "timeout": CarrierTimeout,
    "refused": CarrierRejected,
    "refused_credentials": CarrierRejected,
}
"""The errors that faults become; the others say that the carrier is not available."""

UNCONFIRMED = "Whether it did what was asked is not known."

MOST_WORDS = 300


class Speaker:
    """Words errors about one connection; none of them repeats a secret of it."""

    def __init__(self, connection: Connection, display_name: str, secrets: Iterable[str] = ()) -> None:
        """`secrets` are those beside the connection's credentials: tokens, and what was sent to open the door."""
        self._connection = connection
        self._name = display_name
        self._redactor = Redactor(connection, secrets)

    def error(self, fault: Fault, *, maybe_done: bool) -> CarrierError:
        """Return the error that a fault becomes."""
        parts = [f"{self._name} {self.hidden(fault.sentence)}."]
        if fault.carrier_words:
            parts.append(f"It said: {_ended(self.hidden(fault.carrier_words)[:MOST_WORDS])}")
        parts += [_advice(fault), UNCONFIRMED if maybe_done else ""]
        details = {
            "status": fault.status,
            "retry_after_s": fault.retry_after_s,
            "carrier_code": self.hidden(fault.carrier_code),
        }
        message = self.message(
            " ".join(part for part in parts if part),
            CODES[fault.kind],
            {name: str(value) for name, value in details.items() if value not in (None, "")},
        )
        kind = KINDS.get(fault.kind, CarrierUnavailable)
        return kind(message.message, (message,), maybe_done=maybe_done)

    def refusal(self, refusal: Refusal, *, maybe_done: bool) -> CarrierError:
        """Return the error of a call that was refused, by the SDK before it or by the carrier instead of a token."""
        name = refusal.sentence.format(carrier=self._name)
        about = "; ".join(self.hidden(text).rstrip(".") for text in refusal.about)[:MOST_WORDS]
        sentence = f"{name}: {about}" if about else f"{name}."
        details = {"carrier_code": self.hidden(refusal.carrier_code)} if refusal.carrier_code else {}
        message = self.message(f"{_ended(sentence)} {UNCONFIRMED}" if maybe_done else sentence, refusal.code, details)
        return CarrierRejected(message.message, (message,), maybe_done=maybe_done)

    def message(self, sentence: str, code: str, details: Mapping[str, str] | None = None) -> Message:
        """Return a message of the connection's."""
        return Message(
            message=sentence,
            code=code,
            details=dict(details or {}),
            carrier_name=self._connection.carrier_name,
            carrier_id=self._connection.carrier_id,
        )

    def hidden(self, text: str) -> str:
        """Return the carrier's words without the connection's secrets, should it repeat them."""
        return self._redactor.hidden(text)

    def hidden_in(self, value: Any) -> Any:
        """Return JSON of the carrier's with the same care in each text."""
        return self._redactor.hidden_in(value)


def _ended(words: str) -> str:
    """Return words as a sentence, so that another can follow."""
    return words if words.rstrip().endswith((".", "!", "?")) else f"{words}."


def _advice(fault: Fault) -> str:
    if fault.retry_after_s is not None:
        return f"Ask again in {fault.retry_after_s} s."
    return TODO.get(fault.kind, "")
