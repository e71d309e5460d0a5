"""Lazy classes: the SDK's hundreds of schema classes are finished when they are first used, not when it starts."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SCHEMAS = ("karrio.schemas.", "karrio.core.models")
"""Where they lie: of the 300 classes of one connector about 20 are used by a call."""

_lock = threading.RLock()


@contextmanager
def finished_later() -> Iterator[None]:
    """Let the SDK's schema classes that are made meanwhile be finished at their first instance.

    `attrs` writes and compiles methods for each class: half of the time that it takes to import a large connector.
    """
    import attr  # noqa: PLC0415 - not before the first call

    finish = attr.s

    def later(maybe_class: type | None = None, **how: Any) -> Any:
        if maybe_class is None:
            return lambda given: later(given, **how)
        if not maybe_class.__module__.startswith(SCHEMAS) or maybe_class.__bases__ != (object,):
            return finish(maybe_class, **how)
        return _unfinished(maybe_class, lambda: finish(maybe_class, **how | {"init": False}))

    module: Any = attr
    module.s = later
    try:
        yield
    finally:
        module.s = finish


def _unfinished(schema: Any, finish: Callable[[], object]) -> type:
    """Return the class with a constructor that finishes it, once, and then constructs.

    It stands in for the right one until all else is there, so that a second thread waits instead of finding a class
    that is half done. With `init=False` attrs writes the right one under a name of its own.
    """

    def construct(self: Any, *values: Any, **named: Any) -> None:
        with _lock:
            if schema.__init__ is construct:
                finish()
                schema.__init__ = schema.__attrs_init__
        schema.__init__(self, *values, **named)

    schema.__init__ = construct
    unfinished: type = schema
    return unfinished
