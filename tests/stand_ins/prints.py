"""Labels and papers that a stand-in hands out: real images, PDF and ZPL, each with the text that it was asked for."""

from base64 import b64encode
from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw
from reportlab.lib.units import inch
from reportlab.pdfgen.canvas import Canvas


def picture(lines: Sequence[str], size: tuple[int, int], kind: str) -> bytes:
    """Return a black and white image of these lines; `kind` is `PNG` or `GIF`."""
    image = Image.new("L", size, 255)
    draw = ImageDraw.Draw(image)
    for index, line in enumerate(lines):
        draw.text((40, 40 + 60 * index), line, fill=0)
    for position, character in enumerate("".join(lines)[:60]):  # stripes in place of a bar code
        left = 40 + position * 12
        draw.rectangle((left, size[1] - 220, left + ord(character) % 9, size[1] - 40), fill=0)
    written = BytesIO()
    image.save(written, kind)
    return written.getvalue()


def pdf(lines: Sequence[str], inches: tuple[float, float]) -> bytes:
    """Return a PDF of one page with these lines."""
    written = BytesIO()
    canvas = Canvas(written, pagesize=(inches[0] * inch, inches[1] * inch), invariant=True)
    for index, line in enumerate(lines):
        canvas.drawString(18, inches[1] * inch - 36 - 16 * index, line)
    canvas.showPage()
    canvas.save()
    return written.getvalue()


def zpl(lines: Sequence[str]) -> bytes:
    """Return ZPL II that prints these lines."""
    fields = "".join(f"^FO40,{40 + 50 * index}^A0N,40,40^FD{line}^FS" for index, line in enumerate(lines))
    return f"^XA{fields}^XZ\n".encode()


def base64(content: bytes) -> str:
    """Return the bytes as carriers put them into JSON."""
    return b64encode(content).decode()
