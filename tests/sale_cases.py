"""What tests of sold labels start from: a label that was asked for, and what is made of the SDK's answer to it."""

from typing import Any

from chalicelib.carriers.gateway.messages import translated
from chalicelib.carriers.gateway.refusals import label_format
from chalicelib.carriers.gateway.sales import Purchase
from chalicelib.carriers.profiles.profile import Profile
from chalicelib.domain.messages import Message
from chalicelib.domain.ports import Sale
from tests.builders import NOW, a_parcel
from tests.sandbox_cases import a_request
from tests.sdk_cases import a_connection, a_dialect, a_profile, an_answer, an_order


def a_purchase(parcels: int = 1, profile: Profile | None = None, **changes: Any) -> Purchase:
    request = a_request(parcels=tuple(a_parcel() for _ in range(parcels)), **changes.pop("shipment", {}))
    order = an_order(request, **changes)
    profile = profile or a_profile()
    label = label_format(profile, order)
    assert label is not None
    return Purchase(a_connection(), profile, order, label)


def sell(purchase: Purchase, told: Any, *words: dict[str, Any], bodies: tuple[bytes, ...] = ()) -> Sale:
    messages: tuple[Message, ...] = translated(purchase.connection, a_dialect(purchase.profile), words)
    return purchase.sale(an_answer(told, bodies=bodies), messages, NOW)
