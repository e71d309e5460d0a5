"""Outbound calls: public addresses by IANA's registries, and addresses that customers give."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.outbound import fault_of_url, has_dot_segments, is_plain, is_public

PUBLIC = (
    "1.1.1.1",
    "93.184.216.34",
    "172.15.255.255",
    "172.32.0.1",
    "100.63.255.255",
    "100.128.0.0",
    "223.255.255.255",
)
PUBLIC_IPV6 = ("2606:4700::1111", "2a00:1450::1", "2001:200::1", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1")
PRIVATE = (
    "0.0.0.0",  # noqa: S104 - an example
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "255.255.255.255",
)
PRIVATE_IPV6 = (
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::1",
    "100::1",
)


@pytest.mark.parametrize("address", PUBLIC + PUBLIC_IPV6)
def test_an_address_of_the_public_internet_is_public(address: str):
    assert is_public(address)


@pytest.mark.parametrize("address", PRIVATE + PRIVATE_IPV6)
def test_an_address_of_a_machine_or_network_of_its_own_is_not(address: str):
    assert not is_public(address)


@pytest.mark.parametrize(
    "text", ["", "example.com", "127.1", "0x7f.0.0.1", "2130706433", "1.1.1.1:80", "[::1]", "1.1.1.01"]
)
def test_what_is_no_address_is_not_public(text: str):
    assert not is_public(text)


@given(st.integers(0, 2**32 - 1))
def test_an_ipv4_address_in_ipv6s_clothes_is_as_public_as_without(number: int):
    plain = ipaddress.IPv4Address(number)

    assert is_public(f"::ffff:{plain}") == is_public(str(plain)) == is_public(f"64:ff9b::{plain}")


@given(st.ip_addresses())
def test_nothing_is_public_that_the_standard_library_holds_for_private(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
):
    if address.is_private or address.is_loopback or address.is_multicast or address.is_link_local:
        nat64 = isinstance(address, ipaddress.IPv6Address) and address in ipaddress.IPv6Network("64:ff9b::/96")
        mapped = isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None
        assert not is_public(str(address)) or nat64 or mapped


GOOD = (
    "https://carrier.example.com",
    "https://carrier.example.com:8443/base/path",
    "https://carrier.example.com.",
    "https://93.184.216.34",
    "https://[2606:4700::1111]/x",
)
NOT_PLAIN = (
    "https://carrier.example.com:99999",
    "https://carrier.example.com:eighty",
    "https://carrier .example.com",
    "https://carrier.example.com\\@evil.example",
    "https://carrier.example.com\n",
    "https://cärrier.example.com",
    "https://[::1",
    "https://x.example.com/" + "a" * 2000,
)
NO_HOST = (
    "",
    "carrier.example.com",
    "ftp://carrier.example.com",
    "https://",
    "https:///path",
    "https://:443",
    "https://carrier.example.com:0",
)
WITH_MORE = (
    "https://user@carrier.example.com",
    "https://user:password@carrier.example.com",
    "https://@carrier.example.com",
    "https://carrier.example.com?a=b",
    "https://carrier.example.com?",
    "https://carrier.example.com#a",
    "https://carrier.example.com#",
)
WITH_DOTS = (
    "https://carrier.example.com/../x",
    "https://carrier.example.com/%2e%2E/x",
    "https://carrier.example.com/.",
)
LOCAL_NAMES = (
    "https://localhost",
    "https://LOCALHOST.",
    "https://a.localhost",
    "https://intranet",
    "https://printer.local",
    "https://home.arpa",
    "https://router.home.arpa",
    "https://metadata.google.internal",
    "https://0x7f.localdomain",
    "https://0x7f000001",
)
PRIVATE_ADDRESSES = (
    "https://127.0.0.1",
    "https://127.0.0.1.",
    "https://10.0.0.1:8443",
    "https://[::1]",
    "https://[fd00:ec2::254]",
    "https://2130706433",
    "https://127.1",
    "https://0x7f.1",
)
MUST_BEGIN = "must begin with https:// and name a host"
ALIKE = (
    (NOT_PLAIN, "must be an address of at most 2000 ASCII characters, like https://carrier.example.com"),
    (WITH_MORE, "must have no user name, query or fragment"),
    (WITH_DOTS, "must have no . or .. in its path"),
)
"""What is refused for the same reason whether private addresses are allowed or not."""
REFUSED = (
    *ALIKE,
    ((*NO_HOST, "http://carrier.example.com"), MUST_BEGIN),
    (LOCAL_NAMES, "must name a public host: local names are refused"),
    (PRIVATE_ADDRESSES, "must name a public host: private and local addresses are refused"),
)
REFUSED_ALL_THE_SAME = (*ALIKE, (NO_HOST, "must begin with https:// or http:// and name a host"))


def each(refused: tuple[tuple[tuple[str, ...], str], ...]) -> list[tuple[str, str]]:
    return [(url, told) for urls, told in refused for url in urls]


@pytest.mark.parametrize("url", GOOD)
def test_an_https_address_of_a_public_host_has_no_fault(url: str):
    assert fault_of_url(url) is None


@pytest.mark.parametrize(("url", "told"), each(REFUSED))
def test_any_other_address_is_told_what_it_must_be(url: str, told: str):
    assert fault_of_url(url) == told


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost", "https://10.0.0.1/x", "http://[::1]:1"])
def test_with_private_ones_allowed_this_machine_is_fine(url: str):
    assert fault_of_url(url, private_allowed=True) is None


@pytest.mark.parametrize(("url", "told"), each(REFUSED_ALL_THE_SAME))
def test_a_malformed_address_has_a_fault_all_the_same(url: str, told: str):
    assert fault_of_url(url, private_allowed=True) == told


def test_an_address_has_at_most_2000_characters():
    longest = "https://x.example.com/".ljust(2000, "a")

    assert fault_of_url(longest) is None
    assert fault_of_url(f"{longest}a") is not None


@pytest.mark.parametrize("host", ["notlocalhost.com", "localhost.example.com", "internal.example", "1.example.com"])
def test_a_name_that_only_looks_like_a_local_one_is_fine(host: str):
    assert fault_of_url(f"https://{host}") is None


@pytest.mark.parametrize(
    "path", ["/a/../b", "/..", "/a/./b", "/%2e%2e/b", "/a/..%2fb", "/a/%2E.", "/a\\..\\b", "/a%5c..%5Cb"]
)
def test_dots_that_lead_elsewhere_are_seen_however_they_are_written(path: str):
    assert has_dot_segments(path)


@pytest.mark.parametrize("path", ["", "/", "/a.b/c..d", "/v1.0/rates", "/...", "/.well-known/x"])
def test_other_dots_are_fine(path: str):
    assert not has_dot_segments(path)


@pytest.mark.parametrize("url", ["https://a/b c", "https://a/\tb", "https://a/é", "https://a:b/", "https://a\\b"])
def test_an_address_that_readers_may_read_differently_is_not_plain(url: str):
    assert not is_plain(url)
