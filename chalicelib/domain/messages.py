"""Messages: what a carrier, or Dray on its behalf, says beside an answer."""

from __future__ import annotations

from pydantic import Field

from chalicelib.domain.objects import DrayObject

NOT_ANSWERED = frozenset(
    {
        "carrier_timeout",
        "carrier_unavailable",
        "carrier_down",
        "rate_limited",
        "circuit_open",
        "too_busy",
        "internal_error",
        "unavailable",
        "answer_unreadable",
        "answer_too_large",
        "certificate_not_trusted",
        "unexpected_redirect",
        "empty_answer",
    }
)
"""What is said of carriers that gave no answer, whoever is to blame: not a refusal."""


class Message(DrayObject):
    """A carrier's remark or failure beside an answer."""

    message: str
    """The sentence, for people."""
    code: str = ""
    """The carrier's own code, or one of Dray's; for programs."""
    level: str = "error"
    """How grave: `info`, `warning` or `error`."""
    details: dict[str, str] = Field(default_factory=dict)
    """What the message is about, by name."""
    carrier_name: str = ""
    """The carrier that spoke, or that it is about."""
    carrier_id: str = ""
    """The connection that was asked."""
