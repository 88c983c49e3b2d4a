"""What a phone writes into sound and film beside them (places above all) is wiped, and their length is read."""

from __future__ import annotations

from collections.abc import Iterator

from models.attachments.kinds import M4A, MP3, MP4, WAV, WEBM, FileKind

MOST_BOXES = 20_000
_CONTAINERS = frozenset({b"moov", b"trak", b"mdia", b"moof", b"traf"})
_NOTES = frozenset({b"udta", b"meta", b"uuid"})
_WAV_NOTES = frozenset({b"LIST", b"bext", b"iXML", b"id3 ", b"ID3 ", b"_PMX", b"axml"})


def scrub(data: bytearray, kind: FileKind) -> bytearray:
    """Return the file without the notes beside its sound or film: names, places, makers. What plays is untouched.

    Boxes are blanked in their place, so that nothing after them moves. Kinds whose notes cannot be taken out that
    way (OGG, FLAC, WebM, PDF) are kept as they are.
    """
    if kind in (MP4, M4A):
        for start, end, name in _boxes(data, 0, len(data)):
            if name in _NOTES:
                data[start + 4 : start + 8] = b"free"
                data[start + 8 : end] = bytes(end - start - 8)
    elif kind is WAV:
        for start, end, name in _wav_chunks(data):
            if name in _WAV_NOTES:
                data[start : start + 4] = b"JUNK"
                data[start + 8 : end] = bytes(end - start - 8)
    elif kind is MP3:
        return _without_id3(data)
    return data


def _boxes(data: bytearray, start: int, end: int) -> Iterator[tuple[int, int, bytes]]:
    """The boxes of an MP4 (ISO 14496-12), those inside others too; stops at the first that makes no sense.

    A box whose length is told in 64 bits holds film, never notes: it is passed by.
    """
    todo, seen = [(start, end)], 0
    while todo and seen < MOST_BOXES:
        at, limit = todo.pop()
        while at + 8 <= limit and seen < MOST_BOXES:
            seen += 1
            size, name = int.from_bytes(data[at : at + 4], "big"), bytes(data[at + 4 : at + 8])
            head = 8
            if size == 1 and at + 16 <= limit:
                size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
            elif size == 0:
                size = limit - at
            if size < head or at + size > limit:
                break
            if head == 8:
                yield at, at + size, name
            if name in _CONTAINERS:
                todo.append((at + head, at + size))
            at += size


def _wav_chunks(data: bytearray) -> Iterator[tuple[int, int, bytes]]:
    at, seen = 12, 0
    while at + 8 <= len(data) and seen < MOST_BOXES:
        seen += 1
        size, name = int.from_bytes(data[at + 4 : at + 8], "little"), bytes(data[at : at + 4])
        if at + 8 + size > len(data):
            return
        yield at, at + 8 + size, name
        at += 8 + size + size % 2


def _without_id3(data: bytearray) -> bytearray:
    while data[:3] == b"ID3" and len(data) >= 10:
        size = 10 + (data[6] & 127) * 2097152 + (data[7] & 127) * 16384 + (data[8] & 127) * 128 + (data[9] & 127)
        if size >= len(data):
            break
        del data[:size]
    if data[-128:-125] == b"TAG" and len(data) > 128:
        del data[-128:]
    return data


def seconds_of(data: bytes | bytearray, kind: FileKind) -> float | None:
    """How long a film plays, where the file says so plainly; None where it does not."""
    if kind is MP4:
        return _mp4_seconds(bytearray(data) if isinstance(data, bytes) else data)
    return _webm_seconds(bytes(data[:65_536])) if kind is WEBM else None


def _mp4_seconds(data: bytearray) -> float | None:
    for start, end, name in _boxes(data, 0, len(data)):
        if name == b"mvhd":
            box = bytes(data[start + 8 : end])
            wide = box[:1] == b"\x01"
            scale_at, long = (20, 8) if wide else (12, 4)
            if len(box) < scale_at + 4 + long:
                return None
            scale = int.from_bytes(box[scale_at : scale_at + 4], "big")
            length = int.from_bytes(box[scale_at + 4 : scale_at + 4 + long], "big")
            return length / scale if scale else None
    return None


def _webm_seconds(head: bytes) -> float | None:
    """Read Duration (0x4489) and TimestampScale (0x2AD7B1) as Matroska writes them near the start of the file."""
    import struct

    at = head.find(b"\x44\x89")
    if at < 0 or len(head) < at + 11:
        return None
    forms = {0x88: (">d", 8), 0x84: (">f", 4)}
    if head[at + 2] not in forms:
        return None
    form, size = forms[head[at + 2]]
    ticks = struct.unpack(form, head[at + 3 : at + 3 + size])[0]
    scale, scale_at = 1_000_000, head.find(b"\x2a\xd7\xb1")
    if 0 <= scale_at < at and head[scale_at + 3] & 0xF0 == 0x80:
        size = head[scale_at + 3] & 0x0F
        scale = int.from_bytes(head[scale_at + 4 : scale_at + 4 + size], "big") or scale
    return float(ticks * scale / 1e9) if ticks == ticks and ticks >= 0 else None
