"""DHL Express's stand-in: rates, shipments and tracking of the MyDHL API as its reference documents them.

Source: DHL Developer Portal, "DHL Express - MyDHL API", OpenAPI 2.x/3.x (paths under /mydhlapi); the error object is
its `supermodelIoLogisticsExpressErrorResponse`. Prices are made up: by lane, billed weight and account;
and so are the numbers in refusals, but for 1001, and the rates of exchange.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from io import BytesIO
from typing import Any

from reportlab.pdfgen.canvas import Canvas

from tests.stand_ins.dhl_express_rules import (
    PRODUCTS,
    TEMPLATES,
    UNSERVED,
    missing,
    piece_problems,
    planned_day,
    planned_problems,
    served,
    shipment_problems,
)
from tests.stand_ins.oauth import Account, basic
from tests.stand_ins.prints import base64, zpl
from tests.stand_ins.server import Received, Reply, StandIn, json_reply

ACCOUNTS = (
    Account("gears-at-dhl", "s3cret-of-gears", "417000128", "DE", Decimal("0.80")),
    Account("looms-at-dhl", "s3cret-of-looms", "417000953", "DE", Decimal("1.30")),
)
KG = {"metric": Decimal(1), "imperial": Decimal("0.45359237")}
CM = {"metric": Decimal(1), "imperial": Decimal("2.54")}


@dataclass
class Sold:
    """One shipment in the books."""

    number: str
    account: Account
    asked: dict[str, Any]
    pieces: tuple[str, ...]
    price: Decimal
    events: list[dict[str, Any]] = field(default_factory=list)


def refusal(path: str, status: int, detail: str, *more: str) -> Reply:
    """Answer DHL's error object; with several problems they stand in `additionalDetails`."""
    told: dict[str, Any] = {"instance": f"/expressapi{path}", "detail": detail, "status": str(status)}
    told |= {
        "title": "Bad request" if status == 400 else "Error",
        "message": "Bad request" if status == 400 else detail,
    }
    if more:
        told |= {"detail": "Multiple problems found, see Additional Details", "additionalDetails": list(more)}
    return json_reply(told, status)


