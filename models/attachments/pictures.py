"""Pictures drawn anew: turned upright, no larger than they need be, and free of everything but what can be seen.

The only place that knows Pillow. A decoder that meets a hostile file may raise anything, and take any amount of
memory: the size is judged before a single dot is decoded, and whatever is raised becomes plain words.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from models.attachments.kinds import JPEG, NOTHING_CHANGED, PNG, WEBP, FileKind
from models.errors import Trouble

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_DOTS = 40_000_000
MOST_HEAVY_DOTS = 13_000_000
"""WebP, and a JPEG that comes into focus step by step, lie in memory several times over while they are decoded."""
LONGEST = 3_200
"""A page of A4 at 270 dots an inch: small handwriting stays readable."""
LONGEST_SMALL = 360
QUALITY, QUALITY_SMALL = 88, 80
FEW_COLOURS = 1_024
"""A picture with no more colours than this may be a line drawing, which keeps its sharp edges and is smaller so."""
_ORIENTATION = 0x0112
_GREY = ("1", "L", "F", "I", "I;16", "I;16B", "I;16L", "I;16N")
_BAND = 256
_FORMATS = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP"}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept, with its small one."""

    content: bytes
    media_type: str
    width: int
    height: int
    small: bytes


def redraw(data: bytes, kind: FileKind) -> Picture:
    """Decode a picture, bound it, and encode it anew with nothing else in it. Raises Trouble for what cannot be."""
    try:
        drawn = _decode(data, kind, LONGEST)
        content, media_type = _encode(drawn)
        return Picture(content, media_type, drawn.width, drawn.height, _small(drawn))
    except Trouble:
        raise
    except Exception as error:
        raise _unreadable() from error


def small_of(content: bytes, kind: FileKind) -> bytes:
    """The small picture of one that is kept. It may have been sent by anyone: judged as strictly as one taken in."""
    try:
        return _small(_decode(content, kind, LONGEST_SMALL))
    except Trouble:
        raise
    except Exception as error:
        raise _unreadable() from error


def _decode(data: bytes, kind: FileKind, longest: int) -> Image:
    from PIL import Image

    with Image.open(BytesIO(data), formats=(_FORMATS[kind],)) as opened:
        is_heavy = kind is WEBP or bool(opened.info.get("progressive"))
        _judge(opened.width, opened.height, MOST_HEAVY_DOTS if is_heavy else MOST_DOTS)
        turn = _orientation(opened)
        # A JPEG can be decoded at a half, a quarter or an eighth of its size: the large one never comes to be.
        opened.draft("RGB" if opened.mode != "L" else "L", (longest, longest))
        opened.load()
        plain = _bounded(opened, longest)
    methods = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
    return plain.transpose(methods[turn]) if turn in methods else plain


def _judge(width: int, height: int, most: int) -> None:
    if width * height > most:
        raise Trouble(
            "That picture is too large",
            f"It has {width * height / 1e6:,.0f} million dots, and Heard can read {most // 1_000_000}. "
            + NOTHING_CHANGED,
            "Take the photo at a lower setting, or save it smaller, then add it again.",
        )


def _orientation(opened: Image) -> int:
    """Which way up the camera was held. A damaged note of it counts as none."""
    try:
        return int(opened.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - it says how to turn the picture, and nothing else is taken from it
        return 1


def _bounded(image: Image, longest: int) -> Image:
    """The dots alone, no side longer than ``longest``: a new image, with nothing of the old one's notes.

    Made band by band: a picture of 40 million dots must not lie in memory three times over.
    """
    from PIL import Image

    scale = max(1.0, max(image.size) / longest)
    width, height = max(1, round(image.width / scale)), max(1, round(image.height / scale))
    across, down = image.width / width, image.height / height
    drawn = Image.new("L" if image.mode in _GREY else "RGB", (width, height))
    for top in range(0, height, _BAND):
        bottom = min(height, top + _BAND)
        # The filter looks a few rows over the edge of the band, or the bands would show.
        first, last = max(0, int((top - 4) * down)), min(image.height, int((bottom + 4) * down) + 1)
        band = _plain(image.crop((0, first, image.width, last)))
        box = (0, top * down - first, width * across, min(bottom * down - first, float(band.height)))
        drawn.paste(band.resize((width, bottom - top), Image.Resampling.LANCZOS, box), (0, top))
    return drawn


def _plain(image: Image) -> Image:
    """In grey or colours, on white where it was see-through."""
    from PIL import Image

    if image.mode.startswith("I"):
        # 16 bits a dot: a plain conversion would turn everything above 255 to white.
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in _GREY:
        return image.convert("L")
    if image.has_transparency_data:
        see_through = image.convert("RGBA")
        drawn = Image.new("RGB", image.size, "white")
        drawn.paste(see_through, mask=see_through.getchannel("A"))
        return drawn
    return image.convert("RGB")


def _encode(image: Image) -> tuple[bytes, str]:
    photo = _saved(image, "JPEG", quality=QUALITY, optimize=True)
    if image.mode == "RGB" and image.getcolors(FEW_COLOURS) is not None:
        drawing = _saved(image, "PNG")
        if len(drawing) <= len(photo):
            return drawing, PNG.media_type
    return photo, JPEG.media_type


def _saved(image: Image, form: str, **how: Any) -> bytes:
    out = BytesIO()
    image.save(out, form, **how)
    return out.getvalue()


def _small(image: Image) -> bytes:
    small = image.copy()
    small.thumbnail((LONGEST_SMALL, LONGEST_SMALL))
    return _saved(small, "JPEG", quality=QUALITY_SMALL)


def _unreadable() -> Trouble:
    return Trouble(
        "That picture cannot be read",
        f"It may be damaged, or not all of it is there. {NOTHING_CHANGED}",
        "Open it in another program and save it again as JPEG, then add it.",
    )
