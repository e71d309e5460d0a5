"""What a sale makes of a shipment: all that its carrier told, under the choice that was made before."""

from typing import Any

import pytest

from chalicelib.domain.ports import Document, Sale
from chalicelib.domain.purchases import sold
from chalicelib.domain.shipments import LEASE, Attempt, ShipmentRecord, StoredDocument
from tests.builders import NOW, a_message, a_parcel, a_rate, a_shipment, an_attempt


def a_document(name: str) -> StoredDocument:
    return StoredDocument(category="shipping_label", format="PDF", object_key=name)


def a_sale(**changes: Any) -> Sale:
    fields: dict[str, Any] = {
        "purchase_id": "pur_1",
        "sold_at": NOW,
        "tracking_numbers": ("1Z1", "1Z2"),
        "shipment_identifier": "ID-1",
        "rate": a_rate("express", id="rate_of_sale", carrier_name="ups", carrier_id="ups-berlin"),
        "documents": (Document("shipping_label", "PDF", b"%PDF-", "4x6"),),
        "tracking_url": "https://example.com/1Z1",
        "meta": {"service_name": "Express"},
    }
    return Sale(**fields | changes)


def test_a_sale_gives_the_shipment_all_that_the_carrier_told_of_it() -> None:
    attempt = an_attempt(rate=a_rate("express", id="rate_chosen"))
    parcels = (a_parcel(meta={"billed_weight_kg": 2}), a_parcel())
    before = a_shipment(state="purchasing", attempt=attempt, parcels=parcels)
    whole, first, second = (a_document(name) for name in ("whole", "first", "second"))
    sale = a_sale()

    after = sold(before, sale, [(whole,), (first, second)], NOW + LEASE)

    fields = {name: getattr(after, name) for name in ShipmentRecord.model_fields}
    metas = ({"billed_weight_kg": 2, "tracking_number": "1Z1"}, {"tracking_number": "1Z2"})
    assert {name: value for name, value in fields.items() if value != getattr(before, name)} == {
        "state": "created",
        "attempt": None,
        "purchase_id": "pur_1",
        "parcels": tuple(parcel.model_copy(update={"meta": meta}) for parcel, meta in zip(parcels, metas, strict=True)),
        "service": "express",
        "selected_rate_id": "rate_chosen",
        "selected_rate": sale.rate.model_copy(update={"id": "rate_chosen"}),
        "carrier_name": "ups",
        "carrier_id": "ups-berlin",
        "tracking_number": "1Z1",
        "tracking_url": "https://example.com/1Z1",
        "shipment_identifier": "ID-1",
        "documents": (whole,),
        "parcel_labels": (first, second),
        "meta": {"service_name": "Express", "tracking_numbers": ["1Z1", "1Z2"]},
        "updated_at": NOW + LEASE,
    }


@pytest.mark.parametrize("attempt", [None, an_attempt(rate=None)], ids=["no attempt", "no rate"])
def test_a_sale_of_which_no_choice_is_known_keeps_its_own_rate(attempt: Attempt | None) -> None:
    after = sold(a_shipment(attempt=attempt), a_sale(meta=None), [(), ()], NOW)

    assert after.selected_rate_id == "rate_of_sale"
    assert after.meta == {"tracking_numbers": ["1Z1", "1Z2"]}


@pytest.mark.parametrize(
    ("parcels", "numbers"), [(3, ["1Z1", "1Z2", None]), (1, ["1Z1"])], ids=["too few numbers", "too many"]
)
def test_each_parcel_stays_whatever_count_of_numbers_the_carrier_tells(parcels: int, numbers: list[str | None]) -> None:
    record = a_shipment(parcels=tuple(a_parcel() for _ in range(parcels)))

    after = sold(record, a_sale(), [(), ()], NOW)

    assert [(parcel.meta or {})["tracking_number"] for parcel in after.parcels] == numbers


def test_of_a_label_that_was_sold_only_the_sales_own_words_are_left_and_those_about_others_last() -> None:
    own_clue, another, passing, word = (
        a_message(code=code, details={"purchase_id": purchase_id})
        for code, purchase_id in [
            ("sale_not_stored", "pur_1"),
            ("late_sale", "pur_0"),
            ("slow", "pur_0"),
            ("sold", "pur_1"),
        ]
    )
    record = a_shipment(messages=(own_clue, another, passing))

    assert sold(record, a_sale(messages=(word,)), [(), ()], NOW).messages == (another, word)
