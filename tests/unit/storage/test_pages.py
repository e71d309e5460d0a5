"""A page ends where its chunks do, and knows where the next one begins."""

from chalicelib.domain.filters import shipment_matches
from chalicelib.domain.pages import PageRequest
from chalicelib.domain.shipments import ShipmentRecord
from chalicelib.storage.pages import page_of
from chalicelib.storage.walks import Chunk


def test_a_walk_goes_on_behind_objects_that_an_index_named_and_that_are_gone() -> None:
    chunks = [Chunk([], "shp_9", goes_on=True), Chunk([], "shp_5", goes_on=True)]

    page = page_of(chunks, PageRequest(), ShipmentRecord, shipment_matches)

    assert (page.results, page.after) == ((), "shp_5")


def test_it_ends_with_the_list() -> None:
    page = page_of([Chunk([], "shp_9", goes_on=False)], PageRequest(), ShipmentRecord, shipment_matches)

    assert page.after is None
