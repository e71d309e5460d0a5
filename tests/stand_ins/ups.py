"""UPS's stand-in: OAuth, Rating v2409, Shipping v2409, Void and Tracking as developer.ups.com documents them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.stand_ins import ups_services as prices
from tests.stand_ins.oauth import Account, Tokens, basic
from tests.stand_ins.prints import base64, picture, zpl
from tests.stand_ins.server import Received, Reply, StandIn, json_reply
from tests.stand_ins.ups_answers import (
    CUSTOMS_INVOICE,
    activity,
    charges,
    form,
    package,
    refused,
    success,
    times,
    tracking_number,
)
from tests.stand_ins.ups_rules import abroad, rating_fault, shipping_fault, weight_in_pounds

TODAY = date(2026, 11, 24)

Json = dict[str, Any]
Journey = list[Json]


@dataclass
class Shipped:
    """One sale in UPS's books."""

    number: str
    """The shipment identification number: its first parcel's tracking number."""
    account: Account
    order: Json
    """The ShipmentRequest that it was bought by."""
    tracking_numbers: list[str]
    price: prices.Price
    voided: bool = False
    void_fault: tuple[str, str] | None = None
    """Why it can't be voided any more."""
    journeys: dict[str, Journey] = field(default_factory=dict)
    """By tracking number, newest first."""


