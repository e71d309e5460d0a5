"""Other carriers: what each can do through the SDK as it is, and which of its connectors are left out, and why.

Each was tried against a recording transport: what is listed here calls the carrier itself, at the addresses listed, in
both modes. Many a connector declares more: what it declares and cannot do is in the carrier's notes.
"""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from chalicelib.carriers.profiles import usps
from chalicelib.carriers.profiles.followed import FOLLOWED
from chalicelib.carriers.profiles.profile import LabelFormat, Profile
from chalicelib.domain.measures import Weight

if TYPE_CHECKING:
    from collections.abc import Mapping

ZIP_DIGITS = 5

_sells = partial(Profile, integration_status="beta")


def usps_abroad(operation: str, worded: Any, _: Mapping[str, Any]) -> Any:
    """Return what is sent to USPS: no girth, which the connector tells in centimetres, and ZIP codes of five digits.

    USPS wants the girth of parcels that have no corners alone, and the four digits of a ZIP+4 in a field of their own,
    for which the connector takes the sender's whole code.
    """
    if operation not in ("rate", "ship"):
        return worded
    return [_without_girth(one, asks_rates=operation == "rate") for one in worded]


def _without_girth(one: Mapping[str, Any], *, asks_rates: bool) -> dict[str, Any]:
    parcel = {name: value for name, value in one["packageDescription"].items() if name != "girth"}
    if asks_rates:
        return {**one, "packageDescription": parcel, "originZIPCode": one["originZIPCode"][:ZIP_DIGITS]}
    sender = {**one["senderAddress"], "ZIPCode": one["fromAddress"]["ZIPCode"]}
    return {**one, "packageDescription": parcel, "senderAddress": sender}


SOLD: tuple[Profile, ...] = (
    _sells(
        carrier_name="purolator",
        connector="purolator",
        display_name="Purolator",
        capabilities=frozenset({"rating", "shipping", "voiding", "tracking", "customs"}),
        live_urls=("https://webservices.purolator.com/",),
        test_urls=("https://devwebservices.purolator.com/",),
        labels=(LabelFormat("PDF", "letter", "PDF"), LabelFormat("ZPL", "4x6", "ZPL")),
        account_country_code="CA",
        statuses={
            "PROOFOFPICKUP": "picked_up",
            "OTHER": "in_transit",
            "ONDELIVERY": "out_for_delivery",
            "DELIVERY": "delivered",
            "UNDELIVERABLE": "delivery_failed",
        },
        sold_price="untold",
        refuses_with_2xx="[0-9]{7}",  # SOAP: ResponseInformation's errors come with 200, and no ShipmentPIN
        credentials_from=(
            "Register for E-Ship Web Services at https://eship.purolator.com: a key and its password for the sandbox "
            "at once, those for production and the activation key (user_token) after certification"
        ),
        notes=("Its connector declares several pieces as one, so a shipment has one parcel.",),
    ),
    _sells(
        carrier_name="seko",
        connector="seko",
        display_name="SEKO Logistics",
        capabilities=frozenset({"rating", "shipping", "voiding", "tracking", "customs"}),
        live_urls=("https://api.omniparcel.com/",),
        test_urls=("https://staging.omniparcel.com/",),
        labels=(
            LabelFormat("PDF", "4x6", "LABEL_PDF_100X150"),
            LabelFormat("PNG", "4x6", "LABEL_PNG_100X150"),
            LabelFormat("ZPL", "4x6", "LABEL_ZPL_100X150"),
        ),
        options={
            "cash_on_delivery": {"cash_on_delivery": ...},
            "email_notification": {"seko_send_tracking_email": True},
            "recipient_instructions": {"destination_instructions": ...},
            "saturday_delivery": {"seko_is_saturday_delivery": True},
            "shipper_instructions": {"origin_instructions": ...},
            "signature_confirmation:signature": {"seko_is_signature_required": True},
        },
        refuses_with_2xx="ValidationError|Rejected",
        credentials_from="SEKO gives customers an access key for OmniParcel: https://www.sekologistics.com",
        notes=(
            "SEKO quotes without a currency: tell the account's in `config.currency`.",
            "A label also goes to the printer of OmniParcel, unless the option seko_print_to_printer is false.",
        ),
    ),
    _sells(
        carrier_name="teleship",
        connector="teleship",
        display_name="Teleship",
        capabilities=frozenset({"rating", "shipping", "voiding", "tracking", "customs"}),
        live_urls=("https://api.teleship.com/",),
        test_urls=("https://sandbox.teleship.com/",),
        labels=(LabelFormat("PDF", "4x6", "PDF"),),
        options={"signature_confirmation:signature": {"teleship_signature_required": True}},
        credentials_from="Make an API client in Teleship's portal: https://www.teleship.com",
        notes=("Each parcel is a shipment of its own at Teleship, so a shipment has one parcel.",),
    ),
    _sells(
        carrier_name="usps_international",
        connector="usps_international",
        display_name="USPS International",
        capabilities=frozenset({"rating", "shipping", "voiding", "tracking", "customs"}),
        live_urls=("https://apis.usps.com/",),
        test_urls=("https://apis-tem.usps.com/",),
        labels=(
            LabelFormat("PDF", "4x6", "PDF"),
            LabelFormat("ZPL", "4x6", "ZPL203DPI", dpi=203),
            LabelFormat("ZPL", "4x6", "ZPL300DPI", dpi=300),
        ),
        options={"insurance": {"insurance": ...}},
        statuses=usps.STATUSES,
        reasons=usps.REASONS,
        errors=usps.ERRORS,
        weight_step=Weight.of(Decimal("0.01"), "LB"),
        void_days=30,
        sold_price="sum",
        zoned_times=usps.event_times,
        amended=usps_abroad,
        account_number_for=frozenset({"shipping"}),
        account_country_code="US",
        credentials_from=(
            "Make an app at https://developers.usps.com, and in the Business Customer Gateway a business account with "
            "the label provider's permission; CRID, MID and the payment account (EPS) are shown there"
        ),
        notes=(
            "From the United States to other countries alone; `usps` carries within them.",
            "Prices are retail unless `config.price_type` says otherwise.",
            "Each parcel is a label of its own at USPS, so a shipment has one parcel.",
        ),
    ),
)
"""Carriers whose labels are sold."""

