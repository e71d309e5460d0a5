"""The network: TLS is verified, the deadline holds, and only the connection's own addresses are reached."""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from chalicelib.carriers.gateway.sdk import Sdk, SdkOperation, metadata
from chalicelib.domain.errors import CarrierTimeout, CarrierUnavailable
from tests.gateway_cases import LIVE, TEST, TOKEN_PATH, UPS, Ups, a_call, a_connection, failure

SLACK_S = 0.15


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a self-made certificate for 127.0.0.1 and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "stand-in")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    file.write_bytes(made.public_bytes(pem) + private)
    return file


@contextmanager
def over_tls(ups: Ups, certificate: Path) -> Iterator[str]:
    """Let the server speak TLS; yield its address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with ups:
        ups._server.socket = context.wrap_socket(ups._server.socket, server_side=True)
        yield ups.url.replace("http://", "https://")


def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certificate)


def test_a_certificate_that_nobody_vouches_for_is_refused_before_anything_is_sent(certificate: Path):
    ups = Ups()
    with over_tls(ups, certificate) as url:
        error = failure(lambda: a_call(url, "ship"))

        assert ups.requests == []
    assert type(error) is CarrierUnavailable
    assert error.messages[0].code == "certificate_not_trusted"
    assert error.message == (
        "UPS showed a certificate for 127.0.0.1 that does not verify: self-signed certificate. Nothing was sent."
    )
    assert not error.maybe_done


def test_a_certificate_for_another_name_is_refused(certificate: Path):
    with over_tls(Ups(), certificate) as url:
        sdk = Sdk(allow_private_addresses=True, context=trusting(certificate))

        error = failure(lambda: a_call(url.replace("127.0.0.1", "localhost"), sdk=sdk))

    assert error.messages[0].code == "certificate_not_trusted"


def test_a_certificate_that_verifies_is_fine(certificate: Path):
    with over_tls(Ups(), certificate) as url:
        assert a_call(url, sdk=Sdk(allow_private_addresses=True, context=trusting(certificate))).result


def test_an_https_address_is_never_called_in_clear():
    with Ups() as ups:
        error = failure(lambda: a_call(ups.url.replace("http://", "https://"), seconds=1))

        assert ups.requests == []
    assert type(error) is CarrierUnavailable


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Accept connections and answer each in a thread of its own; yield the address."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def serve() -> None:
            while True:
                try:
                    connected, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=answer, args=(connected,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


def silence(connected: socket.socket) -> None:
    """Say nothing until the other side goes."""
    with closing(connected):
        connected.settimeout(5)
        while connected.recv(65536):
            pass


def dripping(first: bytes, then: bytes) -> Callable[[socket.socket], None]:
    """Send `first`, and `then` every 20 ms until the other side goes."""

    def answer(connected: socket.socket) -> None:
        with closing(connected), suppress(OSError):
            connected.recv(65536)
            connected.sendall(first)
            while not threading.Event().wait(0.02):
                connected.sendall(then)

    return answer


SLOW: dict[str, Callable[[socket.socket], None]] = {
    "status drips": dripping(b"HTTP/1.1 200 O", b"O"),
    "header drips": dripping(b"HTTP/1.1 200 OK\r\nA: ", b"b"),
    "header lines drip": dripping(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"),
    "body drips": dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", b"b"),
    "nothing comes": silence,
}


@pytest.mark.parametrize("answer", SLOW.values(), ids=SLOW)
@pytest.mark.parametrize("operation", ["rate", "ship"])
def test_the_deadline_holds_whatever_comes_slowly(operation: SdkOperation, answer: Callable[[socket.socket], None]):
    metadata("ups")
    with listening(answer) as url:
        started = time.monotonic()

        error = failure(lambda: a_call(url, operation, seconds=0.4))

    assert type(error) is CarrierTimeout
    assert time.monotonic() - started < 0.4 + SLACK_S


def test_the_deadline_holds_for_a_handshake_that_never_ends(certificate: Path):
    sdk = Sdk(allow_private_addresses=True, context=trusting(certificate))
    metadata("ups")
    with listening(silence) as url:
        started = time.monotonic()

        error = failure(lambda: a_call(url.replace("http://", "https://"), sdk=sdk, seconds=0.3))

    assert type(error) is CarrierTimeout
    assert time.monotonic() - started < 0.3 + SLACK_S


def test_a_host_that_nobody_listens_on_is_told():
    with Ups() as ups:
        url = ups.url

    error = failure(lambda: a_call(url, "ship"))

    assert type(error) is CarrierUnavailable
    assert error.message == "UPS could not be reached: no connection to 127.0.0.1."
    assert not error.maybe_done


def test_a_name_that_nobody_knows_is_told():
    error = failure(lambda: a_call("https://carrier.invalid", seconds=4))

    assert type(error) is CarrierUnavailable
    assert error.message == "UPS could not be reached: the name carrier.invalid is not known."


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254", "[::ffff:127.0.0.1]", "localhost"]
)
def test_private_addresses_are_refused_when_connecting(host: str):
    error = failure(lambda: a_call(f"https://{host}:1", "ship", sdk=Sdk(), seconds=2))

    assert error.messages[0].code == "address_refused"
    assert not error.maybe_done


def test_nothing_is_sent_in_clear_where_private_addresses_are_not_allowed():
    error = failure(lambda: a_call("http://93.184.216.34:1", sdk=Sdk(), seconds=2))

    assert error.messages[0].code == "address_refused"


def test_the_stand_in_gets_all_calls_of_its_connection_with_their_paths_and_its_own_host():
    with Ups() as ups:
        a_call(ups.url)

        assert [one.path for one in ups.requests] == [TOKEN_PATH, "/api/rating/v2409/Shop"]
        assert {one.headers["host"] for one in ups.requests} == {ups.url.removeprefix("http://")}


def test_a_test_mode_connection_reaches_no_live_host():
    live_only = replace(UPS, test_urls=("https://elsewhere.ups.com",))

    error = failure(lambda: a_call(None, profile=live_only, connection=a_connection(None, tenant=TEST)))

    assert error.messages[0].code == "address_refused"


def test_a_live_connection_reaches_no_test_host():
    test_only = replace(UPS, live_urls=UPS.test_urls)

    error = failure(lambda: a_call(None, profile=test_only, connection=a_connection(None, tenant=LIVE)))

    assert error.messages[0].code == "address_refused"


def test_a_header_that_would_forge_another_is_not_sent():
    with Ups() as ups:
        connection = a_connection(ups.url, config={"server_url": ups.url, "merchant_id": "a\r\nX-Forged: b"})

        error = failure(lambda: a_call(None, "ship", connection=connection))

        assert ups.requests == []
    assert "Forged" not in error.message
    assert not error.maybe_done


def test_a_number_with_tricks_in_it_leads_to_no_other_path():
    with Ups() as ups:
        error = failure(lambda: a_call(ups.url, "cancel", {"shipment_identifier": "../../../../etc"}))

        assert ups.asked("DELETE", ".*") == []
    assert error.messages[0].code == "address_refused"
