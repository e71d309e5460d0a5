"""Loading: the SDK, one connector at a time, with its reach into the process taken back."""

from __future__ import annotations

import contextvars
import importlib
import logging
import ssl
import sys
import threading
import warnings
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

from chalicelib.carriers.gateway.calls import open_url
from chalicelib.carriers.gateway.lazy_classes import finished_later

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_lock = threading.RLock()
_connectors: dict[str, Any] = {}
_sdk: list[LoadedSdk] = []


@dataclass(frozen=True)
class LoadedSdk:
    """The SDK's modules that we use."""

    lib: Any
    models: Any
    errors: Any
    tracer: type[Any]
    """A tracer that keeps nothing."""
    system_config: type[Any]


class ContextExecutor(ThreadPoolExecutor):
    """Threads that know the call which they work for."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run the function in a thread, under a copy of the context."""
        return super().submit(contextvars.copy_context().run, fn, *args, **kwargs)


class Silent:
    """A logger that says nothing: the SDK would log requests and answers with what is secret in them."""

    def __getattr__(self, _name: str) -> Callable[..., None]:
        return _say_nothing


def load() -> LoadedSdk:
    """Return the SDK, imported when it is first needed, and without any connector."""
    if not _sdk:
        with _lock:
            if not _sdk:
                with _left_as_it_was(), finished_later():
                    _sdk.append(_imported())
    return _sdk[0]


def load_connector(connector: str) -> Any:
    """Return the connector's METADATA, imported when it is first needed; raises `ModuleNotFoundError`."""
    found = _connectors.get(connector)
    if found is None:
        load()
        with _lock, _left_as_it_was(), finished_later():
            found = importlib.import_module(f"karrio.plugins.{connector}").METADATA
        _connectors[connector] = found
    return found


def _imported() -> LoadedSdk:
    """Import the SDK, and lead all of its HTTP and threads through ours; none of its ways round that is left."""
    logging.getLogger("jstruct.utils").disabled = True  # it would log fields that it does not know, with their values
    sys.modules["karrio.core.utils.logger"] = _silent_logger()  # the SDK's own removes every handler of the program's
    from karrio import lib  # noqa: PLC0415 - not before the first call
    from karrio.core import errors, models, utils  # noqa: PLC0415
    from karrio.core.utils import helpers  # noqa: PLC0415

    helpers._urlopen_with_span = helpers.urlopen = open_url  # noqa: SLF001 - the one seam that the SDK has
    helpers.ThreadPoolExecutor = ContextExecutor
    helpers.install_opener = _say_nothing  # would send the whole program through a proxy

    class NoTracer(utils.Tracer):  # type: ignore[misc] # the SDK has no types
        """Keeps no request and no answer."""

        def trace(self, data: Any, *_: Any, **__: Any) -> Any:
            """Return what came in."""
            return data

    return LoadedSdk(lib, models, errors, NoTracer, utils.SystemConfig)


@contextmanager
def _left_as_it_was() -> Iterator[None]:
    """Keep what the SDK's import changes for the whole process: TLS unverified, broken images accepted.

    It sets the default to `ssl._create_unverified_context`, so that name means the verifying one meanwhile: nothing is
    to be put back, and no other thread sees TLS unverified even for a moment.
    """
    verified, unverified = ssl._create_default_https_context, ssl._create_unverified_context  # noqa: SLF001
    images: Any = importlib.import_module("PIL.ImageFile")
    broken_accepted = images.LOAD_TRUNCATED_IMAGES
    process: Any = ssl
    process._create_unverified_context = verified  # noqa: SLF001
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # its PyPDF2 is retired, which nobody here can change
            yield
    finally:
        process._create_unverified_context = unverified  # noqa: SLF001
        images.LOAD_TRUNCATED_IMAGES = broken_accepted


def _silent_logger() -> ModuleType:
    module: Any = ModuleType("karrio.core.utils.logger")
    module.logger = Silent()
    module.configure_logger = module.intercept_standard_logging = _say_nothing
    silent: ModuleType = module
    return silent


def _say_nothing(*_: Any, **__: Any) -> None:
    """Stand for what the SDK must not do."""
