"""The sales of several parcels as one: numbers, prices, and labels in parcel order."""

import warnings
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from chalicelib.carriers.gateway.joined_labels import joined
from chalicelib.domain.ports import Document, Sale
from tests.piecewise_cases import Clerk, Window, a_request, an_order, parcels, priced, said
from tests.stand_ins.prints import pdf, picture, zpl


def sold(*changes: dict[str, Any]) -> Sale:
    """The sale of as many parcels as there are changes, each of a dollar a parcel's place."""
    request = a_request(parcels=parcels(*range(1, len(changes) + 1)))
    return Window(Clerk(changes=changes)).buy(an_order(request))  # type: ignore[arg-type]


def label(content: bytes, kind: str = "PDF", size: str | None = "4x6", category: str = "shipping_label") -> Document:
    return Document(category, kind, content, size)


class TestSales:
    def test_numbers_identifiers_and_labels_are_in_parcel_order(self) -> None:
        sale = sold({}, {}, {})

        assert sale.tracking_numbers == ("T1", "T2", "T3")
        assert sale.shipment_identifier == "ID1,ID2,ID3"
        assert (sale.meta or {})["shipment_identifiers"] == ["ID1", "ID2", "ID3"]
        assert [text(one.content) for one in sale.parcel_labels] == ["T1", "T2", "T3"]
        assert text(sale.documents[0].content) == "T1 T2 T3"
        assert sale.tracking_url == "https://post.example/T1"

    def test_what_was_said_of_each_is_kept_apart_from_what_was_said_of_all(self) -> None:
        meta = sold({}, {}).meta or {}

        assert meta["service_name"] == "Xpresspost"
        assert meta["parcel_meta"] == [{"own": "T1"}, {"own": "T2"}]

    def test_the_price_is_what_was_taken_for_all(self) -> None:
        order = an_order()

        sale = Window(Clerk(changes=[{"rate": priced(11)}, {"rate": priced(21)}])).buy(order)

        assert (sale.rate.id, sale.rate.total_charge) == (order.rate.id, Decimal(32))
        assert [line.amount for line in sale.rate.extra_charges] == [Decimal("28.8"), Decimal("3.2")]

    def test_where_one_price_is_told_in_parts_the_charges_still_add_up(self) -> None:
        sale = sold({"rate": priced(11)}, {"rate": priced(21, extra_charges=())})

        assert sum(line.amount or 0 for line in sale.rate.extra_charges) == sale.rate.total_charge == Decimal(32)

    def test_where_no_price_is_told_the_rate_stays_as_it_was_chosen(self) -> None:
        order = an_order()

        assert Window().buy(order).rate == order.rate

    def test_prices_in_two_currencies_are_not_added_up(self) -> None:
        order = an_order()

        sale = Window(Clerk(changes=[{"rate": priced(11)}, {"rate": priced(21, currency="USD")}])).buy(order)

        assert sale.rate == order.rate

    def test_papers_come_behind_the_label_in_parcel_order(self) -> None:
        papers = [Document("receipt", "PDF", b"one"), Document("receipt", "PDF", b"two")]

        sale = sold(*({"documents": (label(pdf(["x"], (4, 6))), paper)} for paper in papers))

        assert sale.documents[1:] == tuple(papers)

    def test_messages_are_not_repeated(self) -> None:
        remark = said("remark", "Strike on Monday")

        sale = sold({"messages": (remark,)}, {"messages": (remark, said("own", "Ask for it"))})

        assert [(one.code, one.details) for one in sale.messages] == [("remark", {}), ("own", {"parcel": "parcels.1"})]

    def test_labels_that_cannot_be_joined_are_all_there_and_a_message_says_so(self) -> None:
        labels = [label(pdf(["x"], (4, 6))), label(b"%PDF-1.4 broken %%EOF")]

        sale = sold(*({"documents": (one,)} for one in labels))

        assert sale.documents == sale.parcel_labels == tuple(labels)
        assert [(one.code, one.level) for one in sale.messages] == [("labels_not_joined", "warning")]


class TestJoinedLabels:
    def test_pages_of_pdf_follow_each_other(self) -> None:
        whole = joined([label(pdf([name], (4, 6))) for name in "abc"])

        assert whole is not None
        assert (text(whole.content), whole.format, whole.print_format) == ("a b c", "PDF", "4x6")

    def test_zpl_follows_zpl(self) -> None:
        whole = joined([label(zpl([name]), "ZPL") for name in "ab"])

        assert whole is not None
        assert whole.content == zpl(["a"]) + zpl(["b"])

    def test_pictures_are_stacked(self) -> None:
        tall, wide = picture(["a"], (40, 300), "PNG"), picture(["b"], (60, 250), "PNG")

        whole = joined([label(tall, "PNG"), label(wide, "PNG")])

        assert whole is not None
        with Image.open(BytesIO(whole.content)) as stack, Image.open(BytesIO(wide)) as second:
            assert (stack.format, stack.mode, stack.size) == ("PNG", "L", (60, 550))
            assert stack.crop((0, 300, 60, 550)).tobytes() == second.tobytes()

    @pytest.mark.parametrize("modes", [("P", "P", "P"), ("P", "RGB", "1")])
    def test_pictures_keep_their_colours_whatever_kind_they_are_of(self, modes: tuple[str, ...]) -> None:
        colours = ("red", "blue", "white")

        whole = joined([label(painted(*one), "PNG") for one in zip(modes, colours, strict=True)])

        assert whole is not None
        with Image.open(BytesIO(whole.content)) as stack:
            assert [stack.getpixel((0, y)) for y in (0, 2, 4)] == [(255, 0, 0), (0, 0, 255), (255, 255, 255)]

    def test_a_size_that_is_not_the_same_for_all_is_not_told(self) -> None:
        whole = joined([label(zpl(["a"]), "ZPL"), label(zpl(["b"]), "ZPL", None)])

        assert whole is not None
        assert whole.print_format is None

    @pytest.mark.parametrize(
        "labels",
        [
            [label(zpl(["a"]), "ZPL"), label(pdf(["a"], (4, 6)))],
            [label(pdf(["a"], (4, 6))), label(b"%PDF-1.4 broken %%EOF")],
            [label(b"\x89PNG\r\n\x1a\nbroken", "PNG")] * 2,
        ],
        ids=["two formats", "a broken PDF", "broken pictures"],
    )
    def test_what_cannot_be_joined_is_left_as_it_is(self, labels: list[Document]) -> None:
        assert joined(labels) is None


def painted(mode: str, colour: str) -> bytes:
    made = BytesIO()
    Image.new("RGB", (2, 2), colour).convert(mode, palette=Image.Palette.ADAPTIVE).save(made, "PNG")
    return made.getvalue()


def text(content: bytes) -> str:
    """The pages' texts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it says at import that its name has changed
        from PyPDF2 import PdfReader  # noqa: PLC0415
    return " ".join(page.extract_text().strip() for page in PdfReader(BytesIO(content)).pages)