class DhlExpress(StandIn):
    """The MyDHL API; `events` are told for a sold number by `scan`."""

    def __init__(self, accounts: Sequence[Account] = ACCOUNTS) -> None:
        super().__init__()
        self.accounts = {account.client_id: account for account in accounts}
        self.revoked: set[str] = set()
        self.sold: dict[str, Sold] = {}
        self.forgets_price = False
        """Whether an answer to a rating has one product at no price, as DHL tells what the account cannot have."""
        self.overcharges = False
        """Whether the parts of a price are more than the price, as where DHL lists what a discount takes off."""
        self.local_codes: dict[str, str] = {}
        """The country's own codes of products, by DHL's global ones, where they differ."""
        root = r"(?:/mydhlapi(?:/test)?)"
        self.route("POST", root + "/rates", self.rates)
        self.route("POST", root + "/shipments", self.shipments)
        self.route("GET", root + "/tracking", self.tracking)
        self.route("GET", root + r"/shipments/(\d+)/proof-of-delivery", self.no_proof)

    def account(self, received: Received) -> Account | None:
        user, password = basic(received.headers.get("authorization"))
        account = self.accounts.get(user)
        good = account is not None and account.client_secret == password and user not in self.revoked
        return account if good else None

    def refused(self, received: Received, account: Account | None, asked: Any) -> Reply | None:
        """Answer what is wrong with who asks, before what is asked is looked at."""
        if account is None:
            return json_reply({"reasons": [{"msg": "Invalid Credentials"}], "details": {"msgId": "Id-5f3a0b"}}, 401)
        path = received.path.rpartition("/")[2]
        if asked is not None:
            if received.headers.get("content-type") != "application/json":
                return refusal(f"/{path}", 415, "Unsupported media type")
            numbers = [one.get("number") for one in asked.get("accounts", ()) if one.get("typeCode") == "shipper"]
            if numbers != [account.number]:
                return refusal(f"/{path}", 400, "", "8009: Requested account number is not valid for this user")
        return None

    def price(self, account: Account, asked: dict[str, Any], code: str) -> Decimal:
        """Return what this account pays: a start, and so much a started half kilogram of real or volume weight."""
        content = asked.get("content", asked)
        unit, billed = content["unitOfMeasurement"], Decimal(0)
        for piece in content["packages"]:
            sides = [Decimal(str(piece["dimensions"][side])) * CM[unit] for side in ("length", "width", "height")]
            volume = sides[0] * sides[1] * sides[2] / 5000
            billed += max(Decimal(str(piece["weight"])) * KG[unit], volume)
        halves = (billed * 2).to_integral_value(ROUND_CEILING)
        return (account.share * PRODUCTS[code][1] * (Decimal(38) + 3 * halves)).quantize(Decimal("0.01"))

    def rates(self, received: Received) -> Reply:
        asked = received.json()
        account = self.account(received)
        refused = self.refused(received, account, asked)
        if refused or account is None:
            return refused or refusal("/rates", 500, "")
        sides = [
            f"customerDetails.{who}.{key}"
            for who in ("shipperDetails", "receiverDetails")
            for key in ("cityName", "countryCode")
        ]
        wanted = missing(asked, *sides, "unitOfMeasurement", "packages")
        problems = [*wanted, *planned_problems(asked), *piece_problems(asked.get("packages", ()), "packages")]
        if asked.get("isCustomsDeclarable") is None:
            problems.append("#: required key [isCustomsDeclarable] not found")
        if problems:
            return refusal("/rates", 400, problems[0], *(problems if len(problems) > 1 else ()))
        shipper, receiver = (asked["customerDetails"][who] for who in ("shipperDetails", "receiverDetails"))
        if UNSERVED in (shipper.get("postalCode"), receiver.get("postalCode")):
            return refusal("/rates", 404, "1001: The requested product(s) not available based on your search criteria")
        codes = served(shipper["countryCode"], receiver["countryCode"], dutiable=asked["isCustomsDeclarable"])
        if asked.get("productCode"):
            codes = tuple(code for code in codes if code == asked["productCode"])
        return json_reply({"products": [self.product(account, asked, code) for code in codes]})

    def product(self, account: Account, asked: dict[str, Any], code: str) -> dict[str, Any]:
        name, _, days = PRODUCTS[code]
        price = 0.0 if self.forgets_price and code in "YI" else float(self.price(account, asked, code))
        # the country's price comes first, the bill's in the middle
        shares = {"PULCL": ("USD", 1.1), "BILLC": ("EUR", 1), "BASEC": ("CHF", 0.95)}
        totals: list[dict[str, Any]] = [
            {"currencyType": kind, "priceCurrency": currency, "price": round(price * share, 2)}
            for kind, (currency, share) in shares.items()
        ]
        breakdown = [
            {name: told for name, told in total.items() if name != "price"}
            | {"priceBreakdown": [{"typeCode": "SPRQT", "price": total["price"]}]}
            for total in totals
        ]
        details = [
            {name: told for name, told in total.items() if name != "price"}
            | {"breakdown": self.parts(name, total["price"])}
            for total in totals
        ]
        return {
            "productName": name,
            "productCode": code,
            "localProductCode": self.local_codes.get(code, code),
            "networkTypeCode": "TD",
            "totalPrice": totals,
            "totalPriceBreakdown": breakdown,
            "detailedPriceBreakdown": details,
            "deliveryCapabilities": {
                "deliveryTypeCode": "QDDC",
                "estimatedDeliveryDateAndTime": f"{planned_day(asked) + timedelta(days=days)}T23:59:00",
                "totalTransitDays": days,
            },
        }

    def parts(self, name: str, price: float) -> list[dict[str, Any]]:
        """Return what a price is made of; with `overcharges` its parts are more than it."""
        fuel = round(price / 5, 2)
        base = price if self.overcharges else round(price - fuel, 2)
        return [{"name": name, "price": base}, {"name": "FUEL SURCHARGE", "serviceCode": "FF", "price": fuel}]

    def shipments(self, received: Received) -> Reply:
        asked = received.json()
        account = self.account(received)
        refused = self.refused(received, account, asked)
        if refused or account is None:
            return refused or refusal("/shipments", 500, "")
        problems = list(shipment_problems(asked, self.local_codes))
        if problems:
            return refusal("/shipments", 400, problems[0], *(problems if len(problems) > 1 else ()))
        with self.lock:
            first = f"{417_300_100 + len(self.sold)}"
            number = first + str(int(first) % 7)  # the tenth digit checks the others, modulo 7
            pieces = tuple(f"JD01460{number}{index:02}" for index in range(1, len(asked["content"]["packages"]) + 1))
            price = self.price(account, asked, asked["productCode"])
            self.sold[number] = Sold(number, account, asked, pieces, price)
        return json_reply(self.told(self.sold[number]), 201)

    def told(self, sold: Sold) -> dict[str, Any]:
        form = sold.asked["outputImageProperties"]["encodingFormat"]
        labels = [[sold.number, piece, sold.asked["productCode"]] for piece in sold.pieces]
        inches = TEMPLATES[sold.asked["outputImageProperties"]["imageOptions"][0]["templateName"]]
        content = b"".join(map(zpl, labels)) if form == "zpl" else pdf_pages(labels, inches)
        told: dict[str, Any] = {
            "shipmentTrackingNumber": sold.number,
            "trackingUrl": f"https://express.api.dhl.com/mydhlapi/shipments/{sold.number}/tracking",
            "packages": [
                {"referenceNumber": index, "trackingNumber": piece} for index, piece in enumerate(sold.pieces, start=1)
            ],
            "documents": [{"imageFormat": form.upper(), "content": base64(content), "typeCode": "label"}],
        }
        if sold.asked.get("getRateEstimates"):
            bill, tariff = float(sold.price), round(float(sold.price) * 0.95, 2)
            told["shipmentCharges"] = [
                {
                    "currencyType": kind,
                    "priceCurrency": currency,
                    "price": price,
                    "serviceBreakdown": self.parts("EXPRESS", price),
                }
                for kind, currency, price in (("BASEC", "CHF", tariff), ("BILLC", "EUR", bill))
            ]
        return told

    def scan(self, number: str, code: str, at: datetime, description: str = "", place: str = "LEIPZIG-GERMANY") -> None:
        """Let a checkpoint be recorded for a sold number."""
        event = {
            "date": f"{at:%Y-%m-%d}",
            "time": f"{at:%H:%M:%S}",
            "typeCode": code,
            "description": description or code,
        }
        self.sold[number].events.append(event | {"serviceArea": [{"code": "LEJ", "description": place}]})

    def tracking(self, received: Received) -> Reply:
        account = self.account(received)
        refused = self.refused(received, account, None)
        if refused:
            return refused
        numbers = received.query.get("shipmentTrackingNumber", [])
        if not numbers:
            return refusal("/tracking", 400, "Missing mandatory parameters: shipmentTrackingNumber")
        known = [self.sold[number] for number in numbers if number in self.sold]
        if not known:
            return refusal("/tracking", 404, "No data found for the given tracking numbers")
        return json_reply({"shipments": [journey(sold) for sold in known]})

    def no_proof(self, _received: Received) -> Reply:
        return refusal("/shipments/proof-of-delivery", 404, "No proof of delivery is available")


