"""Logs: one JSON line an event, with the request's context, and nothing that identifies a person or opens a door."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
import traceback
from contextvars import ContextVar
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

LOGGER_NAME = "dray"

_context: ContextVar[dict[str, Any] | None] = ContextVar("log_context", default=None)

MOST_FRAMES = 40
"""So many frames of each traceback are logged, the innermost ones."""
MOST_CAUSES = 10
"""So many errors of a chain are logged, the last ones."""

_SECRET = re.compile(r"dray_(?:test|live)_[0-9A-Za-z]+|whsec_[0-9A-Za-z+/=]+|(?i:bearer) +\S+")
"""What looks like a key or a secret, wherever it stands."""


def logger() -> logging.Logger:
    """Return Dray's logger."""
    return logging.getLogger(LOGGER_NAME)


def configure(level: str) -> None:
    """Send Dray's log lines to standard output as JSON, once."""
    log = logger()
    if logging.getLevelName(log.level) != level:  # setting it clears the cache of every logger
        log.setLevel(level)
    if not any(isinstance(handler.formatter, JsonLine) for handler in log.handlers):
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(JsonLine())
        log.handlers = [handler]  # Chalice names its own logger after the app and gives it another form
        log.propagate = False


def start_request(**fields: Any) -> None:
    """Begin a request's context: its fields stand in every line until the next request."""
    _context.set(dict(fields))


def note(**fields: Any) -> None:
    """Add fields to the request's context."""
    context = _context.get()
    if context is not None:
        context.update(fields)


def note_duration(group: str, name: str, seconds: float) -> None:
    """Add milliseconds to `group[name]` of the request's context."""
    context = _context.get()
    if context is not None:
        times = context.setdefault(group, {})
        times[name] = round(times.get(name, 0) + seconds * 1000, 1)


def redacted(text: str) -> str:
    """Return `text` without anything that looks like a key or a secret."""
    return _SECRET.sub("[redacted]", text)


class JsonLine(logging.Formatter):
    """A log record as one line of JSON: time, level, message, the request's context and the record's own fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; line breaks inside values are escaped, so no value can forge another line."""
        created = time.gmtime(record.created)
        line: dict[str, Any] = {
            "at": f"{time.strftime('%Y-%m-%dT%H:%M:%S', created)}.{int(record.msecs):03d}Z",
            "level": record.levelname,
            "message": record.getMessage(),
            **(_context.get() or {}),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(_cleaned(line))

    def formatException(  # noqa: N802 - logging's own name
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        """Return where it went wrong and which kinds of errors: their messages may repeat what a customer sent."""
        chain = [_told(error) for error in islice(_causes(ei[1]), MOST_CAUSES)]
        return "which led to\n".join(reversed(chain))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the error, then what it came from, and so on."""
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _told(error: BaseException) -> str:
    frames = traceback.format_tb(error.__traceback__, -MOST_FRAMES)
    return f"{''.join(frames)}{type(error).__module__}.{type(error).__qualname__}\n"


def _cleaned(value: Any) -> Any:
    """Return `value` as JSON holds it, without secrets; cleaned text by text, so that the line stays JSON."""
    if isinstance(value, dict):
        return {redacted(str(name)): _cleaned(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(inner) for inner in value]
    return value if value is None or isinstance(value, bool | int | float) else redacted(str(value))
