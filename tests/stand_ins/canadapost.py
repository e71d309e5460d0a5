"""Canada Post's stand-in: rates, contract shipping, artifacts, refunds and tracking (REST, XML) as it documents them.

Source: Canada Post Developer Program, service directory: Get Rates v4, Create Shipment, Get Shipment, Void Shipment and
Request Shipment Refund v8, Get Artifact, Get Tracking Details v2; "Messages and code tables". Prices are made up,
and so are the codes of refusals but for `Server`, E002, AA004, 004, 7292 and 8064.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from xml.sax.saxutils import escape

from tests.stand_ins.canadapost_rules import SERVICES, Xml, rate_problems, read, shipment_problems, unserved
from tests.stand_ins.oauth import Account, basic
from tests.stand_ins.prints import pdf, zpl
from tests.stand_ins.server import Received, Reply, StandIn

ACCOUNTS = (
    Account("gears-at-cpc", "s3cret-of-gears", "0008123417", "CA", Decimal("0.90")),
    Account("looms-at-cpc", "s3cret-of-looms", "0008987340", "CA", Decimal("1.20")),
)
CONTRACTS = {"0008123417": "0042708517", "0008987340": "0042908734"}
RATE, SHIPMENT, TRACK = (f"application/vnd.cpc.{name}+xml" for name in ("ship.rate-v4", "shipment-v8", "track-v2"))
HST = Decimal("0.13")


@dataclass
class Shipment:
    """One shipment in the books."""

    id: str
    pin: str
    account: Account
    asked: Xml
    price: Decimal
    transmitted: bool
    refund_asked: bool = False
    voided: bool = False
    events: list[str] = field(default_factory=list)


def xml_reply(body: str, status: int = 200, kind: str = SHIPMENT) -> Reply:
    return Reply(status, f'<?xml version="1.0" encoding="UTF-8"?>{body}'.encode(), kind)


def refusal(status: int, code: str, description: str) -> Reply:
    """Answer Canada Post's messages."""
    message = f"<message><code>{code}</code><description>{escape(description)}</description></message>"
    return xml_reply(f'<messages xmlns="http://www.canadapost.ca/ws/messages">{message}</messages>', status)


def tags(**values: object) -> str:
    """Return an element for each value, in this order; `_` in a name stands for `-`."""
    return "".join(f"<{(tag := name.replace('_', '-'))}>{escape(str(told))}</{tag}>" for name, told in values.items())


