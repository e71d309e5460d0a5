"""Canada Post's mending: what its connector makes up, cuts or cannot read, put right on both sides of it.

Sources: Canada Post Developer Program, Create Shipment v8 (element lengths, `customer-request-id`), Get Tracking
Details v2, Void Shipment v8. What the connector sends and reads was found by experiment.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, unescape

from chalicelib.carriers.profiles.mending import Request, with_lines_as_written

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_REFERENCE, LONGEST_COST_CENTRE = 35, 30
CURRENCY = "CAD"
"""Canada Post wants to know the rate of exchange for values in any other."""

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
    connector makes up a new one each time. And a cost centre has room for less than a reference.
    """
    if operation != "ship":
        return worded
    purchase_id = escape(asked["metadata"]["purchase_id"])
    return [_amended(text, purchase_id) for text in worded]


def _amended(text: str, purchase_id: str) -> str:
    text = re.sub("<customer-request-id>[^<]*<", f"<customer-request-id>{purchase_id}<", text, count=1)
    return re.sub("<cost-centre>([^<]*)<", _cost_centre, text, count=1)


def _cost_centre(found: re.Match[str]) -> str:
    return f"<cost-centre>{escape(unescape(found[1])[:LONGEST_COST_CENTRE])}<"


def readable(operation: str, status: int, body: bytes) -> bytes:
    """Return an answer as the connector can read it.

    It looks for one number's history below the root, where it is the root; and it takes the empty answer to a void
    (204) for broken XML.
    """
    if operation == "track" and body.lstrip().startswith(b"<"):
        return b"<wrapper>" + DECLARATION.sub(b"", body.strip()) + b"</wrapper>"
    return b"<voided/>" if operation == "cancel" and status == HTTPStatus.NO_CONTENT else body
