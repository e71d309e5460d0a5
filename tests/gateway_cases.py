"""What tests of the SDK gateway start from: a server that answers what UPS answers, and connections to it."""

import time
from collections.abc import Callable
from typing import Any, Self

from chalicelib.carriers.gateway.sdk import Sdk, SdkAnswer, SdkOperation, metadata
from chalicelib.carriers.profiles.profile import Profile
from chalicelib.domain.credentials import Credentials
from chalicelib.domain.deadlines import Deadline
from chalicelib.domain.errors import CarrierError
from chalicelib.domain.ids import AccountId
from chalicelib.domain.ports import Connection
from chalicelib.domain.tenants import Tenant
from tests.stand_ins.server import Received, Reply, StandIn, json_reply

TEST = Tenant(AccountId("acc_1"), "test")
LIVE = Tenant(AccountId("acc_1"), "live")

SECRET = "s3cret-of-the-account"

UPS = Profile(
    "ups",
    "ups",
    "UPS",
    "production-ready",
    frozenset(),
    live_urls=("https://onlinetools.ups.com",),
    test_urls=("https://wwwcie.ups.com",),
)
CANADA_POST = Profile(
    "canadapost",
    "canadapost",
    "Canada Post",
    "production-ready",
    frozenset(),
    live_urls=("https://soa-gw.canadapost.ca",),
    test_urls=("https://ct.soa-gw.canadapost.ca",),
)
USPS = Profile(
    "usps",
    "usps",
    "USPS",
    "production-ready",
    frozenset(),
    live_urls=("https://apis.usps.com",),
    test_urls=("https://apis-tem.usps.com",),
)
FEDEX = Profile(
    "fedex",
    "fedex",
    "FedEx",
    "production-ready",
    frozenset(),
    live_urls=("https://apis.fedex.com",),
    test_urls=("https://apis-sandbox.fedex.com",),
)

TOKEN_PATH = "/security/v1/oauth/token"
RATE_PATH = "/api/rating/.*"
SHIP_PATH = "/api/shipments/v2409/ship"

ADDRESS = {
    "postal_code": "10001",
    "city": "New York",
    "state_code": "NY",
    "country_code": "US",
    "person_name": "Ann Otter",
    "address_line1": "1 Main Street",
    "phone_number": "2125550100",
}
PARCEL = {"weight": 2, "weight_unit": "LB", "length": 10, "width": 5, "height": 4, "dimension_unit": "IN"}
RATE = {"shipper": ADDRESS, "recipient": ADDRESS, "parcels": [PARCEL]}
SHIP = RATE | {"service": "ups_ground", "label_type": "ZPL", "payment": {"paid_by": "sender"}}
CANCEL = {"shipment_identifier": "1Z0000000000000001"}
TRACK = {"tracking_numbers": ["1Z0000000000000001"]}
REQUESTS: dict[SdkOperation, dict[str, Any]] = {
    "rate": RATE,
    "ship": SHIP,
    "return": SHIP,
    "cancel": CANCEL,
    "track": TRACK,
}

LABEL = "XlhBXkZEVXBeRlNeWFo="  # ^XA^FDUp^FS^XZ


def a_connection(url: str | None, **changes: Any) -> Connection:
    credentials = changes.pop("credentials", {"client_id": "id-of-the-account", "client_secret": SECRET})
    fields: dict[str, Any] = {
        "carrier_name": "ups",
        "carrier_id": "my-ups",
        "tenant": TEST,
        "id": "con_1",
        "version": 1,
        "credentials": Credentials(lambda: {"account_number": "A1B2C3"} | credentials),
        "config": {"server_url": url} if url else {},
    }
    return Connection(**(fields | changes))


def after(seconds: float) -> Deadline:
    return Deadline.after(seconds, time.monotonic)


def an_sdk() -> Sdk:
    return Sdk(allow_private_addresses=True)


def a_call(
    url: str | None,
    operation: SdkOperation = "rate",
    request: dict[str, Any] | None = None,
    *,
    sdk: Sdk | None = None,
    connection: Connection | None = None,
    profile: Profile = UPS,
    seconds: float = 8,
) -> SdkAnswer:
    asked = request or REQUESTS[operation]
    metadata(profile.connector)  # the time to load it is not the call's
    return (sdk or an_sdk()).call(connection or a_connection(url), profile, operation, asked, after(seconds))


def failure(call: Callable[[], object]) -> CarrierError:
    """Return the error of a call that must fail."""
    try:
        call()
    except CarrierError as error:
        return error
    raise AssertionError("the call did not fail")


class Busy(StandIn):
    """A server that many callers may come to at once: five that wait, the library's limit, would be too few."""

    def __enter__(self) -> Self:
        super().__enter__()
        self._server.socket.listen(128)
        return self


class Ups(Busy):
    """A server that answers what UPS answers, whoever asks."""

    def __init__(self) -> None:
        super().__init__()
        self.price = "13.45"
        self.route("POST", TOKEN_PATH, self.token)
        self.route("POST", RATE_PATH, self.rates)
        self.route("POST", SHIP_PATH, self.ship)
        self.route("DELETE", "/api/shipments/v2409/void/cancel/.*", self.void)
        self.route("GET", "/api/track/v1/details/.*", self.track)

    @property
    def tokens(self) -> int:
        """How many tokens were asked for."""
        return len(self.asked("POST", TOKEN_PATH))

    def token(self, _: Received) -> Reply:
        number = len(self.asked("POST", TOKEN_PATH))
        now_ms = str(int(time.time() * 1000))
        return json_reply({"access_token": f"token-{number}", "issued_at": now_ms, "expires_in": "14399"})

    def rates(self, _: Received) -> Reply:
        money = {"CurrencyCode": "USD", "MonetaryValue": self.price}
        nothing = {"CurrencyCode": "USD", "MonetaryValue": "0.00"}
        rated = {
            "Service": {"Code": "03"},
            "TransportationCharges": money,
            "BaseServiceCharge": money,
            "ServiceOptionsCharges": nothing,
            "TotalCharges": money,
        }
        return json_reply({"RateResponse": {"RatedShipment": [rated]}})

    def ship(self, _: Received | None = None) -> Reply:
        image = {"ImageFormat": {"Code": "ZPL"}, "GraphicImage": LABEL}
        money = {"CurrencyCode": "USD", "MonetaryValue": self.price}
        sold = {
            "ShipmentIdentificationNumber": "1Z0000000000000001",
            "ShipmentCharges": {"TotalCharges": money, "TransportationCharges": money, "ServiceOptionsCharges": money},
            "BillingWeight": {"UnitOfMeasurement": {"Code": "LBS"}, "Weight": "2.0"},
            "PackageResults": [{"TrackingNumber": "1Z0000000000000001", "ShippingLabel": image}],
        }
        return json_reply({"ShipmentResponse": {"ShipmentResults": sold}})

    def void(self, _: Received) -> Reply:
        success = {"ResponseStatus": {"Code": "1", "Description": "Success"}}
        return json_reply({"VoidShipmentResponse": {"Response": success}})

    def track(self, _: Received) -> Reply:
        activity = {
            "status": {"type": "I", "code": "DP", "description": "Departed"},
            "date": "20261124",
            "time": "081500",
        }
        package = {"trackingNumber": "1Z0000000000000001", "activity": [activity]}
        return json_reply({"trackResponse": {"shipment": [{"package": [package]}]}})
