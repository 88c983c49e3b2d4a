"""Which typeface prints which letter: Heard's own first, then two that hold what it lacks, and never a silent box.

What none of them has, and scripts that are written from right to left or whose letters join, are not printed as PDF:
`unprintable` names them, and the accessible page, which a browser sets, takes its place (decision 0026).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from threading import Lock

from reportlab.pdfbase import pdfmetrics, ttfonts

import resources
from models.documents.document import Document, clean, texts

FAMILIES = {"plain": "Atkinson Hyperlegible Next", "lexend": "Lexend", "opendyslexic": "Lexend"}
"""By the letters of a paper. reportlab refuses OpenDyslexic's file: a PDF has Lexend in its place."""
_FILES = {
    "Atkinson Hyperlegible Next": ("AtkinsonHyperlegibleNext-400.ttf", "AtkinsonHyperlegibleNext-700.ttf"),
    "Lexend": ("Lexend-400.ttf", "Lexend-700.ttf"),
}
FALLBACKS = {"DejaVu Sans": "DejaVuSans-400.ttf", "Noto Emoji": "NotoEmoji-400.ttf"}
_JOINING = re.compile(
    "ARABIC|HEBREW|SYRIAC|THAANA|NKO|DEVANAGARI|BENGALI|GURMUKHI|GUJARATI|TAMIL|TELUGU|KANNADA|MALAYALAM|SINHALA|THAI|"
    "LAO|TIBETAN|MYANMAR|KHMER|MONGOLIAN|ORIYA|COMBINING|ADLAM|HANIFI|MANDAIC|SAMARITAN"
)
_UNSEEN = frozenset("\u200b\u200c\u200d\u2060\ufe0e\ufe0f\u00ad\ufeff")
"""Signs that are not seen and only say how their neighbours are set: left to the accessible page."""
_HIGH = re.compile(r"<([0-9A-F]{5,6})>")
_PICTURES = 0x2600
_lock = Lock()


@cache
def _register(name: str, file: str) -> frozenset[int]:
    """Make a file known under its real name and return the letters it has."""
    font = ttfonts.TTFont(name, str(resources.path("fonts", file)))
    pdfmetrics.registerFont(font)
    return frozenset(font.face.charToGlyph)


def bold(family: str) -> str:
    """The registered name of a family's bold."""
    return f"{family} Bold"


def prepare(family: str) -> None:
    """Register a family and the two behind it, once; reading a file of letters costs about 10 ms."""
    with _lock:
        ttfonts.makeToUnicodeCMap = _written_whole
        for name, file in zip((family, bold(family)), _FILES[family], strict=True):
            _register(name, file)
        pdfmetrics.registerFontFamily(family, normal=family, bold=bold(family), italic=family, boldItalic=bold(family))
        for name, file in FALLBACKS.items():
            _register(name, file)


_their_map = ttfonts.makeToUnicodeCMap


def _written_whole(fontname: str, subset: list[int]) -> str:
    """reportlab's table of letters behind the glyphs, mended for those beyond U+FFFF: it wrote five digits where PDF
    asks for two halves of four (ISO 32000-1, 9.10.3), and an emoji could then not be copied or read aloud.
    """
    return _HIGH.sub(
        lambda found: f"<{chr(int(found[1], 16)).encode('utf-16-be').hex().upper()}>", _their_map(fontname, subset)
    )


def printable(text: str) -> str:
    """Text as a PDF sets it: whole letters where it has them in two parts, and without signs that are not seen."""
    return "".join(letter for letter in unicodedata.normalize("NFC", clean(text)) if letter not in _UNSEEN)


def runs(text: str, family: str) -> Iterator[tuple[str, str]]:
    """Cut printable text into runs of one typeface: (name of the typeface, letters)."""
    start, standing = 0, ""
    for at, letter in enumerate(text):
        found = _typeface(letter, family) or family
        # A space is set in whichever typeface stands, so that words are not torn.
        if found != standing and not (letter in " \n\t" and standing):
            if at > start:
                yield standing, text[start:at]
            start, standing = at, found
    if start < len(text):
        yield standing, text[start:]


@cache
def _typeface(letter: str, family: str) -> str:
    code = ord(letter)
    if code > 0x7F and _JOINING.match(unicodedata.name(letter, "")):
        return ""
    if code in _register(family, _FILES[family][0]) or letter in "\n\t":
        return family
    # Faces and hearts are those of the one typeface that has them all.
    order = sorted(FALLBACKS, reverse=code >= _PICTURES)
    return next((name for name in order if code in _register(name, FALLBACKS[name])), "")


def unprintable(document: Document, letters: str) -> tuple[str, ...]:
    """The letters of a document that no typeface here can print, each once; () where it can be a PDF."""
    family = FAMILIES[letters]
    prepare(family)
    found = dict.fromkeys(
        letter
        for text in (*texts(document), document.known_as)
        for letter in printable(text)
        if not _typeface(letter, family)
    )
    return tuple(found)
