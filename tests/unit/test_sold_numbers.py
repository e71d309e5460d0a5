"""The numbers of a sold label: the shipment's own, and each parcel's."""

from chalicelib.domain.filters import numbers_of
from chalicelib.domain.ports import Document, Sale
from chalicelib.domain.purchases import sold
from chalicelib.domain.shipments import ShipmentRecord
from tests.builders import NOW, a_parcel, a_rate, a_shipment

LABEL = (Document("shipping_label", "PDF", b"%PDF-", "4x6"),)


def sold_under(*numbers: str, master: str | None = None) -> ShipmentRecord:
    sale = Sale("pur_1", NOW, numbers, "ID-1", a_rate(), LABEL, master_number=master)
    return sold(a_shipment(parcels=tuple(a_parcel() for _ in numbers)), sale, [(), ()], NOW)


def own(record: ShipmentRecord) -> list[str]:
    return [(parcel.meta or {})["tracking_number"] for parcel in record.parcels]


def test_the_first_parcels_number_is_the_shipments_where_it_has_none_of_its_own() -> None:
    record = sold_under("T1", "T2")

    assert (record.tracking_number, own(record)) == ("T1", ["T1", "T2"])


def test_a_shipment_with_a_number_of_its_own_has_that_and_each_parcel_its_own() -> None:
    record = sold_under("JD1", "JD2", master="417")

    assert (record.tracking_number, own(record)) == ("417", ["JD1", "JD2"])
    assert (record.meta or {})["tracking_numbers"] == ["JD1", "JD2"]
    assert numbers_of(record) == ("417", "JD1", "JD2")
