"""USPS's stand-in: OAuth, payments, shipping options, labels and tracking, version 3, as its portal documents them.

Source: USPS Developer Portal (OAuth 3.0, Payments 3.0, Shipping Options 3.0, Domestic Labels 3.0, Tracking 3.0) and its
published examples. Prices and numbers are made up; a price goes by class, weight, lane and account.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any
from urllib.parse import parse_qs

from tests.stand_ins.oauth import Account, Tokens
from tests.stand_ins.prints import base64, pdf, zpl
from tests.stand_ins.server import Received, Reply, StandIn, json_reply
from tests.stand_ins.usps_rules import (
    CLASSES,
    EXTRAS,
    INDICATORS,
    PRICE_TYPES,
    label_problems,
    option_problems,
    payment_problem,
)

ACCOUNTS = (
    Account("gears-at-usps", "s3cret-of-gears", "1000431207", share=Decimal("0.80")),
    Account("looms-at-usps", "s3cret-of-looms", "1000987345", share=Decimal("1.10")),
)
IDS = {  # CRID, MID, manifest MID by account number
    "1000431207": ("41207311", "901204577", "901204578"),
    "1000987345": ("42987340", "901987002", "901987003"),
}
PRE_SHIPMENT = {"eventType": "Label Created, not yet in system", "category": "Pre-Shipment"}
UNDELIVERABLE = "00000"
"""A ZIP code that there is not."""


@dataclass
class Label:
    """One label in the books."""

    number: str
    account: Account
    asked: dict[str, Any]
    postage: Decimal
    extras: tuple[tuple[str, Decimal], ...]
    cancelled: bool = False
    events: list[dict[str, Any]] = field(default_factory=list)


def refusal(api: str, status: int, message: str, **source: str) -> Reply:
    """Answer USPS's error object; a field that is wrong stands in `errors` with its parameter."""
    error: dict[str, Any] = {"code": str(status), "message": message, "errors": []}
    if source:
        told = {"status": str(status), "code": str(status), "title": "Invalid request", "detail": message}
        error["errors"] = [told | {"source": source}]
    return json_reply({"apiVersion": f"/{api}/v3", "error": error}, status)


def with_check_digit(digits: str) -> str:
    """Return a number with its last digit: weights 3 and 1 from the right, modulo 10 (USPS Publication 199)."""
    total = sum(int(digit) * (3 if index % 2 == 0 else 1) for index, digit in enumerate(reversed(digits)))
    return digits + str(-total % 10)