OTHERS: tuple[Profile, ...] = tuple(sorted((*FOLLOWED, *SOLD), key=lambda profile: profile.carrier_name))
"""All carriers without a module of their own, sorted by name."""

LEFT_OUT: Mapping[str, str] = {
    "allied_express_local": "its host, in live mode too, is a test server of somebody else's",
    "amazon_shipping": "it looks for rates and labels beside `payload`, in which Amazon's API answers them",
    "aramex": "it calls the carrier without encryption (http), credentials included",
    "asendia_us": "it asks for a parcel's journey with DELETE, and leaves out the customs declaration of its parcels",
    "boxknight": "it logs in at an address of another carrier's API, so no call is let in",
    "chronopost": "it puts its operations into the namespace of SOAP itself, where Chronopost's services look for none",
    "dhl_express": "DHL's old XML services; Dray's `dhl_express` is the SDK's `mydhl`, DHL's present API",
    "dpd_meta": "it has neither live rates nor tracking",
    "dtdc": "it is not published",
    "easypost": "it buys by the service's name alone, which several of its carriers share, and tracks only by own ids",
    "easyship": "it fills in what nobody said (addresses of e-mail, kinds of goods), and tracks only by own ids",
    "eshipper": "it cuts weights and sizes down to whole numbers, and takes 1.8 s to load",
    "freightcom": "the SDK calls it deprecated, and it has no tracking",
    "generic": "it stands for no carrier, and needs a package that it does not bring",
    "postat": "it has neither live rates nor tracking",
    "sapient": "it has neither live rates nor tracking",
    "sendle": "the carrier ended its service on 11 January 2026",
    "shipengine": "its labels are addresses instead of labels, and it keeps services of one account for all others",
    "tge": "it numbers parcels by counters that one process keeps: two would print the same numbers",
    "veho": "it is the SDK's template with Veho's address, not Veho's API",
}
"""Connectors of the SDK that are not offered, each with the reason."""
