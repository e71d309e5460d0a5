"""Exchanges: what was asked of a carrier and what came back, as far as it says what was done."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chalicelib.carriers.gateway.transport import ERRORS_FROM

if TYPE_CHECKING:
    from chalicelib.carriers.gateway.faults import Fault
    from chalicelib.carriers.gateway.reach import Target

LOOKS = frozenset({"GET", "HEAD"})


NUMBERED = re.compile(r"(?<![^/])[^/0-9]*[0-9][^/]*")
"""A part of a path that holds a digit; it is looked for where a part begins, so that the time stays linear."""


@dataclass(frozen=True)
class Exchanged:
    """One of the operation's own exchanges, tokens left out."""

    method: str
    place: str
    """The path with 0 for numbers and the like, so that the same request for another parcel has the same."""
    status: int | None
    """None where no answer came."""
    body: bytes = field(default=b"", repr=False)
    fault: Fault | None = None

    @property
    def changes(self) -> bool:
        """Whether the request asks for more than a look."""
        return self.method not in LOOKS

    @property
    def is_done(self) -> bool:
        """Whether the carrier said that it did it."""
        return self.changes and self.fault is None and self.status is not None and self.status < ERRORS_FROM

    @property
    def is_refused(self) -> bool:
        """Whether the carrier said that it did not."""
        return self.changes and self.status is not None and not self.is_done and not self.may_be_done

    @property
    def may_be_done(self) -> bool:
        """Whether it may have been done although no answer says so."""
        return self.changes and self.fault is not None and self.fault.may_be_done


def place_of(target: Target) -> str:
    """Return where a request goes, with 0 for numbers and the like."""
    return target.host + NUMBERED.sub("0", target.path.partition("?")[0])


def is_xml(body: bytes) -> bool:
    """Return whether an answer looks like XML."""
    return body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
