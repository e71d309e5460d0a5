"""Hooks: what profiles make of answers is asked for with care; one that fails costs its own fact, never a sale."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, TypeVar

from chalicelib import logs
from chalicelib.carriers.gateway.messages import told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from chalicelib.carriers.profiles.profile import Profile
    from chalicelib.domain.messages import Message
    from chalicelib.domain.ports import Connection

T = TypeVar("T")


def guarded(carrier_name: str, hook: str, ask: Callable[[], T], otherwise: T) -> tuple[T, bool]:
    """Return what a hook says and True; `otherwise` and False where it fails, which is logged without its words."""
    try:
        return ask(), True
    except Exception as error:  # noqa: BLE001 - a carrier may answer anything, and what was paid for must not be lost
        noted(carrier_name, hook, error)
        return otherwise, False


def noted(carrier_name: str, hook: str, error: Exception) -> None:
    """Log that a hook failed: of what kind the error is and where it happened, as its text may repeat an answer."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    fields = {"carrier": carrier_name, "hook": hook, "error": type(error).__name__, "where": where}
    fields = {name: value for name, value in fields.items() if value}
    logs.logger().warning("profile_hook_failed", extra={"fields": fields})


def partly_read(connection: Connection, profile: Profile, what: str) -> Message:
    """Return the warning that a part of an answer, which otherwise stands, could not be read."""
    sentence = f"{profile.display_name} answered in a way that was not foreseen: {what} could not be read"
    return told(connection, "answer_partly_read", sentence).model_copy(update={"level": "warning"})


def zoned_times_of(profile: Profile) -> Callable[[bytes], Iterator[datetime]] | None:
    """Return the profile's reader of instants, which ends where it would fail; None where it has none."""
    read = profile.zoned_times
    if read is None:
        return None

    def careful(body: bytes) -> Iterator[datetime]:
        try:
            yield from read(body)
        except Exception as error:  # noqa: BLE001 - an event without its instant is better than no journey
            noted(profile.carrier_name, "zoned_times", error)

    return careful