class UpsStandIn(StandIn):
    """UPS, with these accounts."""

    def __init__(self, *accounts: Account) -> None:
        super().__init__()
        self.tokens = Tokens(accounts)
        self.shipments: dict[str, Shipped] = {}
        self.dearer_by = Decimal(0)
        """How much more than its rate a sold label costs."""
        self.route("POST", "/security/v1/oauth/token", self._token)
        self.route("POST", "/api/rating/v2409/Shop", self._checked(self._shop))
        self.route("POST", "/api/shipments/v2409/ship", self._checked(self._ship))
        self.route("DELETE", "/api/shipments/v2409/void/cancel/([^/]+)", self._checked(self._void))
        self.route("GET", "/api/track/v1/details/([^/]+)", self._checked(self._track))

    def happens(self, number: str, kind: str, code: str, words: str = "On its way", **place: str) -> None:
        """Let something happen to a parcel: UPS's activity type and code, one hour after what happened before."""
        journey = self._shipped(number).journeys[number]
        at = datetime(2026, 11, 24, 8, 15) + timedelta(hours=len(journey))  # noqa: DTZ001 - told without a zone
        address = {"city": "Louisville", "stateProvince": "KY", "countryCode": "US", "country": "US"} | place
        journey.insert(0, activity((kind, code, words), at, address))

    def too_late(self, number: str, code: str = "190101", words: str = "Time for voiding has expired.") -> None:
        """Let a sale be one that can't be voided any more."""
        self.shipments[number].void_fault = (code, words)

    def _shipped(self, number: str) -> Shipped:
        return next(sale for sale in self.shipments.values() if number in sale.tracking_numbers)

    def _token(self, received: Received) -> Reply:
        if not received.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return refused("10400", "Invalid/Missing Content-Type")
        if received.body != b"grant_type=client_credentials":
            return refused("10400", "Invalid/Missing grant_type")
        client_id, secret = basic(received.headers.get("authorization"))
        token = self.tokens.issue(client_id, secret)
        if token is None:
            return refused("10401", "ClientId is Invalid", 401)
        issued_at_ms = int(datetime.now().astimezone().timestamp() * 1000)
        return json_reply(
            {
                "token_type": "Bearer",
                "issued_at": str(issued_at_ms),
                "client_id": client_id,
                "access_token": token,
                "scope": "",
                "expires_in": "14399",
                "refresh_count": "0",
                "status": "approved",
            }
        )

    def _checked(self, answering: Callable[[Received, Account], Reply]) -> Callable[[Received], Reply]:
        def checked(received: Received) -> Reply:
            account = self.tokens.account(received.headers.get("authorization"))
            if account is None:
                return refused("250002", "Invalid Authentication Information.", 401)
            if received.method == "POST" and received.headers.get("content-type") != "application/json":
                return refused("10001", "The request is not well formed.", 415)
            return answering(received, account)

        return checked

    def _shop(self, received: Received, account: Account) -> Reply:
        request = json.loads(received.body).get("RateRequest", {})
        shipment = request.get("Shipment")
        if not request.get("Request", {}).get("RequestOption") or not shipment:
            return refused("10002", "The request is well formed but the request is not valid.")
        fault = rating_fault(shipment, account)
        if fault:
            return refused(*fault)
        origin, destination = (shipment[party]["Address"]["CountryCode"] for party in ("ShipFrom", "ShipTo"))
        with_times = received.query.get("additionalinfo") == ["timeintransit"]
        rated = [
            self._rated(shipment, code, account, with_times=with_times)
            for code in prices.services(origin, destination)
            if not ({prices.SATURDAY} <= _options(shipment) and code in {"03", "11", "12"})
        ]
        context = request["Request"].get("TransactionReference", {})
        return json_reply({"RateResponse": {"Response": success(context), "RatedShipment": rated}})

    def _rated(self, shipment: Json, code: str, account: Account, *, with_times: bool) -> Json:
        asked = price_of(shipment, code)
        origin, destination = (shipment[party]["Address"]["CountryCode"] for party in ("ShipFrom", "ShipTo"))
        weight = sum((weight_in_pounds(package) for package in shipment["Package"]), Decimal(0))
        told = {
            "Disclaimer": [],
            "Service": {"Code": code, "Description": ""},
            "RatingMethod": "01",
            "BillingWeight": {"UnitOfMeasurement": {"Code": "LBS"}, "Weight": str(weight.quantize(Decimal("0.1")))},
            **charges(asked, account.share, negotiated="ShipmentRatingOptions" in shipment),
        }
        if with_times:
            told["TimeInTransit"] = times(prices.services(origin, destination)[code], _pickup(shipment))
        return told

    def _ship(self, received: Received, account: Account) -> Reply:
        request = json.loads(received.body).get("ShipmentRequest", {})
        shipment = request.get("Shipment")
        if not shipment or not request.get("Request", {}).get("RequestOption"):
            return refused("10002", "The request is well formed but the request is not valid.")
        fault = shipping_fault(shipment, request.get("LabelSpecification", {}), account)
        if fault:
            return refused(*fault)
        sale = self._sold(request, account)
        asked = charges(sale.price, account.share, negotiated=True)
        negotiated = asked.pop("NegotiatedRateCharges")
        total = sale.price.total(account.share) + self.dearer_by
        negotiated["TotalCharge"] = {"CurrencyCode": sale.price.currency, "MonetaryValue": f"{total:.2f}"}
        results = {
            "Disclaimer": [],
            "ShipmentCharges": asked,
            "NegotiatedRateCharges": negotiated,
            "ShipmentIdentificationNumber": sale.number,
            "PackageResults": [self._package_result(sale, number) for number in sale.tracking_numbers],
        }
        if "InternationalForms" in shipment.get("ShipmentServiceOptions", {}):
            results["Form"] = form(["Commercial invoice", sale.number])
        alerts = [] if "Form" in results or not abroad(shipment) else [CUSTOMS_INVOICE]
        context = request["Request"].get("TransactionReference", {})
        answer = {"Response": success(context, *alerts), "ShipmentResults": results}
        return json_reply({"ShipmentResponse": answer})

    def _sold(self, request: Json, account: Account) -> Shipped:
        shipment = request["Shipment"]
        with self.lock:
            first = sum(len(sale.tracking_numbers) for sale in self.shipments.values()) + 1
            service = shipment["Service"]["Code"]
            numbers = [
                tracking_number(account.number, service, first + index) for index in range(len(shipment["Package"]))
            ]
            sale = Shipped(numbers[0], account, request, numbers, price_of(shipment, service))
            self.shipments[sale.number] = sale
        words = "Shipper created a label, UPS has not received the package yet."
        for number in numbers:
            sale.journeys[number] = []
            self.happens(number, "M", "MP", words, city="", stateProvince="")
        return sale

    def _package_result(self, sale: Shipped, number: str) -> Json:
        code = sale.order["LabelSpecification"]["LabelImageFormat"]["Code"]
        recipient = sale.order["Shipment"]["ShipTo"]
        lines = ["UPS", number, recipient["Name"], recipient["Address"]["City"]]
        content = zpl(lines) if code == "ZPL" else picture(lines, (1400, 800), code)
        label = {"ImageFormat": {"Code": code, "Description": code}, "GraphicImage": base64(content)}
        return {"TrackingNumber": number, "ShippingLabel": label}

    def _void(self, received: Received, account: Account) -> Reply:
        assert received.match is not None
        sale = self.shipments.get(received.match[1])
        if sale is None or sale.account != account:
            return refused("190102", "No shipment found within the allowed void period")
        if sale.voided:
            return refused("190117", "The Shipment has already been voided")
        if sale.void_fault:
            return refused(*sale.void_fault)
        sale.voided = True
        voided = {"Status": {"Code": "1", "Description": "Voided"}}
        return json_reply({"VoidShipmentResponse": {"Response": success({}), "SummaryResult": voided}})

    def _track(self, received: Received, _: Account) -> Reply:
        assert received.match is not None
        number = received.match[1]
        if not received.headers.get("transid") or not received.headers.get("transactionsrc"):
            return refused("TV0001", "Missing transId or transactionSrc.")
        if not 7 <= len(number) <= 34:
            return refused("TV1002", "Invalid inquiry number")
        sale = next((sale for sale in self.shipments.values() if number in sale.tracking_numbers), None)
        if sale is None:
            return refused("TW0001", "Tracking Information Not Found", 404)
        told = package(number, sale.journeys[number], sale.order, len(sale.tracking_numbers))
        return json_reply({"trackResponse": {"shipment": [{"inquiryNumber": number, "package": [told]}]}})


