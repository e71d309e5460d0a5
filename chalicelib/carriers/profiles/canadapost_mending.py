"""Canada Post's mending: what its connector makes up, cuts or cannot read, put right on both sides of it.

Sources: Canada Post Developer Program, Create Shipment v8 (element lengths, `customer-request-id`), Get Tracking
Details v2, Void Shipment v8. What the connector sends and reads was found by experiment.
"""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, Decimal
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, unescape

from chalicelib.carriers.profiles.mending import Request, with_lines_as_written
from chalicelib.domain.measures import GRAMS_PER, Weight

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST_REFERENCE, LONGEST_COST_CENTRE = 35, 30
CURRENCY = "CAD"
"""Canada Post wants to know the rate of exchange for values in any other."""

REASONS: Mapping[str, str] = {"documents": "DOC", "merchandise": "SOG", "sample": "SAM"}
"""Codes of reasons for an export, by what is sent: document, sale of goods, commercial sample."""

COST_CENTRE = re.compile("<cost-centre>([^<]*)</cost-centre>")
REASON = re.compile(r"<reason-for-export>[^<]*</reason-for-export>\s*(?:<other-reason>[^<]*</other-reason>)?")
FOREIGN_GOODS = re.compile(
    r"(<country-of-origin>(?!CA<)[^<]*</country-of-origin>)\s*<province-of-origin>[^<]*</province-of-origin>"
)
"""A province of origin is Canada's, and told of what is made there alone."""

UNIT_WEIGHT = re.compile("<unit-weight>[^<]*</unit-weight>")

DECLARATION = re.compile(rb"^<\?xml[^>]*\?>\s*")


def prepared(operation: str, request: Request) -> Request:
    """Return the SDK's request as Canada Post's connector should get it.

    It would tell `1200 PO BOX` for `PO BOX 1200`, mail every recipient whose address is known, and label values with
    the currency of the options.
    """
    if operation not in ("rate", "ship"):
        return request
    options = request.get("options") or {}
    mailed = bool(options.get("email_notification") or options.get("email_notification_to"))
    return {
        **with_lines_as_written(request),
        "options": {**options, "currency": CURRENCY, "email_notification": mailed},
        "reference": (request.get("reference") or "")[:LONGEST_REFERENCE],
    }


def amended(operation: str, worded: Any, asked: Mapping[str, Any]) -> Any:
    """Return what is sent to Canada Post instead of what the connector would send for the request `asked`.

    The request id becomes the purchase id, under which Canada Post makes one shipment however often it is asked; the
    connector makes up a new one each time. It takes the reference for a cost centre, which has room for less, exports
    everything for other reasons, and lets all goods be made in the sender's province.
    """
    if operation != "ship":
        return worded
    purchase_id = escape(asked["metadata"]["purchase_id"])
    return [_amended(text, purchase_id, asked) for text in worded]


def _amended(text: str, purchase_id: str, asked: Mapping[str, Any]) -> str:
    text = re.sub("<customer-request-id>[^<]*<", f"<customer-request-id>{purchase_id}<", text, count=1)
    text = COST_CENTRE.sub(lambda found: _cost_centre(found, asked), text, count=1)
    text = _weighed(text, (asked.get("customs") or {}).get("commodities") or ())
    text = FOREIGN_GOODS.sub(r"\1", text)
    return REASON.sub(_reason((asked.get("customs") or {}).get("content_type")), text, count=1)


def _weighed(text: str, commodities: Sequence[Mapping[str, Any]]) -> str:
    """Return the declaration with what one piece of each commodity weighs, rounded up to a gram.

    The connector rounds to ten grams, also down.
    """
    if len(UNIT_WEIGHT.findall(text)) != len(commodities):
        return text
    weights = map(_kilograms, commodities)
    return UNIT_WEIGHT.sub(lambda found: next(weights) or found[0], text)


def _kilograms(commodity: Mapping[str, Any]) -> str:
    weight, unit = commodity.get("weight"), commodity.get("weight_unit")
    if not weight or unit not in GRAMS_PER:
        return ""
    grams = Weight.of(Decimal(str(weight)), unit).grams.quantize(Decimal("0.000001")).to_integral_value(ROUND_CEILING)
    return f"<unit-weight>{grams / 1000}</unit-weight>"


def _cost_centre(found: re.Match[str], asked: Mapping[str, Any]) -> str:
    """Return the cost centre, cut to its length; nothing where the connector took the reference for it."""
    told = unescape(found[1])
    if told == asked["reference"] and not (asked.get("options") or {}).get("canadapost_cost_center"):
        return ""
    return f"<cost-centre>{escape(told[:LONGEST_COST_CENTRE])}</cost-centre>"


def _reason(content_type: str | None) -> str:
    """Return why something is exported: by its code, or as another reason in words."""
    if code := REASONS.get(content_type or ""):
        return f"<reason-for-export>{code}</reason-for-export>"
    words = (content_type or "other").replace("_", " ")
    return f"<reason-for-export>OTH</reason-for-export><other-reason>{words}</other-reason>"


def readable(operation: str, status: int, body: bytes) -> bytes:
    """Return an answer as the connector can read it.

    It looks for one number's history below the root, where it is the root; and it takes the empty answer to a void
    (204) for broken XML.
    """
    if operation == "track" and body.lstrip().startswith(b"<"):
        return b"<wrapper>" + DECLARATION.sub(b"", body.strip()) + b"</wrapper>"
    return b"<voided/>" if operation == "cancel" and status == HTTPStatus.NO_CONTENT else body
