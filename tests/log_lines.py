"""What Dray logs while a test looks, whoever configured its logger before."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

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
