"""Outbound calls: which network addresses are public, and what is wrong with an address that a customer gives."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

MOST_CHARACTERS = 2000

_NOT_PUBLIC = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
"""IANA's registry of special-purpose IPv4 addresses, multicast and the reserved end."""

_GLOBAL = IPv6Network("2000::/3")
"""All that IANA has given out as global unicast; the rest of IPv6 is local, reserved or multicast."""

_NOT_GLOBAL = tuple(IPv6Network(block) for block in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
"""Inside it: protocol assignments with Teredo, documentation (two blocks) and 6to4."""

_WITH_IPV4_INSIDE = tuple(IPv6Network(block) for block in ("::ffff:0:0/96", "64:ff9b::/96"))
"""An IPv4 address in IPv6's clothes: mapped (RFC 4291), and translated by NAT64 (RFC 6052)."""

_LOCAL_NAMES = ("localhost", "local", "internal", "localdomain", "home.arpa")
"""Names that mean this machine or this network, alone or as the last part."""


_SEPARATORS = re.compile(r"[/\\]|%2f|%5c", re.IGNORECASE)


def is_public(address: str) -> bool:
    """Return whether the IP address is one of the public internet; False for what is no IP address."""
    try:
        known = ip_address(address)
    except ValueError:
        return False
    return _is_public_ipv4(known) if isinstance(known, IPv4Address) else _is_public_ipv6(known)


def _is_public_ipv4(address: IPv4Address) -> bool:
    return not any(address in block for block in _NOT_PUBLIC)


def _is_public_ipv6(address: IPv6Address) -> bool:
    if address.scope_id:
        return False
    if any(address in block for block in _WITH_IPV4_INSIDE):
        return _is_public_ipv4(IPv4Address(int(address) & 0xFFFFFFFF))
    return address in _GLOBAL and not any(address in block for block in _NOT_GLOBAL)


def fault_of_url(url: str, *, private_allowed: bool = False) -> str | None:
    """Return what is wrong with an address that we are asked to call, as a sentence; None when nothing is.

    It must be https to a public host by its syntax; the host's addresses are looked up and checked when it is called.
    With `private_allowed` http, this machine and private networks are fine too.
    """
    if not is_plain(url) or len(url) > MOST_CHARACTERS:
        return f"must be an address of at most {MOST_CHARACTERS} ASCII characters, like https://carrier.example.com"
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in (("https", "http") if private_allowed else ("https",)) or not host or parts.port == 0:
        return f"must begin with https://{' or http://' if private_allowed else ''} and name a host"
    if "@" in parts.netloc or "?" in url or "#" in url:
        return "must have no user name, query or fragment"
    if has_dot_segments(parts.path):
        return "must have no . or .. in its path"
    return None if private_allowed else _fault_of_host(host)


def is_plain(url: str) -> bool:
    """Return whether every reader of the address reads the same: ASCII, no spaces, no backslashes, a port of digits."""
    try:
        urlsplit(url).port  # noqa: B018 - raises for what is no port
    except ValueError:
        return False
    return url.isascii() and url.isprintable() and " " not in url and "\\" not in url


def has_dot_segments(path: str) -> bool:
    """Return whether a server may take the path for another one: it has `.` or `..` segments, plain or escaped."""
    plain = re.sub("%2e", ".", path, flags=re.IGNORECASE)
    return any(segment in (".", "..") for segment in _SEPARATORS.split(plain))


def _fault_of_host(host: str) -> str | None:
    bare = host.rstrip(".")
    if ":" in bare or not bare.rpartition(".")[2].strip("0123456789"):  # nobody registers a top level of digits
        return None if is_public(bare) else "must name a public host: private and local addresses are refused"
    if "." not in bare or any(bare == name or bare.endswith(f".{name}") for name in _LOCAL_NAMES):
        return "must name a public host: local names are refused"
    return None
