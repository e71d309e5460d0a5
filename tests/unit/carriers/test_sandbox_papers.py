"""The paper of sandbox labels: the size that was asked for, on which the barcode scans, or a refusal."""

import re
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from chalicelib.carriers.sandbox.refusals import PAPERS_OF
from chalicelib.domain.errors import CarrierRejected
from chalicelib.domain.options import LabelSize, Options
from chalicelib.domain.ports import Sale
from chalicelib.domain.shipments import LabelType
from tests.builders import a_parcel
from tests.sandbox_cases import DEADLINE, Shop, a_request, failure

POINTS = {"4x6": (288, 432), "A6": (297.6, 419.5), "A4": (595.3, 841.9), "letter": (612, 792)}
DOTS = {"4x6": (812, 1218), "A6": (839, 1183)}


def a_sale(label_type: LabelType, size: LabelSize, parcels: int = 1) -> Sale:
    shop = Shop()
    request = a_request(options=Options(label_size=size), parcels=(a_parcel(),) * parcels)
    return shop.buy(shop.order(request, label_type=label_type))


@pytest.mark.parametrize("size", PAPERS_OF["PDF"])
def test_a_pdf_has_pages_of_the_size_and_each_scans(size: LabelSize) -> None:
    sale = a_sale("PDF", size, parcels=2)

    pages = list(pypdfium2.PdfDocument(sale.documents[0].content))

    assert [page.get_size() for page in pages] == [pytest.approx(POINTS[size], abs=0.1)] * 2
    pictures = [page.render(scale=203 / 72).to_pil() for page in pages]
    scanned = [[code.text for code in zxingcpp.read_barcodes(picture.convert("L"))] for picture in pictures]
    assert scanned == [[number] for number in sale.tracking_numbers]


@pytest.mark.parametrize("size", PAPERS_OF["PNG"])
def test_a_png_has_the_dots_of_the_size_and_scans(size: LabelSize) -> None:
    sale = a_sale("PNG", size)

    picture = Image.open(BytesIO(sale.documents[0].content))

    assert picture.size == DOTS[size]
    assert [code.text for code in zxingcpp.read_barcodes(picture.convert("L"))] == list(sale.tracking_numbers)


@pytest.mark.parametrize("size", PAPERS_OF["ZPL"])
def test_a_zpl_label_is_as_wide_and_long_as_the_paper_and_nothing_leaves_it(size: LabelSize) -> None:
    content = a_sale("ZPL", size).documents[0].content

    width, height = DOTS[size]
    assert b"^PW%d\n^LL%d" % (width, height) in content
    boxes = re.findall(rb"\^FO(\d+),(\d+)\^GB(\d+),(\d+),", content)
    corners = [(int(x) + int(wide), int(y) + int(high)) for x, y, wide, high in boxes]
    assert max(x for x, _ in corners) <= width
    assert max(y for _, y in corners) == height


@pytest.mark.parametrize(("label_type", "size"), [(kind, size) for kind, sizes in PAPERS_OF.items() for size in sizes])
def test_the_document_names_its_paper(label_type: LabelType, size: LabelSize) -> None:
    assert a_sale(label_type, size).documents[0].print_format == size


@pytest.mark.parametrize("label_type", ["PNG", "ZPL"])
@pytest.mark.parametrize("size", ["A4", "letter"])
def test_a_label_of_dots_on_a_sheet_is_refused_at_the_purchase(label_type: LabelType, size: LabelSize) -> None:
    shop = Shop()
    order = shop.order(a_request(options=Options(label_size=size)), label_type=label_type)

    error = failure(lambda: shop.buy(order))

    assert isinstance(error, CarrierRejected)
    assert [(message.code, message.details) for message in error.messages] == [
        ("label_size_not_supported", {"options.label_size": size})
    ]
    assert shop.ledger.find(shop.connection.tenant, order.purchase_id) is None


def test_a_printer_of_203_dpi_is_served_and_others_are_told_that_they_are_not() -> None:
    shop = Shop()

    quotes = {
        dpi: shop.carrier.rate(shop.connection, a_request(options=Options(label_dpi=dpi)), DEADLINE)
        for dpi in (203, 300, 600)
    }

    assert quotes[203].rates
    assert [quotes[dpi].rates for dpi in (300, 600)] == [(), ()]
    (message,) = quotes[300].messages
    assert (message.code, message.details["option"], message.details["value"]) == (
        "option_not_supported",
        "label_dpi",
        "300",
    )