class CanadaPost(StandIn):
    """The web services of one host; `scan` moves a parcel."""

    def __init__(self, accounts: Sequence[Account] = ACCOUNTS) -> None:
        super().__init__()
        self.accounts = {account.client_id: account for account in accounts}
        self.revoked: set[str] = set()
        self.sold: dict[str, Shipment] = {}
        self.by_request: dict[str, str] = {}
        self.artifacts_at = "https://ct.soa-gw.canadapost.ca"
        """The host that links to labels name."""
        self.route("POST", "/rs/ship/price", self.rates)
        self.route("POST", r"/rs/(\d+)/(\d+)/shipment", self.create)
        self.route("GET", r"/rs/(\d+)/(\d+)/shipment/(\d+)", self.get)
        self.route("DELETE", r"/rs/(\d+)/(\d+)/shipment/(\d+)", self.void)
        self.route("POST", r"/rs/(\d+)/(\d+)/shipment/(\d+)/refund", self.refund)
        self.route("GET", r"/rs/artifact/(\d+)/(\d+)/0", self.artifact)
        self.route("GET", r"/vis/track/pin/(\w+)/detail", self.tracking)

    def unknown(self, _received: Received) -> Reply:
        return refusal(404, "404", "The requested resource does not exist.")

    def caller(self, received: Received, kind: str) -> Account | Reply:
        """Return who asks; else what is wrong with the key, the headers or the customer in the path."""
        user, password = basic(received.headers.get("authorization"))
        account = self.accounts.get(user)
        if account is None or account.client_secret != password or user in self.revoked:
            return refusal(401, "E002", "AAA Authentication Failure")
        if received.headers.get("accept") != kind:
            return refusal(406, "Server", "The Accept header is not what this service wants")
        if received.body and received.headers.get("content-type") != kind:
            return refusal(415, "Server", "The Content-Type header is not what this service wants")
        if received.headers.get("accept-language") not in ("en-CA", "fr-CA", None):
            return refusal(400, "Server", "The Accept-language header is not valid")
        mailed_by = re.match(r"/rs/(\d+)/(\d+)/shipment", received.path)
        if mailed_by and set(mailed_by.groups()) != {account.number}:
            return refusal(403, "AA004", "You cannot mail on behalf of the requested customer.")
        return account

    def price(self, account: Account, code: str, grams: Decimal, lane: tuple[str, str]) -> Decimal:
        """Return what is due before tax: a start by service, and so much a started half kilogram, more by distance."""
        halves = (grams / 500).to_integral_value(ROUND_CEILING)
        share = Decimal("1.3") if lane[0][:1] != lane[1][:1] else Decimal(1)
        return (account.share * share * (SERVICES[code][1] + 2 * halves)).quantize(Decimal("0.01"))

    def rates(self, received: Received) -> Reply:
        account = self.caller(received, RATE)
        if isinstance(account, Reply):
            return account
        asked = read(received.body, "mailing-scenario", "ship/rate-v4")
        for problem in rate_problems(asked):
            return refusal(400, "Server", f"/rs/ship/price: {problem}")
        if asked.text("customer-number") != account.number:
            return refusal(403, "AA004", "You cannot mail on behalf of the requested customer.")
        country, lane = asked.destination(), asked.lane()
        if unserved(lane):
            return refusal(400, "7261", "The destination Postal Code is not valid.")
        wanted = asked.texts("services/service-code")
        codes = [code for code, (_, _, _, to) in SERVICES.items() if to == country and code in (wanted or [code])]
        quotes = "".join(self.quote(account, asked, code, lane) for code in codes)
        return xml_reply(
            f'<price-quotes xmlns="http://www.canadapost.ca/ws/ship/rate-v4">{quotes}</price-quotes>', kind=RATE
        )

    def quote(self, account: Account, asked: Xml, code: str, lane: tuple[str, str]) -> str:
        base = self.price(account, code, asked.grams(), lane)
        options = asked.priced_options()
        fuel = (base / 10).quantize(Decimal("0.01"))
        before = base + fuel + sum((cost for _, cost in options), Decimal(0))
        tax = (before * HST).quantize(Decimal("0.01")) if SERVICES[code][3] == "CA" else Decimal(0)
        name, _, days, _ = SERVICES[code]
        shown = "".join(
            f"<option>{tags(option_code=told, option_name=told, option_price=cost)}</option>" for told, cost in options
        )
        adjusted = tags(adjustment_code="FUELSC", adjustment_name="Fuel surcharge", adjustment_cost=fuel)
        details = f"<taxes><gst>0.00</gst><pst>0</pst><hst>{tax}</hst></taxes>{tags(due=before + tax)}"
        details += f"<options>{shown}</options><adjustments><adjustment>{adjusted}</adjustment></adjustments>"
        standard = tags(am_delivery="false", guaranteed_delivery="true", expected_transit_time=days)
        return (
            f"<price-quote>{tags(service_code=code, service_name=name)}<price-details>{tags(base=base)}{details}"
            f"</price-details><service-standard>{standard}</service-standard></price-quote>"
        )

    def create(self, received: Received) -> Reply:
        account = self.caller(received, SHIPMENT)
        if isinstance(account, Reply):
            return account
        asked = read(received.body, "shipment", "shipment-v8")
        for code, problem in shipment_problems(asked, CONTRACTS[account.number]):
            return refusal(400, code, problem)
        request_id = asked.text("customer-request-id")
        with self.lock:
            if request_id not in self.by_request:  # the same request id is the same shipment
                count = len(self.sold) + 1
                price = self.price(account, asked.text("delivery-spec/service-code"), asked.grams(), asked.lane())
                made = Shipment(
                    f"3{count:017}", f"7023{count:012}", account, asked, price, asked.has("transmit-shipment")
                )
                self.sold[made.id] = made
                self.by_request[request_id] = made.id
        return xml_reply(self.info(self.sold[self.by_request[request_id]]))

    def info(self, shipment: Shipment) -> str:
        account, asked = shipment.account, shipment.asked
        kind = "zpl" if asked.text("delivery-spec/print-preferences/encoding") == "ZPL" else "pdf"
        own = f"{self.artifacts_at}/rs/{account.number}/{account.number}/shipment/{shipment.id}"
        label = f"{self.artifacts_at}/rs/artifact/{account.number}/{shipment.id}/0"
        links = f'<link rel="self" href="{own}" media-type="{SHIPMENT}"/>'
        links += f'<link rel="label" href="{label}" media-type="application/{kind}" index="0"/>'
        status = "transmitted" if shipment.transmitted else "created"
        head = tags(customer_request_id=asked.text("customer-request-id"), shipment_id=shipment.id)
        head += tags(shipment_status=status, tracking_pin=shipment.pin)
        priced = self.sold_price(shipment) if asked.text("provide-pricing-info") == "true" else ""
        return f'<shipment-info xmlns="http://www.canadapost.ca/ws/shipment-v8">{head}<links>{links}</links>{priced}</shipment-info>'

    def sold_price(self, shipment: Shipment) -> str:
        code = shipment.asked.text("delivery-spec/service-code")
        options = shipment.asked.priced_options()
        fuel = (shipment.price / 10).quantize(Decimal("0.01"))
        before = shipment.price + fuel + sum((cost for _, cost in options), Decimal(0))
        tax = (before * HST).quantize(Decimal("0.01")) if SERVICES[code][3] == "CA" else Decimal(0)
        shown = "".join(
            f"<priced-option>{tags(option_code=told, option_price=cost)}</priced-option>" for told, cost in options
        )
        adjusted = tags(adjustment_code="FUELSC", adjustment_amount=fuel)
        return (
            f"<shipment-price>{tags(service_code=code, base_amount=shipment.price)}"
            f"<priced-options>{shown}</priced-options>"
            f"<adjustments><adjustment>{adjusted}</adjustment></adjustments>"
            f"{tags(pre_tax_amount=before, gst_amount='0', pst_amount='0', hst_amount=tax, due_amount=before + tax)}"
            "</shipment-price>"
        )

    def found(self, received: Received, kind: str = SHIPMENT) -> Shipment | Reply:
        account = self.caller(received, kind)
        if isinstance(account, Reply):
            return account
        assert received.match is not None
        shipment = self.sold.get(received.match[received.match.lastindex or 1])
        if shipment is None or shipment.account != account or shipment.voided:
            return refusal(404, "8046", "The shipment was not found.")
        return shipment

    def get(self, received: Received) -> Reply:
        shipment = self.found(received)
        return shipment if isinstance(shipment, Reply) else xml_reply(self.info(shipment))

    def void(self, received: Received) -> Reply:
        shipment = self.found(received)
        if isinstance(shipment, Reply):
            return shipment
        if shipment.transmitted:
            told = (
                "A Shipment can only be void if it is in a PROCESSED or PRINTED state. If it has been transmitted, a "
            )
            return refusal(400, "8064", f"{told}Refund request should be submitted.")
        shipment.voided = True
        return Reply(204)

    def refund(self, received: Received) -> Reply:
        shipment = self.found(received)
        if isinstance(shipment, Reply):
            return shipment
        if "@" not in read(received.body, "shipment-refund-request", "shipment-v8").text("email"):
            return refusal(400, "Server", "The element email is required")
        if shipment.refund_asked:
            told = (
                "A refund has already been requested for this shipment. Note that refund requests may take a few days."
            )
            return refusal(409, "7292", told)
        if shipment.events:
            return refusal(400, "7293", "The shipment was used and cannot be refunded.")
        shipment.refund_asked = True
        ticket = tags(service_ticket_date="2026-11-24", service_ticket_id=f"GD{shipment.id[-8:]}")
        space = 'xmlns="http://www.canadapost.ca/ws/shipment-v8"'
        return xml_reply(f"<shipment-refund-request-info {space}>{ticket}</shipment-refund-request-info>")

    def artifact(self, received: Received) -> Reply:
        kind = received.headers.get("accept", "")
        shipment = self.found(received, kind)
        if isinstance(shipment, Reply):
            return shipment
        spec = "delivery-spec/print-preferences/"
        lines = [shipment.pin, shipment.asked.text("delivery-spec/service-code")]
        if kind == "application/zpl" and shipment.asked.text(spec + "encoding") == "ZPL":
            return Reply(200, zpl(lines), kind)
        if kind != "application/pdf":
            return refusal(406, "Server", "The artifact is not of this media type")
        inches = (8.5, 11) if shipment.asked.text(spec + "output-format") == "8.5x11" else (4, 6)
        return Reply(200, pdf(lines, inches), kind)

    def scan(self, pin: str, code: str, at: datetime, words: str = "", zone: str = "EST") -> None:
        """Let an event be recorded; `at` is the local time of the place, in `zone`."""
        event = tags(
            event_identifier=code, event_date=f"{at:%Y-%m-%d}", event_time=f"{at:%H:%M:%S}", event_time_zone=zone
        )
        event += tags(event_description=words or code, signatory_name="", event_site="OTTAWA", event_province="ON")
        shipment = next(one for one in self.sold.values() if one.pin == pin)
        shipment.events.insert(0, f"<occurrence>{event}</occurrence>")

    def tracking(self, received: Received) -> Reply:
        account = self.caller(received, TRACK)
        if isinstance(account, Reply):
            return account
        assert received.match is not None
        shipment = next((one for one in self.sold.values() if one.pin == received.match[1]), None)
        if shipment is None or not shipment.events:
            return refusal(404, "004", "No Pin History")
        head = tags(pin=shipment.pin, active_exists="1", changed_expected_date="", destination_postal_id="V6B4N9")
        head += tags(expected_delivery_date="2026-11-27", service_name="Expedited Parcels")
        events = f"<significant-events>{''.join(shipment.events)}</significant-events>"
        return xml_reply(
            f'<tracking-detail xmlns="http://www.canadapost.ca/ws/track">{head}{events}</tracking-detail>', kind=TRACK
        )
