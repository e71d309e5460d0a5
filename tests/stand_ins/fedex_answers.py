"""FedEx's answers, part by part, as its REST APIs document them."""

from datetime import date
from decimal import Decimal
from typing import Any

from chalicelib.domain.check_digits import two_moduli_digit
from tests.stand_ins.fedex_services import Price, Service, arrival, billed_pounds
from tests.stand_ins.prints import base64, pdf, zpl
from tests.stand_ins.server import Reply, json_reply

Json = dict[str, Any]
TRANSIT = {1: "ONE_DAY", 2: "TWO_DAYS", 3: "THREE_DAYS", 4: "FOUR_DAYS", 5: "FIVE_DAYS", 6: "SIX_DAYS"}
WEIGHTS = (3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1)


def refused(code: str, words: str, status: int = 400) -> Reply:
    """Return a refusal in FedEx's envelope."""
    body = {"transactionId": "3e2c6a5e-61f2-4b0e-9d27-58a0c4be1f11", "errors": [{"code": code, "message": words}]}
    return json_reply(body, status)


def said(output: Json, *alerts: Json) -> Reply:
    """Return an answer that did what was asked."""
    told = output | ({"alerts": list(alerts)} if alerts else {})
    return json_reply({"transactionId": "3e2c6a5e-61f2-4b0e-9d27-58a0c4be1f11", "output": told})


def rate(service_type: str, service: Service, price: Price, request: Json, share: Decimal) -> Json:
    """Return one service's quote: by the list, and by the customer's contract."""
    shipment = request["requestedShipment"]
    promised = arrival(service, date.fromisoformat(shipment["shipDateStamp"]))
    pounds = sum(billed_pounds(item) for item in shipment["requestedPackageLineItems"])
    kinds = {"LIST": Decimal(1), "ACCOUNT": share}
    return {
        "serviceType": service_type,
        "serviceName": service.name,
        "packagingType": shipment["packagingType"],
        "ratedShipmentDetails": [
            _rated(kind, price, by, pounds) for kind, by in kinds.items() if kind in shipment["rateRequestType"]
        ],
        "operationalDetail": {
            "commitDate": promised.isoformat(),
            "transitTime": TRANSIT[service.days],
            "deliveryDay": f"{promised:%a}".upper(),
        },
    }


def _rated(kind: str, price: Price, share: Decimal, pounds: int) -> Json:
    surcharges = [
        {"type": name, "description": f"{name.capitalize().replace('_', ' ')} surcharge", "amount": float(amount)}
        for name, amount in price.surcharges.items()
    ]
    return {
        "rateType": kind,
        "ratedWeightMethod": "ACTUAL",
        "totalDiscounts": float(price.discount(share)),
        "totalBaseCharge": float(price.freight),
        "totalNetCharge": float(price.total(share)),
        "totalNetFedExCharge": float(price.total(share)),
        "shipmentRateDetail": {
            "rateZone": "05",
            "surCharges": surcharges,
            "totalBillingWeight": {"units": "LB", "value": float(pounds)},
            "currency": price.currency,
        },
        "currency": price.currency,
    }


def tracking_number(serial: int) -> str:
    """Return a number of twelve digits, the last of which checks the others."""
    told = f"7946{serial:07d}"
    return f"{told}{two_moduli_digit(told, WEIGHTS, (11, 10))}"


def piece(number: str, master: str, index: int, shipment: Json) -> Json:
    """Return what is told of one sold parcel, its label among it."""
    label = shipment["labelSpecification"]["imageType"]
    recipient = shipment["recipients"][0]
    lines = ["FedEx", number, recipient["contact"].get("companyName") or recipient["contact"]["personName"]]
    content = zpl(lines) if label == "ZPLII" else pdf(lines, (4, 6))
    document = {"contentType": "LABEL", "copiesToPrint": 1, "encodedLabel": base64(content), "docType": label}
    return {
        "masterTrackingNumber": master,
        "trackingNumber": number,
        "packageSequenceNumber": index + 1,
        "trackingIdType": "FEDEX",
        "serviceCategory": "EXPRESS",
        "packageDocuments": [document],
    }


def invoice(number: str) -> Json:
    content = pdf(["Commercial invoice", number], (8.5, 11))
    told = {"contentType": "COMMERCIAL_INVOICE", "copiesToPrint": 3, "docType": "PDF"}
    return told | {"encodedLabel": base64(content)}


def shipment_rating(price: Price, share: Decimal, more: Decimal) -> Json:
    """Return what a sold shipment costs."""
    detail = {
        "rateType": "PAYOR_ACCOUNT_SHIPMENT",
        "currency": price.currency,
        "totalBaseCharge": float(price.freight),
        "totalFreightDiscounts": float(price.discount(share)),
        "totalNetCharge": float(price.total(share) + more),
    }
    return {"actualRateType": "PAYOR_ACCOUNT_SHIPMENT", "shipmentRateDetails": [detail]}


def scan(code: str, words: str, at: str, place: Json) -> Json:
    """Return one scan event."""
    return {
        "date": at,
        "eventType": code,
        "eventDescription": words,
        "exceptionCode": "",
        "exceptionDescription": "",
        "scanLocation": {"streetLines": [""], **place},
        "derivedStatusCode": code,
    }


def not_found(number: str) -> Json:
    """Return what is told of a number that FedEx does not know."""
    words = "Tracking number cannot be found. Please correct the tracking number and try again."
    info = {"trackingNumber": number, "trackingNumberUniqueId": "", "carrierCode": ""}
    error = {"code": "TRACKING.TRACKINGNUMBER.NOTFOUND", "message": words}
    return {"trackingNumber": number, "trackResults": [{"trackingNumberInfo": info, "error": error}]}


def tracked(number: str, events: list[Json], shipment: Json) -> Json:
    """Return what is told of a number that FedEx knows."""
    newest, recipient = events[0], shipment["recipients"][0]["address"]
    weight = shipment["requestedPackageLineItems"][0]["weight"]
    result = {
        "trackingNumberInfo": {"trackingNumber": number, "trackingNumberUniqueId": f"2461~{number}~FX"},
        "latestStatusDetail": {"code": newest["eventType"], "description": newest["eventDescription"]},
        "scanEvents": events,
        "serviceDetail": {"type": shipment["serviceType"], "description": "FedEx service"},
        "standardTransitTimeWindow": {"window": {"begins": "2026-12-01T00:00:00", "ends": "2026-12-01T20:00:00-05:00"}},
        "shipmentDetails": {"weight": [{"value": str(weight["value"]), "unit": weight["units"]}]},
        "destinationLocation": {"locationContactAndAddress": {"address": recipient}},
        "originLocation": {"locationContactAndAddress": {"address": shipment["shipper"]["address"]}},
        "deliveryDetails": {"receivedByName": "C.BABBAGE"} if newest["eventType"] == "DL" else {},
    }
    return {"trackingNumber": number, "trackResults": [result]}
