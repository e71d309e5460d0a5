"""Carrier texts: what the fields of credentials and configs are, in a sentence each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SECRET = re.compile("password|secret|passphrase|token|_key$|^access_key$|credential")
"""Which fields of credentials nobody else may read."""

SERVER_URL = (
    "Another address for this connection's calls (https), for stand-ins of the carrier: in test mode, and in live mode "
    "where the server's operator allows it."
)

GROUPS: Mapping[str, Sequence[Sequence[str]]] = {
    "fedex": (("api_key", "secret_key"), ("track_api_key", "track_secret_key")),
}
"""By carrier, groups of credentials of which one at least must be there whole, though none is needed by itself."""

NEEDED: Mapping[str, Sequence[str]] = {
    "asendia": ("customer_id",),
    "colissimo": ("laposte_api_key",),
    "dhl_parcel_de": ("username", "password", "client_id", "client_secret"),
    "locate2u": ("client_id", "client_secret"),
}
"""Credentials that the SDK calls optional, and without which the carrier lets no call in."""

NEEDED_CONFIG: Mapping[str, Sequence[str]] = {"seko": ("currency",)}
"""Settings without which an answer can't be read."""

CONFIG_HIDDEN = frozenset(
    {
        "brand_color",
        "enforce_zpl",
        "label_format",
        "label_size",
        "label_type",
        "server_url",
        "shipping_options",
        "shipping_services",
        "text_color",
    }
)
"""Settings of the SDK that Dray decides itself, or that mean nothing to it; `server_url` is Dray's own."""

CREDENTIAL_TEXTS: Mapping[str, str] = {
    "CRID": "The Customer Registration ID of your business location.",
    "MID": "The Mailer ID.",
    "access_key": "The access key.",
    "account": "The account code.",
    "account_country_code": "The country of the account: ISO 3166-1 alpha-2.",
    "account_id": "The account's id.",
    "account_number": "The number of the account that pays.",
    "account_type": "What pays: an Enterprise Payment System account (EPS), a permit or a meter.",
    "api_key": "The API key.",
    "billing_account": "The number of the account that pays.",
    "client_id": "The client id of your app.",
    "client_secret": "The client secret of your app.",
    "code_client": "The customer code.",
    "consumer_key": "The API key of your app.",
    "consumer_secret": "The API secret of your app.",
    "contact_id": "The contact id.",
    "contract_id": "The number of the contract, where there is one: prices are the contract's.",
    "contract_number": "The number of the contract.",
    "consigner_id": "The consigner's id.",
    "customer_id": "The customer's id.",
    "customer_number": "The customer number: labels are bought, and rates are the customer's, with it alone.",
    "customer_type": "The customer's type.",
    "delis_id": "The Delis id.",
    "depot": "The depot that the parcels start from.",
    "identifier": "The identifier of the web services.",
    "lang": "The language of what the carrier says.",
    "language": "The language of what the carrier says.",
    "laposte_api_key": "The API key of an app at La Poste's developer portal.",
    "mandator_id": "The mandator's id.",
    "manifest_MID": "The Mailer ID that manifests are made under.",
    "message_language": "The language of what the carrier says, as in en_EN.",
    "passphrase": "The passphrase.",
    "password": "The password.",
    "region": "The region of the account.",
    "secret_key": "The secret key of the project.",
    "service_type": "The service of the account.",
    "track_api_key": "The API key of a project of its own for tracking, which the carrier asks for.",
    "track_secret_key": "The secret key of the project for tracking.",
    "user_token": "The activation key.",
    "username": "The user's name.",
}
"""By field, what it is with every carrier that has no text of its own."""

CONFIG_TEXTS: Mapping[str, str] = {
    "app_id": "The application's id.",
    "cost_center": "The cost centre that the carrier's invoice names.",
    "cost_center_id": "The id of the cost centre of labels.",
    "cost_centre_id": "The id of the cost centre of rates.",
    "cost_centre_name": "The name of the cost centre of rates.",
    "currency": "The currency of the account's prices: ISO 4217.",
    "label_branding": "The branding of labels.",
    "locale": "The language of what the carrier says.",
    "merchant_id": "The merchant's id, where an app works for other merchants.",
    "permit_ZIP": "The ZIP code of the permit.",
    "permit_number": "The number of the permit, where a permit pays.",
    "price_type": "Which of the carrier's price lists counts.",
    "smart_post_hub_id": "The hub that FedEx Ground Economy parcels enter by.",
    "transmit_shipment_by_default": "Whether labels are paid for at once, instead of with a manifest.",
}
"""By field, what it is."""

OWN_TEXTS: Mapping[tuple[str, str], str] = {
    ("canadapost", "password"): "The API key's second part, after the colon.",
    ("canadapost", "username"): "The API key's first part, before the colon.",
    ("dhl_express", "account_number"): "The number of the shipper's account: rates and labels need it.",
    ("dhl_express", "password"): "The API secret of MyDHL API.",
    ("dhl_express", "username"): "The API key of MyDHL API.",
    ("dhl_parcel_de", "password"): "The password of that user.",
    ("dhl_parcel_de", "username"): "The user for tracking that DHL names (appname).",
    ("fedex", "account_number"): "The number of the shipper's account: rates and labels need it.",
    ("fedex", "api_key"): "The API key of a project with rates and labels.",
    ("purolator", "password"): "The password of the E-Ship Web Services key.",
    ("purolator", "username"): "The E-Ship Web Services key.",
    ("royalmail", "client_id"): "The client id of your app (X-IBM-Client-Id).",
    ("ups", "account_number"): "The number of the shipper's account, six characters: rates and labels need it.",
    ("usps", "account_number"): "The number of the account that pays.",
}
"""By carrier and field, what it is with this carrier."""
