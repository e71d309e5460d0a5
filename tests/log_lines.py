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
    lines, log = io.StringIO(), logs.logger()
    handler, level = logging.StreamHandler(lines), log.level
    handler.setFormatter(logs.JsonLine())
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        log.removeHandler(handler)
        log.setLevel(level)


class _Events(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append((record.levelname, record.getMessage(), getattr(record, "fields", {})))


@contextmanager
def logged_events() -> Iterator[list[tuple[str, str, Any]]]:
    """Return a list that grows by every event Dray logs: its level, its name and its fields."""
    handler, log = _Events(), logs.logger()
    level = log.level
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    try:
        yield handler.told
    finally:
        log.removeHandler(handler)
        log.setLevel(level)