class Usps(StandIn):
    """The APIs of one host; `scan` moves a sold parcel."""

    def __init__(self, accounts: Sequence[Account] = ACCOUNTS) -> None:
        super().__init__()
        self.tokens = Tokens(accounts)
        self.payments: dict[str, Account] = {}
        self.sold: dict[str, Label] = {}
        self.offers_cubic = False
        """Whether each class has a second, cheaper price of the same name: for cubic parcels."""
        self.category = "MACHINABLE"
        self.promises = True
        """Whether rates say when a parcel is delivered."""
        self.is_terse = False
        """Whether tracking tells events alone, and no status of the whole."""
        self.route("POST", "/oauth2/v3/token", self.token)
        self.route("POST", "/payments/v3/payment-authorization", self.payment)
        self.route("POST", "/shipments/v3/options/search", self.options)
        self.route("POST", "/labels/v3/label", self.label)
        self.route("DELETE", r"/labels/v3/label/(\w+)", self.cancel)
        self.route("GET", r"/tracking/v3/tracking/(\w+)", self.tracking)

    def token(self, received: Received) -> Reply:
        form = {name: told[0] for name, told in parse_qs(received.body.decode()).items()}
        if received.headers.get("content-type") != "application/x-www-form-urlencoded":
            return json_reply({"error": "invalid_request", "error_description": "The content type is wrong"}, 400)
        if form.get("grant_type") != "client_credentials":
            return json_reply({"error": "unsupported_grant_type", "error_description": "The grant is wrong"}, 400)
        token = self.tokens.issue(form.get("client_id", ""), form.get("client_secret", ""))
        if token is None:
            told = {"error": "invalid_client", "error_description": "The client credentials are not valid"}
            return json_reply(told | {"error_uri": ""}, 401)
        answer = {"access_token": token, "token_type": "Bearer", "issued_at": 1_795_512_600_000, "expires_in": 28_799}
        return json_reply(answer | {"status": "approved", "scope": form.get("scope", "")})

    def caller(self, received: Received, api: str) -> Account | Reply:
        account = self.tokens.account(received.headers.get("authorization"))
        return account or refusal(api, 401, "The access token is missing, not valid, or has expired")

    def paying(self, received: Received, api: str) -> Account | Reply:
        """Return who calls and pays: the token of the payment authorization must be the same account's."""
        caller = self.caller(received, api)
        if isinstance(caller, Reply):
            return caller
        payer = self.payments.get(received.headers.get("x-payment-authorization-token", ""))
        return caller if payer == caller else refusal(api, 401, "The payment authorization token is not valid")

    def payment(self, received: Received) -> Reply:
        caller = self.caller(received, "payments")
        if isinstance(caller, Reply):
            return caller
        problem = payment_problem(received.json(), caller.number, IDS[caller.number])
        if problem:
            return refusal("payments", 400, problem, parameter="roles")
        token = f"payment-{len(self.payments) + 1}-of-{caller.client_id}"
        self.payments[token] = caller
        return json_reply({"paymentAuthorizationToken": token, "roles": received.json()["roles"]})

    def options(self, received: Received) -> Reply:
        caller = self.caller(received, "shipments")
        if isinstance(caller, Reply):
            return caller
        asked = received.json()
        for parameter, problem in option_problems(asked):
            return refusal("shipments", 400, problem, parameter=parameter)
        if asked["pricingOptions"][0]["paymentAccount"].get("accountNumber") != caller.number:
            return refusal("shipments", 403, "The payment account is not this customer's")
        if UNDELIVERABLE in (asked["originZIPCode"][:5], asked["destinationZIPCode"][:5]):
            return refusal("shipments", 400, "The ZIP code does not exist", parameter="destinationZIPCode")
        wanted = asked["packageDescription"]["mailClass"]
        price_type = asked["pricingOptions"][0]["priceType"]
        shown = [
            {"mailClass": code, "rateOptions": self.rate_options(caller, asked, code, price_type)}
            for code in CLASSES
            if wanted in ("ALL", code)
        ]
        answer = {"originZIPCode": asked["originZIPCode"], "destinationZIPCode": asked["destinationZIPCode"]}
        return json_reply(answer | {"pricingOptions": [{"priceType": price_type, "shippingOptions": shown}]})

    def rate_options(self, caller: Account, asked: dict[str, Any], code: str, price_type: str) -> list[dict[str, Any]]:
        """Return the single piece, and with `offers_cubic` the cubic parcel of the same product."""
        indicators = ["PA" if code == "PRIORITY_MAIL_EXPRESS" else "SP", *(["CP"] if self.offers_cubic else [])]
        return [self.rate_option(caller, asked, (code, indicator), price_type) for indicator in indicators]

    def rate_option(
        self, caller: Account, asked: dict[str, Any], product: tuple[str, str], price_type: str
    ) -> dict[str, Any]:
        code, indicator = product
        name, days = CLASSES[code][0], CLASSES[code][2]
        package = asked["packageDescription"]
        base = price(caller, code, package["weight"], asked["originZIPCode"], asked["destinationZIPCode"])
        base = (base * INDICATORS[indicator] * PRICE_TYPES[price_type]).quantize(Decimal("0.01"))
        extras = [EXTRAS[extra] for extra in package.get("extraServices", ())]
        day = date.fromisoformat(package["mailingDate"]) + timedelta(days=days)
        rate = {"description": f"{name} Single-piece", "productName": name, "mailClass": code, "price": float(base)}
        rate |= {"priceType": price_type, "zone": "08", "rateIndicator": indicator, "processingCategory": self.category}
        promise = {"commitment": {"name": f"{days} Days", "scheduleDeliveryDate": day.isoformat()}}
        return (promise if self.promises else {}) | {
            "totalPrice": float(base + sum(cost for _, cost in extras)),
            "totalBasePrice": float(base),
            "rates": [rate | {"SKU": f"D{code[:2]}X0XXXXX00010", "fees": []}],
            "extraServices": [{"name": name, "price": float(cost), "priceType": price_type} for name, cost in extras],
        }

    def label(self, received: Received) -> Reply:
        caller = self.paying(received, "labels")
        if isinstance(caller, Reply):
            return caller
        asked = received.json()
        for parameter, problem in label_problems(asked):
            return refusal("labels", 400, problem, parameter=parameter)
        if UNDELIVERABLE in (asked["toAddress"]["ZIPCode"], asked["fromAddress"]["ZIPCode"]):
            return refusal("labels", 400, "The ZIP code does not exist", parameter="toAddress.ZIPCode")
        package = asked["packageDescription"]
        lane = package["inductionZIPCode"], asked["toAddress"]["ZIPCode"]
        with self.lock:
            number = with_check_digit(f"9405501{IDS[caller.number][1]}{len(self.sold) + 1:05}")
            share = INDICATORS[package["rateIndicator"]]
            postage = (price(caller, package["mailClass"], package["weight"], *lane) * share).quantize(Decimal("0.01"))
            extras = tuple(EXTRAS[extra] for extra in package.get("extraServices", ()))
            self.sold[number] = Label(number, caller, asked, postage, extras)
        return multipart(self.sold[number])

    def cancel(self, received: Received) -> Reply:
        caller = self.paying(received, "labels")
        if isinstance(caller, Reply):
            return caller
        assert received.match is not None
        label = self.sold.get(received.match[1])
        if label is None or label.account != caller:
            return refusal("labels", 404, "The tracking number was not found", parameter="trackingNumber")
        if label.cancelled:
            return refusal("labels", 400, "The label has already been canceled", parameter="trackingNumber")
        if label.events:
            return refusal("labels", 400, "The label is in use and cannot be canceled", parameter="trackingNumber")
        label.cancelled = True
        return json_reply({"trackingNumber": label.number, "status": "CANCELED"})

    def scan(self, number: str, code: str, at: datetime, words: str = "", category: str = "In Transit") -> None:
        """Let an event be recorded for a sold parcel; `at` is aware, and told as local time and offset."""
        offset = f"{at:%z}"
        event = {
            "eventType": words or code,
            "eventCode": code,
            "eventTimestamp": f"{at:%Y-%m-%dT%H:%M:%S}",
            "GMTOffset": f"{offset[:3]}:{offset[3:]}",
            "eventCity": "SAN FRANCISCO",
            "eventState": "CA",
            "eventZIP": "94103",
            "eventCountry": None,
        }
        self.sold[number].events.insert(0, event | {"category": category})

    def tracking(self, received: Received) -> Reply:
        caller = self.caller(received, "tracking")
        if isinstance(caller, Reply):
            return caller
        assert received.match is not None
        label = self.sold.get(received.match[1])
        if label is None:
            return refusal("tracking", 404, "The tracking number could not be found", parameter="trackingNumber")
        told = {"trackingNumber": label.number, "mailClass": label.asked["packageDescription"]["mailClass"]}
        events = [{name: said for name, said in event.items() if name != "category"} for event in label.events]
        latest = label.events[0] if label.events else PRE_SHIPMENT
        if not self.is_terse:
            told |= {"status": latest["eventType"], "statusCategory": latest["category"]}
        told |= {"destinationZIP": label.asked["toAddress"]["ZIPCode"], "trackingEvents": events}
        return json_reply(told | {"expectedDeliveryTimeStamp": "2026-11-27T20:00:00Z"})