def price_of(shipment: Json, service: str) -> prices.Price:
    """Return the list price of a shipment that was checked."""
    places = [shipment[party]["Address"] for party in ("ShipFrom", "ShipTo")]
    origin, destination = (f"{place['CountryCode']} {place.get('PostalCode', '')}" for place in places)
    offered = prices.services(places[0]["CountryCode"], places[1]["CountryCode"])[service]
    pounds = [weight_in_pounds(package) for package in shipment["Package"]]
    zone = prices.zone(origin, destination)
    return prices.price(offered, pounds, zone, places[0]["CountryCode"], _options(shipment))


def _pickup(shipment: Json) -> date:
    told = shipment.get("DeliveryTimeInformation", {}).get("Pickup", {}).get("Date")
    return datetime.strptime(told, "%Y%m%d").date() if told else TODAY  # noqa: DTZ007 - a day without zone


def _options(shipment: Json) -> frozenset[str]:
    asked = set()
    services = shipment.get("ShipmentServiceOptions", {})
    for options in (services, *(parcel.get("PackageServiceOptions", {}) for parcel in shipment["Package"])):
        kind = options.get("DeliveryConfirmation", {}).get("DCISType")
        asked |= {{"1": prices.DELIVERY_CONFIRMATION, "2": prices.ADULT}[kind]} if kind else set()
    if "SaturdayDeliveryIndicator" in services:
        asked.add(prices.SATURDAY)
    if "ResidentialAddressIndicator" in shipment["ShipTo"]["Address"]:
        asked.add(prices.RESIDENTIAL)
    return frozenset(asked)
