"""FedEx's stand-in: OAuth, rates and transit times, ship, cancel and tracking as developer.fedex.com documents them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

from tests.stand_ins import fedex_services as prices
from tests.stand_ins.fedex_answers import (
    invoice,
    not_found,
    piece,
    rate,
    refused,
    said,
    scan,
    shipment_rating,
    tracked,
    tracking_number,
)
from tests.stand_ins.fedex_rules import rating_fault, shipping_fault
from tests.stand_ins.oauth import Account, Tokens
from tests.stand_ins.server import Received, Reply, StandIn, json_reply

Json = dict[str, Any]
MOST_TRACKED = 30
LOUISVILLE = {"city": "Louisville", "stateOrProvinceCode": "KY", "postalCode": "40213", "countryCode": "US"}


@dataclass
class Shipped:
    """One sale in FedEx's books."""

    number: str
    """The master's tracking number."""
    account: Account
    order: Json
    """The requestedShipment that it was bought by."""
    tracking_numbers: list[str]
    price: prices.Price
    cancelled: bool = False
    cancel_fault: tuple[str, str] | None = None
    """Why it can't be cancelled any more."""
    journeys: dict[str, list[Json]] = field(default_factory=dict)
    """By tracking number, newest first."""


class FedexStandIn(StandIn):
    """FedEx, with these accounts."""

    def __init__(self, *accounts: Account) -> None:
        super().__init__()
        self.tokens = Tokens(accounts)
        self.shipments: dict[str, Shipped] = {}
        self.dearer_by = Decimal(0)
        """How much more than its rate a sold label costs."""
        self.route("POST", "/oauth/token", self._token)
        self.route("POST", "/rate/v1/rates/quotes", self._checked(self._quotes))
        self.route("POST", "/ship/v1/shipments", self._checked(self._ship))
        self.route("PUT", "/ship/v1/shipments/cancel", self._checked(self._cancel))
        self.route("POST", "/track/v1/trackingnumbers", self._checked(self._track))

    def happens(self, number: str, code: str, words: str = "On its way", **place: str) -> None:
        """Let something happen to a parcel: FedEx's event type, one hour after what happened before."""
        journey = next(sale.journeys[number] for sale in self.shipments.values() if number in sale.journeys)
        at = datetime.fromisoformat("2026-11-24T08:15:00-06:00") + timedelta(hours=len(journey))
        journey.insert(0, scan(code, words, at.isoformat(), LOUISVILLE | place))

    def too_late(self, number: str) -> None:
        """Let a sale be one that can't be cancelled any more."""
        words = "The shipment cannot be cancelled: its ship date has been closed."
        self.shipments[number].cancel_fault = ("TRACKINGIDS.TRACKINGNUMBER.CLOSED", words)

    def _token(self, received: Received) -> Reply:
        form = {name: values[0] for name, values in parse_qs(received.body.decode()).items()}
        is_form = received.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        if not is_form or form.get("grant_type") != "client_credentials":
            return refused("BAD.REQUEST.ERROR", "Missing or duplicate parameters. Please modify your request.")
        token = self.tokens.issue(form.get("client_id", ""), form.get("client_secret", ""))
        if token is None:
            words = "The given client credentials were not valid. Please modify your request and try again."
            return refused("NOT.AUTHORIZED.ERROR", words, 401)
        return json_reply({"access_token": token, "token_type": "bearer", "expires_in": 3599, "scope": "CXS-TP"})

    def _checked(self, answering: Callable[[Json, Account], Reply]) -> Callable[[Received], Reply]:
        def checked(received: Received) -> Reply:
            account = self.tokens.account(received.headers.get("authorization"))
            if account is None:
                words = "Access token expired. Please modify your request and try again."
                return refused("NOT.AUTHORIZED.ERROR", words, 401)
            if received.headers.get("content-type") != "application/json":
                return refused("INVALID.INPUT.EXCEPTION", "The content type must be application/json.", 415)
            return answering(json.loads(received.body), account)

        return checked

    def _quotes(self, request: Json, account: Account) -> Reply:
        fault = rating_fault(request, account)
        if fault:
            return refused(*fault)
        shipment = request["requestedShipment"]
        origin, destination = shipment["shipper"]["address"], shipment["recipient"]["address"]
        wanted = shipment.get("serviceType")
        details = [
            rate(name, service, prices.price(service, shipment, destination), request, account.share)
            for name, service in prices.services(origin, destination).items()
            if wanted in (None, name)
        ]
        return said({"rateReplyDetails": details, "quoteDate": shipment["shipDateStamp"], "encoded": False})

    def _ship(self, request: Json, account: Account) -> Reply:
        fault = shipping_fault(request, account)
        if fault:
            return refused(*fault)
        shipment = request["requestedShipment"]
        destination = shipment["recipients"][0]["address"]
        service = prices.services(shipment["shipper"]["address"], destination)[shipment["serviceType"]]
        sale = self._sold(shipment, account, prices.price(service, shipment, destination))
        pieces = [piece(number, sale.number, index, shipment) for index, number in enumerate(sale.tracking_numbers)]
        told = {
            "serviceType": shipment["serviceType"],
            "serviceName": service.name,
            "shipDatestamp": shipment["shipDatestamp"],
            "masterTrackingNumber": sale.number,
            "pieceResponses": pieces,
            "shipmentDocuments": [invoice(sale.number)] if "customsClearanceDetail" in shipment else [],
            "completedShipmentDetail": {
                "carrierCode": service.carrier,
                "shipmentRating": shipment_rating(sale.price, account.share, self.dearer_by),
            },
        }
        return said({"transactionShipments": [told]})

    def _sold(self, shipment: Json, account: Account, price: prices.Price) -> Shipped:
        with self.lock:
            first = sum(len(sale.tracking_numbers) for sale in self.shipments.values()) + 1
            numbers = [tracking_number(first + index) for index in range(len(shipment["requestedPackageLineItems"]))]
            sale = Shipped(numbers[0], account, shipment, numbers, price)
            self.shipments[sale.number] = sale
        for number in numbers:
            sale.journeys[number] = []
            self.happens(number, "OC", "Shipment information sent to FedEx")
        return sale

    def _cancel(self, request: Json, account: Account) -> Reply:
        if request.get("accountNumber", {}).get("value") != account.number:
            return refused("ACCOUNT.NUMBER.MISMATCH", "The account number does not belong to the credentials.")
        sale = self.shipments.get(request.get("trackingNumber", ""))
        if sale is None or sale.account != account:
            return refused("NOT.FOUND.ERROR", "The resource you requested is no longer available.", 404)
        if sale.cancelled:
            return refused("CANCELSHIPMENT.TRACKINGNUMBER.DELETED", "The tracking number has already been deleted.")
        if sale.cancel_fault:
            return refused(*sale.cancel_fault)
        sale.cancelled = True
        return said({"cancelledShipment": True, "cancelledHistory": True, "successMessage": "Success"})

    def _track(self, request: Json, _: Account) -> Reply:
        wanted = [one.get("trackingNumberInfo", {}).get("trackingNumber", "") for one in request["trackingInfo"]]
        if not 1 <= len(wanted) <= MOST_TRACKED or not all(wanted):
            return refused("TRACKING.TRACKINGNUMBER.EMPTY", "Please provide tracking number.")
        return said({"completeTrackResults": [self._tracked(number) for number in wanted]})

    def _tracked(self, number: str) -> Json:
        sale = next((sale for sale in self.shipments.values() if number in sale.journeys), None)
        return not_found(number) if sale is None else tracked(number, sale.journeys[number], sale.order)
