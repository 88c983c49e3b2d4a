"""Pictures, sounds and films made by code for tests: invented drawings, and files that mean harm."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image, ImageDraw

GPS, MAKER, TURN = 0x8825, 0x010F, 0x0112
SECRET = "53.4808N 2.2426W Example Lane"


def drawing(width: int = 120, height: int = 90, number: int = 0) -> Image.Image:
    """A house, a tree and a sun; another colour for another number."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    tint = (40 + number * 37 % 200, 60 + number * 53 % 180, 90 + number * 71 % 150)
    draw.rectangle((width // 6, height // 2, width // 2, height - 4), outline=tint, width=3)
    draw.polygon(((width // 8, height // 2), (width // 3, height // 5), (width * 5 // 9, height // 2)), outline=tint)
    draw.ellipse((width * 3 // 4, 4, width - 4, height // 3), fill=(250, 200, number * 13 % 100))
    return image


def encoded(image: Image.Image, form: str = "JPEG", **how: Any) -> bytes:
    """The image as a file of that form."""
    out = io.BytesIO()
    image.save(out, form, **how)
    return out.getvalue()


def notes(turn: int = 1) -> Image.Exif:
    """What a telephone writes beside a photo: where it was taken, with what, and which way up."""
    exif = Image.Exif()
    exif[MAKER], exif[TURN] = SECRET, turn
    exif.get_ifd(GPS).update({1: "N", 2: (53.0, 28.0, 50.0), 3: "W", 4: (2.0, 14.0, 33.0)})
    return exif


def photo(number: int = 0, form: str = "JPEG", turn: int = 1, size: tuple[int, int] = (120, 90)) -> bytes:
    """A photo as a telephone makes it."""
    return encoded(drawing(*size, number=number), form, exif=notes(turn))


def png_of(width: int, height: int, rows: bytes = b"") -> bytes:
    """A PNG that declares a size, whatever is in it."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def box(name: bytes, *inside: bytes) -> bytes:
    """One box of an MP4."""
    content = b"".join(inside)
    return struct.pack(">I", 8 + len(content)) + name + content


def film(seconds: float = 2.0, brand: bytes = b"isom", extra: bytes = b"") -> bytes:
    """An MP4 that says how long it plays and where it was taken."""
    length = bytes(12) + struct.pack(">II", 1000, round(seconds * 1000)) + bytes(80)
    place = box(b"udta", box(b"\xa9xyz", SECRET.encode()))
    track = box(b"trak", box(b"meta", SECRET.encode()), box(b"tkhd", bytes(84)))
    return (
        box(b"ftyp", brand, bytes(8))
        + box(b"moov", box(b"mvhd", length), place, track)
        + box(b"mdat", b"s" * 64)
        + extra
    )


def sound() -> bytes:
    """A WAV of a tenth of a second, with a note of who spoke."""
    data, note = bytes(1600), b"INFO" + SECRET.encode() + b"\x00"
    note += b"\x00" * (len(note) % 2)
    chunks = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
    chunks += b"LIST" + struct.pack("<I", len(note)) + note + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n%%EOF\n"
