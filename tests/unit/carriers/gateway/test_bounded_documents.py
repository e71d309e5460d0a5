"""A document that would take for ever, or all memory, costs a moment, and the label is sold as it came."""

import threading
import zlib
from io import BytesIO
from itertools import count

import pytest
from PIL import Image

from chalicelib.carriers.gateway import bounded_work
from chalicelib.carriers.gateway.bounded_work import MOST_STUCK, in_time
from chalicelib.carriers.gateway.documents import Content, Unreadable, recognised, split
from chalicelib.carriers.gateway.joined_labels import joined
from chalicelib.carriers.gateway.pdf_pages import MOST_BYTES, MOST_INFLATED_BYTES, pages_apart, pages_together
from chalicelib.carriers.sandbox.labels import label_documents
from chalicelib.domain.ports import Document
from tests.sandbox_cases import a_fixed_sale


def a_label() -> bytes:
    """A real label of two parcels."""
    return next(iter(label_documents(a_fixed_sale("PDF")))).content


def a_pdf_in_a_circle() -> bytes:
    """One whose table of objects says of itself that it comes before itself."""
    table = b"%PDF-1.4\nxref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 1 /Root 1 0 R /Prev 9 >>\n"
    return table + b"startxref\n9\n%%EOF\n"


class TestTime:
    def test_what_is_done_in_time_is_had(self) -> None:
        assert in_time(lambda: 7) == 7

    @pytest.mark.parametrize("error", [ValueError, IndexError, RecursionError, zlib.error, AssertionError])
    def test_what_fails_comes_to_nothing(self, error: type[Exception]) -> None:
        def fails() -> None:
            raise error

        assert in_time(fails) is None

    def test_what_never_ends_is_ended(self) -> None:
        before = threading.active_count()

        assert in_time(lambda: sum(one * 0 for one in count()), 0.05) is None

        assert threading.active_count() == before

    def test_with_too_many_that_cannot_be_ended_nothing_is_begun(self) -> None:
        free = threading.Event()
        try:
            for _ in range(MOST_STUCK):
                assert in_time(free.wait, 0.01) is None
            assert in_time(lambda: 7) is None
        finally:
            free.set()
        for thread in bounded_work._stuck:
            thread.join(5)

        assert in_time(lambda: 7) == 7


class TestPdfs:
    def test_pages_are_told_apart_and_joined(self) -> None:
        apart = pages_apart(a_label(), 2)
        together = pages_together(apart)

        assert len(apart) == 2
        assert together is not None
        assert len(pages_apart(together, 2)) == 2

    # where the reader's stack ends, Hypothesis' hook of the garbage collector may fail too
    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    def test_a_circle_is_no_label_of_several(self) -> None:
        assert split(Content("PDF", a_pdf_in_a_circle()), 2) == ()
        assert pages_together([a_pdf_in_a_circle()]) is None

    def test_more_than_a_carriers_answer_holds_is_not_read(self) -> None:
        large = a_label().replace(b"%%EOF", b"%" * MOST_BYTES + b"\n%%EOF")

        assert pages_apart(large, 2) == ()
        assert pages_together([large]) is None

    def test_what_would_unpack_to_all_memory_is_not_read(self) -> None:
        bomb = zlib.compress(bytes(MOST_INFLATED_BYTES + 1))
        hidden = b"%PDF-1.5\n9 0 obj\n<< /Type /ObjStm /N 1 >>\nstream\n" + bomb + b"\nendstream\nendobj\n"

        assert pages_apart(hidden + a_label(), 2) == ()
        assert len(pages_apart(hidden.replace(b"/ObjStm", b"/Image") + a_label(), 2)) == 2


def a_picture(kind: str, width: int, height: int) -> bytes:
    made = BytesIO()
    Image.new("1", (width, height)).save(made, kind)
    return made.getvalue()


class TestPictures:
    def test_a_picture_of_too_many_points_is_no_label(self) -> None:
        with pytest.raises(Unreadable, match="too large to be a label"):
            recognised(a_picture("TIFF", 8000, 5001))

    def test_pictures_that_are_too_large_together_are_not_joined(self) -> None:
        large = Document("shipping_label", "PNG", a_picture("PNG", 8000, 2501), "4x6")

        assert joined([large]) is not None
        assert joined([large, large]) is None

    def test_what_is_no_picture_is_not_joined(self) -> None:
        broken = Document("shipping_label", "PNG", b"\x89PNG\r\n\x1a\n" + b"\x00" * 20 + b"IEND\xaeB`\x82", "4x6")

        assert joined([broken, broken]) is None
