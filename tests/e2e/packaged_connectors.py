"""A program: with nothing but an unpacked deployment package, load every connector and let it map requests.

Run as `python -I -S -B packaged_connectors.py FOLDER`. A server that is down stands in for all carriers, so
whoever could map its request fails for that. Prints JSON: by carrier, what could not be mapped, and why.
"""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

sys.path.insert(0, sys.argv[1])

from chalicelib.carriers import catalogue
from chalicelib.carriers.gateway.sdk import Sdk, SdkOperation
from chalicelib.domain.credentials import Credentials
from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import CarrierError
from chalicelib.domain.ids import AccountId
from chalicelib.domain.ports import Connection
from chalicelib.domain.tenants import Tenant

PLACE = {
    "person_name": "Ada Byron",
    "company_name": "Analytical Goods",
    "phone_number": "+1 212 555 0147",
    "email": "ada@example.com",
    "address_line1": "350 5th Avenue",
    "city": "New York",
    "state_code": "NY",
    "postal_code": "10118",
    "country_code": "US",
}
CANADA = PLACE | {"city": "Ottawa", "state_code": "ON", "postal_code": "K1A 0B1", "country_code": "CA"}
PLACES = {"canadapost": {"shipper": CANADA}, "usps_international": {"recipient": CANADA}}
"""Who does not carry within the United States."""

UNMAPPED = ("invalid_request", "not_supported")

REQUESTS: dict[str, dict[str, Any]] = {
    "rate": {
        "shipper": PLACE,
        "recipient": PLACE | {"person_name": "Charles Babbage"},
        "parcels": [
            {"weight": 1.5, "weight_unit": "KG", "length": 30, "width": 20, "height": 15, "dimension_unit": "CM"}
        ],
        "options": {},
        "services": [],
        "payment": {"paid_by": "sender"},
    },
    "track": {"tracking_numbers": ["1Z5R89390357567127"], "options": {}},
}


class Down(BaseHTTPRequestHandler):
    """Answers that it is down."""

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST = do_PUT = answer  # noqa: N815 - the library's names

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


def asked(sdk: Sdk, carrier_name: str, url: str) -> list[str]:
    """Return the operations whose requests could not be mapped, with the reason."""
    profile = catalogue.profile(carrier_name)
    fields = catalogue.entry(carrier_name).connection_fields
    credentials = {name: (facts.values[0] if facts.values else "12345678") for name, facts in fields.items()}
    tenant = Tenant(AccountId("acc_01KAT5F2G8QWERTY0123456789"), "test")
    connection = Connection(
        carrier_name, carrier_name, tenant, credentials=Credentials(lambda: credentials), config={"server_url": url}
    )
    faults = []
    operations: dict[SdkOperation, str] = {"rate": "rating", "track": "tracking"}
    for operation, capability in operations.items():
        if capability not in profile.capabilities:
            continue
        request = REQUESTS[operation] | PLACES.get(carrier_name, {})
        try:
            sdk.call(connection, profile, operation, request, Deadline.after(20, time.monotonic))
        except CarrierError as error:
            if error.messages[0].code in UNMAPPED:
                faults.append(f"{operation}: {error.message}")
    return faults


def main() -> None:
    """Ask all carriers."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Down)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sdk = Sdk(allow_private_addresses=True)
    url = f"http://127.0.0.1:{server.server_address[1]}"
    names = [name for name in catalogue.carriers() if name != "sandbox"]
    sys.stdout.write(json.dumps({name: asked(sdk, name, url) for name in names}))
    server.shutdown()


main()
