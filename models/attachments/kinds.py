"""Which files may be kept: told by their first bytes and never by their name, with a kind word about every other."""

from __future__ import annotations

from dataclasses import dataclass

from models.errors import Trouble

MEGABYTE = 1024 * 1024
MOST_BYTES = 64 * MEGABYTE
MOST_PICTURE_BYTES = 48 * MEGABYTE
MOST_CLIP_SECONDS = 5 * 60
PICTURE, SOUND, CLIP, PAGES = "picture", "sound", "clip", "pages"


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind of file that may be kept. ``ending`` is that of a copy opened outside Heard."""

    media_type: str
    what: str
    ending: str
    most_bytes: int = MOST_BYTES


JPEG = FileKind("image/jpeg", PICTURE, ".jpg", MOST_PICTURE_BYTES)
PNG = FileKind("image/png", PICTURE, ".png", MOST_PICTURE_BYTES)
WEBP = FileKind("image/webp", PICTURE, ".webp", MOST_PICTURE_BYTES)
WAV = FileKind("audio/wav", SOUND, ".wav")
MP3 = FileKind("audio/mpeg", SOUND, ".mp3")
M4A = FileKind("audio/mp4", SOUND, ".m4a")
OGG = FileKind("audio/ogg", SOUND, ".ogg")
FLAC = FileKind("audio/flac", SOUND, ".flac")
MP4 = FileKind("video/mp4", CLIP, ".mp4")
WEBM = FileKind("video/webm", CLIP, ".webm")
PDF = FileKind("application/pdf", PAGES, ".pdf")
ALL = (JPEG, PNG, WEBP, WAV, MP3, M4A, OGG, FLAC, MP4, WEBM, PDF)

_BY_START = ((b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG), (b"OggS", OGG), (b"fLaC", FLAC), (b"%PDF-", PDF))
_BY_RIFF = {b"WEBP": WEBP, b"WAVE": WAV}
_BY_BRAND = {
    **dict.fromkeys((b"M4A ", b"M4B "), M4A),
    **dict.fromkeys((b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV"), MP4),
}
_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"})
NOTHING_CHANGED = "Nothing has been added. The file is where it was."
WHAT_FITS = "Photos (JPEG, PNG, WebP), sound (WAV, MP3, M4A, OGG, FLAC), short films (MP4, WebM) and PDF can be added."


def kind_of(start: bytes) -> FileKind | None:
    """Tell a file's kind by its first 64 bytes or more; None for one that cannot be kept."""
    for mark, kind in _BY_START:
        if start.startswith(mark):
            return kind
    if start.startswith(b"RIFF"):
        return _BY_RIFF.get(start[8:12])
    if start[4:8] == b"ftyp":
        return _BY_BRAND.get(start[8:12])
    if start.startswith(b"\x1aE\xdf\xa3"):
        return WEBM if b"webm" in start[:64] else None
    return MP3 if start.startswith(b"ID3") or _is_mp3_frame(start[:4]) else None


def _is_mp3_frame(head: bytes) -> bool:
    """A layer III frame's first four bytes: sync, and no value that the standard (ISO 11172-3) leaves out."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return False
    return (head[1] >> 3) & 3 != 1 and (head[2] >> 4) not in (0, 15) and (head[2] >> 2) & 3 != 3


def by_media_type(media_type: str) -> FileKind | None:
    """The kind with this media type; None for one only a newer Heard knows."""
    return next((kind for kind in ALL if kind.media_type == media_type), None)


def checked_kind(start: bytes, size: int) -> FileKind:
    """The kind of a file about to be taken in. Raises Trouble, in plain words, for one that cannot be."""
    if size == 0:
        raise Trouble("That file is empty", NOTHING_CHANGED, "Choose another one.")
    kind = kind_of(start)
    if kind is None:
        raise _unknown(start)
    if size > kind.most_bytes:
        raise Trouble(
            "That file is too large",
            f"It has {size / MEGABYTE:,.0f} MB, and Heard can keep {kind.most_bytes // MEGABYTE} MB. {NOTHING_CHANGED}",
            "Make it shorter or smaller, then add it again.",
        )
    return kind


def _unknown(start: bytes) -> Trouble:
    if start[4:8] == b"ftyp" and start[8:12] in _HEIC:
        return Trouble(
            "Heard cannot read this kind of photo yet (HEIC)",
            NOTHING_CHANGED,
            "On an iPhone: Settings, Camera, Formats, Most Compatible. Or send yourself the photo as JPEG.",
        )
    if start[4:8] == b"ftyp":
        return Trouble("Heard cannot keep this kind of film", NOTHING_CHANGED, "Save it as MP4, then add it again.")
    return Trouble("Heard cannot keep this kind of file", NOTHING_CHANGED, WHAT_FITS)
