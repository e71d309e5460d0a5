"""Texts of the OpenAPI document that no single model or view can tell: what holds for all of the API."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from chalicelib.api.bodies import MOST_BYTES
from chalicelib.api.openapi_errors import error_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.api.operations import Access

TITLE = "Dray"
SUMMARY = "One API between a shop and its parcel carriers: rates, labels, tracking."

TAGS: Mapping[str, str] = {
    "shipments": "A parcel, or several, from one address to another: rated, bought, labelled, cancelled.",
    "rates": "What carriers ask, without storing anything.",
    "trackers": "Parcels that are followed, whoever sold their label.",
    "connections": "The account's own accounts with carriers: their credentials go in and never come out.",
    "carriers": "What carriers can do, and what a connection to each needs.",
    "references": "Countries, currencies, units and value lists.",
    "api_keys": "The account's keys, for a key with the role `admin`.",
    "files": "Labels and papers behind signed links.",
    "about": "The API itself: is it alive, what can it do.",
}
"""What an operation can be about, in the order of the reference page."""

NEEDS: Mapping[Access, str] = {
    "public": "Needs no key.",
    "read_only": "Any key may do this.",
    "standard": "Needs a key with the role `standard` or `admin`.",
    "admin": "Needs a key with the role `admin`.",
}
"""Who may call an operation."""

KEY = (
    "An API key: `dray_test_…` opens the world of sandboxes, where nothing is real and no carrier account is needed; "
    "`dray_live_…` buys real labels."
)

MERGE_PATCH = "The body may be declared as `application/merge-patch+json` too."

IDEMPOTENCY_KEY = (
    "1 to 255 visible ASCII characters that you choose for this request, a UUID for example. The same key and request "
    "within 24 hours gets the first answer again, and nothing is done twice."
)

IF_NONE_MATCH = "The `ETag` of the version that you have."

WITHOUT_BODY: Mapping[int, str] = {
    HTTPStatus.FOUND: "`Location` is a short-lived link to what was asked for.",
    HTTPStatus.NOT_MODIFIED: "`If-None-Match` names the present version.",
}
"""What an answer without a body says, by status."""

PATH_PARAMETERS: Mapping[str, str] = {
    "token": "What the signed link holds.",
    "asset": "The file's name.",
    "carrier_name": "The carrier, as `/v1/carriers` names it.",
}
"""Path parameters that are no ids."""

_DESCRIPTION = """\
Compare rates, buy and void labels, follow parcels: the same way with every carrier.

### Keys and modes
Send `Authorization: Bearer <key>`. The key alone decides the mode: objects of `test` and `live` never meet. Another
account's ids, and the other mode's, look exactly like ids that do not exist.

### Requests
JSON in UTF-8, at most {kilobytes} KB. Unknown fields and parameters are refused, with all other faults at once, each by
its path; but what was answered may be sent back: `id`, `object_type`, `meta` and `validation` are passed over. In a
POST, null means left out. PATCH is a JSON merge patch (RFC 7396): what is left out stays, null clears, objects merge,
lists are replaced. Country, currency and unit codes are accepted in any case. Texts hold no control characters, numbers
at most 15 digits.

Every POST takes an `Idempotency-Key`: the same key and request within 24 hours gets the first answer again.

### Answers
Every field is always sent, as null or empty where there is nothing to tell. Times are RFC 3339 in UTC. Within `/v1` we
may add paths, optional request fields, answer fields, values, event types and error codes, and nothing else: so value
lists are closed in requests only, and a client must pass over what it does not know.

### Lists
Newest first, `limit` objects a page; `next` is the address of the next page, and only `next: null` ends a walk: a
filtered page may be short, or empty, before.

### Rate limits
A key may make as many requests a minute as its plan says, at any pace: its bucket holds that many tokens and fills
evenly. The answer's headers tell what is left; a 429 tells when to ask again.

### Errors
One envelope, `{{"error": {{"code", "message", "details"}}}}`, with the header `Request-Id`; with
`Accept: application/problem+json`, RFC 9457. Any path answers another method than its own with 405 and `Allow`.

{errors}
"""


def description() -> str:
    """Return what holds for all operations, in Markdown."""
    paragraphs = _DESCRIPTION.format(kilobytes=MOST_BYTES // 1024, errors="\0").split("\n\n")
    return "\n\n".join(_flowing(paragraph) for paragraph in paragraphs).replace("\0", error_table())


def _flowing(paragraph: str) -> str:
    """Return a paragraph without line breaks but the one after its heading: some readers show each as a break."""
    heading, _, text = paragraph.partition("\n")
    if heading.startswith("#"):
        return f"{heading}\n\n{text.replace(chr(10), ' ')}".strip()
    return paragraph.replace("\n", " ").strip()
