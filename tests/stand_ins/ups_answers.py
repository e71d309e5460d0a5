"""UPS's answers, part by part, as its API documents them."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from chalicelib.domain.check_digits import mod10_digit
from tests.stand_ins.prints import base64, pdf
from tests.stand_ins.server import Reply, json_reply
from tests.stand_ins.ups_services import FUEL, Price, Service

Json = dict[str, Any]

CUSTOMS_INVOICE = {
    "Code": "120016",
    "Description": "Customs Invoice is required when the shipment is tendered to UPS.",
}


def refused(code: str, words: str, status: int = 400) -> Reply:
    """Return a refusal in UPS's envelope."""
    return json_reply({"response": {"errors": [{"code": code, "message": words}]}}, status)


def success(context: Json, *alerts: Json) -> Json:
    """Return the Response part of an answer that did what was asked."""
    return {
        "ResponseStatus": {"Code": "1", "Description": "Success"},
        "Alert": list(alerts),
        "TransactionReference": context,
    }


def money(amount: Decimal, currency: str) -> Json:
    return {"CurrencyCode": currency, "MonetaryValue": f"{amount:.2f}"}


def charges(price: Price, share: Decimal, *, negotiated: bool) -> Json:
    """Return the published charges and, on top, those by the customer's contract."""
    told = _charges(price, Decimal(1))
    fuel = price.part(price.extras[FUEL], Decimal(1))
    options = sum((price.extras[code] for code in price.extras if code != FUEL), Decimal(0))
    told |= {
        "TransportationCharges": money(price.transport + fuel, price.currency),
        "ServiceOptionsCharges": money(options, price.currency),
        "TotalCharges": money(price.total(), price.currency),
    }
    if negotiated:
        total = money(price.total(share), price.currency)
        told["NegotiatedRateCharges"] = _charges(price, share) | {"TotalCharge": total}
    return told


def _charges(price: Price, share: Decimal) -> Json:
    items = [
        {"Code": code, "SubType": "", **money(price.part(amount, share), price.currency)}
        for code, amount in price.extras.items()
    ]
    base = money(price.part(price.transport, share), price.currency)
    return {"BaseServiceCharge": base, "ItemizedCharges": items}


def times(service: Service, pickup: date) -> Json:
    """Return the time in transit of a service; Saturdays and Sundays don't count."""
    arrival, left = pickup, service.days
    while left:
        arrival += timedelta(days=1)
        left -= arrival.weekday() < 5
    estimate = {
        "Arrival": {"Date": f"{arrival:%Y%m%d}", "Time": "230000"},
        "BusinessDaysInTransit": str(service.days),
        "Pickup": {"Date": f"{pickup:%Y%m%d}", "Time": "180000"},
        "DayOfWeek": f"{arrival:%a}".upper(),
        "TotalTransitDays": str((arrival - pickup).days),
    }
    summary = {"Service": {"Description": service.name}, "GuaranteedIndicator": "", "EstimatedArrival": estimate}
    return {"PickupDate": f"{pickup:%Y%m%d}", "PackageBillType": "03", "ServiceSummary": summary}


def form(lines: list[str]) -> Json:
    """Return a customs form as UPS prints it."""
    image = {"ImageFormat": {"Code": "PDF", "Description": "PDF"}, "GraphicImage": base64(pdf(lines, (8.5, 11)))}
    return {"Code": "01", "Description": "All Requested International Forms", "Image": image}


def tracking_number(shipper: str, service: str, serial: int) -> str:
    """Return a 1Z number: shipper, service, serial and check digit."""
    told = f"{shipper}{service}{serial:07d}"
    return f"1Z{told}{mod10_digit(told, 1, 2)}"


def activity(what: tuple[str, str, str], at: datetime, address: Json) -> Json:
    """Return one activity, `what` being its type, code and words; the time is local, five hours behind UTC."""
    kind, code, words = what
    utc = at + timedelta(hours=5)
    return {
        "location": {"address": address, "slic": "4009"},
        "status": {"type": kind, "description": words, "code": code, "statusCode": "003"},
        "date": f"{at:%Y%m%d}",
        "time": f"{at:%H%M%S}",
        "gmtDate": f"{utc:%Y%m%d}",
        "gmtOffset": "-05:00",
        "gmtTime": f"{utc:%H:%M:%S}",
    }


def package(number: str, journey: list[Json], order: Json, count: int) -> Json:
    """Return what the tracking service tells about one parcel."""
    shipment = order["Shipment"]
    delivered = [step for step in journey if step["status"]["type"] == "D" and step["status"]["code"] == "FS"]
    dates = [{"type": "DEL", "date": step["date"]} for step in delivered] or [{"type": "SDD", "date": "20261201"}]
    weight = shipment["Package"][0]["PackageWeight"]
    return {
        "trackingNumber": number,
        "deliveryDate": dates,
        "deliveryInformation": {"receivedBy": "BABBAGE", "location": "Front Door"} if delivered else {},
        "activity": journey,
        "currentStatus": journey[0]["status"],
        "packageAddress": [_place(shipment, "ShipFrom", "ORIGIN"), _place(shipment, "ShipTo", "DESTINATION")],
        "weight": {"unitOfMeasurement": weight["UnitOfMeasurement"]["Code"], "weight": weight["Weight"]},
        "service": {"code": shipment["Service"]["Code"], "description": "UPS Ground"},
        "packageCount": count,
    }


def _place(shipment: Json, party: str, kind: str) -> Json:
    told = shipment[party]["Address"]
    address = {
        "city": told["City"],
        "stateProvince": told.get("StateProvinceCode", ""),
        "postalCode": told.get("PostalCode", ""),
        "countryCode": told["CountryCode"],
        "country": told["CountryCode"],
    }
    return {"type": kind, "name": shipment[party]["Name"], "address": address}
