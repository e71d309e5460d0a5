"""Reach: which addresses a connection's calls may go to, and where they really go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from urllib.parse import SplitResult, urlsplit

from chalicelib.domain.outbound import has_dot_segments, is_plain

if TYPE_CHECKING:
    from chalicelib.carriers.profiles.profile import Profile
    from chalicelib.domain.ports import Connection

PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Target:
    """Where one request goes."""

    scheme: str
    host: str
    """In lower case; an IPv6 address without brackets."""
    port: int
    path: str
    """With the query, if any."""

    @property
    def is_default_port(self) -> bool:
        """Whether the port goes without saying."""
        return PORTS[self.scheme] == self.port


@dataclass(frozen=True)
class Reach:
    """What the addresses of a connection's calls begin with, in its mode, and the server that stands in for them."""

    prefixes: tuple[str, ...]
    server_url: str | None = None
    """The connection's own `config.server_url`, without a slash at its end."""

    @classmethod
    def of(cls, connection: Connection, profile: Profile) -> Self:
        """Return what the connection reaches: a test-mode one only the carrier's sandbox, a live one only the rest."""
        given = connection.config.get("server_url")
        if isinstance(given, str) and given:  # all that the SDK may call goes there
            return cls((*profile.test_urls, *profile.live_urls), given.rstrip("/"))
        return cls(profile.test_urls if connection.tenant.is_test else profile.live_urls)

    def target(self, url: str) -> Target | None:
        """Return where a request to `url` goes; None when the connection may not go there."""
        wanted = _parts(url)
        if wanted is None:
            return None
        if self.server_url is None:
            return _target(wanted) if any(_begins(wanted, prefix) for prefix in self.prefixes) else None
        own = urlsplit(self.server_url)
        if _origin(wanted) == _origin(own):
            return _target(wanted)
        if any(_begins(wanted, prefix) for prefix in self.prefixes):
            return _target(wanted._replace(scheme=own.scheme, netloc=own.netloc, path=own.path + wanted.path))
        return None


def _parts(url: str) -> SplitResult | None:
    """Return the parts of a well-formed http address without tricks, else None."""
    if not is_plain(url):
        return None
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or "@" in parts.netloc or has_dot_segments(parts.path):
        return None
    return parts


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    return (parts.scheme, parts.hostname or "", parts.port or PORTS[parts.scheme])


def _begins(parts: SplitResult, prefix: str) -> bool:
    """Return whether scheme, host, port and the first segments of the path are the prefix's."""
    listed = urlsplit(prefix)
    path = listed.path.rstrip("/")
    return _origin(parts) == _origin(listed) and (parts.path + "/").startswith(path + "/")


def _target(parts: SplitResult) -> Target:
    scheme, host, port = _origin(parts)
    return Target(scheme, host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
