"""Canada Post by its web services for contract customers (REST, XML).

Sources: Canada Post Developer Program, service directory (rating v4, contract shipping v8, tracking v2) and "Messages
and code tables": its error messages and its tracking scan events. What the connector sends was read off its requests.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from chalicelib.carriers.profiles.canadapost_mending import CURRENCY, amended, prepared, readable
from chalicelib.carriers.profiles.profile import LabelFormat, Profile
from chalicelib.domain.measures import Weight

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from chalicelib.carriers.profiles.profile import ErrorCode
    from chalicelib.domain.shipments import RefundStatus
    from chalicelib.domain.trackers import TrackerStatus

Told = TypeVar("Told", bound=str)

SCANS: Mapping[TrackerStatus, str] = {
    # the shipper's electronic data, a return label
    "pending": "3000 3002",
    # accepted, or picked up by Canada Post
    "picked_up": "1300 1301 1302 1303 2300",
    # processed, arrived, departed, handed to a partner, through customs, abroad, redirected; wishes of the recipient
    "in_transit": """100 102 104 105 106 107 113 114 115 116 130 152 170 175 198 400 405 410 1203 1210 1214 1215 1216
        1220 1221 1223 1224 1225 1230 1232 1234 1240 1241 1244 1480 1490 1703 1705 2500 2501 4000 4100 4202 4310 4311
        4330 4400 4450 4500 4550 4600 4900 4950 5201""",
    # papers, address, customs, the recipient's wish, a closed business, a secure facility
    "on_hold": "117 118 120 121 127 1245 1410 1411 1450 1484 1487 1494 2410 2411 4700",
    # weather, authorities, labour, transport, power; a wrong route or address; put off to another day
    "delivery_delayed": "159 160 161 162 163 171 172 173 621 622 623 624 1200 1412 1414 1443 1444 2412 2414",
    "out_for_delivery": "174 500",
    # at the post office, or a card was left that says where
    "ready_for_pickup": "156 1407 1435 1436 1437 1438 1479 1488 1701 2407",
    # at the door, in a box, locker or mailroom, to a person; a signature or photograph of the delivery
    "delivered": """20 21 1405 1406 1408 1409 1421 1422 1423 1424 1425 1426 1427 1428 1429 1430 1431 1432 1433 1434 1441
        1442 1461 1462 1463 1465 1466 1467 1468 1469 1471 1472 1473 1475 1476 1496 1497 1498 1499 2001""",
    # disposed of, or cannot be delivered
    "delivery_failed": "150 179 1483 1493",
    "return_to_sender": """167 168 169 181 182 183 184 1100 1415 1416 1417 1418 1419 1420 1481 1482 1491 1492 1495 2600
        2601 2802 3001 4650""",
}
"""The scan events (`event-identifier`) by what they tell."""

INCIDENTS: Mapping[str, str] = {
    "consignee_incorrect_address": "120 171 173 1412 1415 1416 1481 1491 2412",
    "consignee_refused": "121 1417 1482 1492",
    "consignee_business_closed": "1411 2411",
    "consignee_verification_failed": "1418",
    "consignee_not_available": "1419",
    "consignee_not_home": "1435 1436 1437 1438 1479 1488",
    "carrier_sorting_error": "172",
    "customs_documentation": "117 182 1100",
    "customs_delay": "127",
    "customs_prohibited": "184",
    "regulatory_hold": "183",
    "retailer_incorrect_data": "167 169 181",
    "retailer_incorrect_parcel": "168",
    "weather_delay": "159",
    "force_majeure": "160 161 163",
}


def by_code(codes: Mapping[Told, str]) -> dict[str, Told]:
    """Return what each code tells: the tables have them bare, answers also with zeros in front (`0174`)."""
    return {form: told for told, text in codes.items() for code in text.split() for form in (code, code.zfill(4))}


ERRORS: Mapping[str, ErrorCode] = {
    "E002": "authentication_failed",
    "AA001": "authentication_failed",
    "AA002": "authentication_failed",
    "AA003": "authentication_failed",
    "AA004": "authentication_failed",
    "AA005": "authentication_failed",
    "AA006": "authentication_failed",
    "004": "unknown_tracking_number",
    "7292": "already_voided",
    "8064": "not_voidable",
    "SHIPPING_SDK_ORIGIN_NOT_SERVICED_ERROR": "lane_not_served",
}
"""`Server` is not here: it tells a throttled key and a request against the schema alike, by its sentence alone."""

OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "signature_confirmation:signature": {"canadapost_signature": True},
    "signature_confirmation:adult": {"canadapost_proof_of_age_required_19": True},
    "insurance": {"canadapost_coverage": ...},
    "email_notification": {"email_notification": True},
    "email_notification_to": {"email_notification": True, "email_notification_to": ...},
}
"""Cash on delivery and pick-up at a post office want qualifiers that the connector cannot tell."""

ZONES = {"NST": -210, "NDT": -150, "AST": -240, "ADT": -180, "EST": -300, "EDT": -240}
ZONES |= {"CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420}
"""Canada's time zones, standard and daylight, in minutes east of UTC (National Research Council Canada)."""