def price(account: Account, code: str, pounds: float, origin: str, destination: str) -> Decimal:
    """Return the postage: a start by class, and so much a started pound, more to another first digit of the ZIP."""
    _, start, _ = CLASSES[code]
    steps = Decimal(str(pounds)).to_integral_value(ROUND_CEILING)
    lane = Decimal("1.5") if origin[0] != destination[0] else Decimal(1)
    return (account.share * lane * (start + steps)).quantize(Decimal("0.01"))


def multipart(label: Label) -> Reply:
    """Answer the label's data and its image in base64, as parts of a form."""
    kind = label.asked["imageInfo"]["imageType"]
    lines = [label.number, label.asked["packageDescription"]["mailClass"]]
    image, form = (zpl(lines), "zpl") if kind.startswith("ZPL") else (pdf(lines, (4, 6)), "pdf")
    metadata = {
        "trackingNumber": label.number,
        "postage": float(label.postage),
        "extraServices": [{"name": name, "price": float(cost)} for name, cost in label.extras],
        "fees": [],
        "zone": "08",
        "serviceTypeCode": 346,
        "SKU": "DPXX0XXXXC01005",
    }
    edge = b"--8kPzqWmTd3xR"
    data = b'Content-Type: application/json\r\nContent-Disposition: form-data; name="labelMetadata"\r\n\r\n'
    head = f'Content-Type: application/{form}\r\nContent-Disposition: form-data; filename="labelImage.{form}"; '
    body = edge + b"\r\n" + data + json_reply(metadata).body + b"\r\n" + edge + b"\r\n"
    body += head.encode() + b'name="labelImage"\r\n\r\n' + base64(image).encode() + b"\r\n" + edge + b"--\r\n"
    return Reply(200, body, "multipart/form-data; boundary=8kPzqWmTd3xR")
