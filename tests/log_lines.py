"""What Dray logs while a test looks, whoever configured its logger before."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chalicelib import logs


@contextmanager
def logged_lines() -> Iterator[io.StringIO]:
    """Return a text that grows by every line Dray logs, of every level; the logger is left as it was found."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(logs.JsonLine())
    with _heard_by(handler):
        yield lines


class _Events(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append((record.levelname, record.getMessage(), getattr(record, "fields", {})))


@contextmanager
def logged_events() -> Iterator[list[tuple[str, str, Any]]]:
    """Return a list that grows by every event Dray logs: its level, its name and its fields."""
    handler = _Events()
    with _heard_by(handler):
        yield handler.told


@contextmanager
def _heard_by(handler: logging.Handler) -> Iterator[None]:
    log = logs.logger()
    level = log.level
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(level)