OCCURRENCE = re.compile(
    rb"<event-date>([\d-]+)</event-date>\s*<event-time>([\d:]+)</event-time>\s*"
    rb"<event-time-zone>([A-Z]+)</event-time-zone>"
)
REFUND = re.compile(
    rb"<shipment-refund-request-info[ >].{0,1000}?<service-ticket-id>[^<]{1,100}</service-ticket-id>", re.DOTALL
)
ASKED_BEFORE = re.compile(rb"<code>7292</code>")
LONGEST_TICKET = 4000
"""Bytes of an answer that are read for either."""


def event_times(body: bytes) -> Iterable[datetime]:
    """Return the events' instants in a tracking answer: day, time and the zone's letters apart."""
    for day, time, letters in OCCURRENCE.findall(body):
        offset = ZONES.get(letters.decode())
        if offset is not None:
            with suppress(ValueError):  # the 30th of February
                local = datetime.fromisoformat(f"{day.decode()}T{time.decode()}")
                yield local.replace(tzinfo=timezone(timedelta(minutes=offset)))


def refund_in(bodies: Sequence[bytes]) -> RefundStatus | None:
    """Return `submitted` where one of the raw answers to a void is a refund's ticket, or says that it was asked for.

    The connector overlooks both and asks for a void beside it, which Canada Post then refuses (8064).
    """
    told = [body[:LONGEST_TICKET] for body in bodies]
    return "submitted" if any(REFUND.search(body) or ASKED_BEFORE.search(body) for body in told) else None


def completed(operation: str, result: Any, bodies: Sequence[bytes]) -> Any:
    """Return the SDK's result; none of a void that no answer confirms.

    The connector takes every answer without a message for a void. One is carried out where Canada Post answers with
    nothing at all (204, Void Shipment), or by a refund.
    """
    if operation != "cancel" or refund_in(bodies) is not None or any(not body.strip() for body in bodies):
        return result
    return None


TRANSMITTED = {"transmit_shipment_by_default": True}
"""A shipment that is not transmitted at once would have to be put on a manifest before it may be posted."""

PROFILE = Profile(
    carrier_name="canadapost",
    connector="canadapost",
    display_name="Canada Post",
    integration_status="production-ready",
    capabilities=frozenset({"rating", "shipping", "voiding", "tracking", "returns", "multi_parcel", "customs"}),
    live_urls=("https://soa-gw.canadapost.ca",),
    test_urls=("https://ct.soa-gw.canadapost.ca",),
    labels=(
        LabelFormat("PDF", "4x6", "PDF_4x6", config=TRANSMITTED),
        LabelFormat("PDF", "letter", "PDF_8_5x11", config=TRANSMITTED),
        LabelFormat("ZPL", "4x6", "ZPL_4x6", dpi=203, config=TRANSMITTED),
    ),
    options=OPTIONS,
    statuses=by_code(SCANS),
    reasons=by_code(INCIDENTS),
    errors=ERRORS,
    weight_step=Weight.of(Decimal("0.1"), "KG"),
    most_parcels=10,
    sells_parcels_apart=True,
    account_country_code="CA",
    sold_price="sum",
    refund_in=refund_in,
    longest_address_line=44,
    longest_name=44,
    customs_currency=CURRENCY,
    prepared=prepared,
    amended=amended,
    readable=readable,
    completed=completed,
    return_operation="ship",
    void_options={"email": "shipper.email"},
    check_number="1000000000000000",
    zoned_times=event_times,
    credentials_from=(
        "Join the Developer Program at https://www.canadapost-postescanada.ca for an API key (user name and password) "
        "of each environment; customer number and contract id stand in the contract."
    ),
    notes=(
        "Labels want a contract (`contract_id`); accounts without one can rate and track.",
        "Weights are declared in tenths of a kilogram, rounded up.",
        "Each parcel is a shipment of its own at Canada Post: all are bought, one after the other, or none is kept.",
        "Several parcels that leave Canada are declared one by one: put into the `items` of each what is in it.",
        "Shipments are transmitted at once; to void one is to ask for a refund, which is decided in a few days.",
        (
            "A refund wants the merchant's e-mail address (`shipper.email`), of returns too: a label that is bought "
            "without it carries a warning and can't be voided here, and several parcels aren't sold without it."
        ),
        "Of several parcels `shipment_identifier` lists Canada Post's own ids, with commas between them.",
        (
            "What leaves Canada and can't be delivered comes back at the sender's expense (RASE): Canada Post wants to "
            "be told, so that is asked for unless canadapost_return_to_sender or canadapost_abandon is."
        ),
        (
            "`customs.content_type` is the reason for export: merchandise is a sale of goods (SOG), documents and "
            "samples have codes too (DOC, SAM), and others are told in words (OTH)."
        ),
        "The cost centre is that of the option canadapost_cost_center or of `config.cost_center`, and else not told.",
        "Values for customs and insurance are told in Canadian dollars: others would want a rate of exchange.",
        "A return label is a label in the other direction, paid when it is bought.",
        "An adult's signature is asked for as proof of age, 19 years.",
    ),
)