def pdf_pages(labels: Sequence[Sequence[str]], inches: tuple[float, float]) -> bytes:
    """Return a PDF of this width and height with a label a page."""
    written = BytesIO()
    canvas = Canvas(written, pagesize=(72 * inches[0], 72 * inches[1]), invariant=True)
    for label in labels:
        for index, line in enumerate(label):
            canvas.drawString(18, 72 * inches[1] - 36 - 16 * index, line)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def journey(sold: Sold) -> dict[str, Any]:
    """Return one shipment with its events, the oldest first."""
    parties = {
        who: {"postalAddress": sold.asked["customerDetails"][who]["postalAddress"]}
        for who in ("shipperDetails", "receiverDetails")
    }
    return parties | {
        "shipmentTrackingNumber": sold.number,
        "status": "Success",
        "shipmentTimestamp": "2026-11-24T08:00:00",
        "productCode": sold.asked["productCode"],
        "estimatedDeliveryDate": "2026-11-27",
        "description": sold.asked["content"]["description"],
        "totalWeight": sum(piece["weight"] for piece in sold.asked["content"]["packages"]),
        "unitOfMeasurements": sold.asked["content"]["unitOfMeasurement"],
        "numberOfPieces": len(sold.pieces),
        "events": sorted(sold.events, key=lambda event: (event["date"], event["time"])),
    }
