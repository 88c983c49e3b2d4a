"""Files from outside: what is kept of them, what never is, and what is said of those that cannot be kept."""

from __future__ import annotations

import io
import os
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from models.attachments.intake import Taken, take_file, take_in
from models.attachments.kinds import MOST_BYTES, PNG, WEBP, by_media_type, kind_of
from models.attachments.pictures import LONGEST, LONGEST_SMALL, small_of
from models.attachments.scrubbing import seconds_of
from models.errors import Trouble
from tests.drawings import PDF, SECRET, box, drawing, encoded, film, notes, photo, png_of, sound


def opened(taken: Taken) -> Image.Image:
    return Image.open(io.BytesIO(taken.content))


def test_no_photo_keeps_a_word_of_what_the_telephone_wrote_beside_it() -> None:
    forms = ("JPEG", "PNG", "WEBP", "JPEG")
    for number in range(200):
        data = photo(number, forms[number % 4], turn=1 + number % 8, size=(40 + number % 50, 30 + number % 40))
        assert SECRET.encode() in data or forms[number % 4] != "JPEG"
        taken = take_in(data)
        kept = opened(taken)
        assert dict(kept.getexif()) == {}
        assert not {"exif", "xmp", "icc_profile", "comment", "parameters"} & set(kept.info)
        for content in (taken.content, taken.small):
            assert not any(
                mark in content for mark in (b"Exif", SECRET.encode(), b"http://ns.adobe.com", b"ICC_PROFILE")
            )


def test_the_same_search_finds_the_words_in_the_photos_before() -> None:
    found = sum(SECRET.encode() in photo(number, form) for number, form in enumerate(("JPEG", "PNG", "WEBP")))
    assert found == 3


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_photo_stands_upright_however_the_camera_was_held(turn: int) -> None:
    upright = Image.new("RGB", (60, 40), "white")
    upright.paste((255, 0, 0), (0, 0, 20, 10))  # a red corner at the top left
    held = {
        1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[turn]  # fmt: skip
    stored = upright.transpose(held) if held is not None else upright
    taken = take_in(encoded(stored, "JPEG", quality=95, exif=notes(turn)))
    assert (taken.width, taken.height) == (60, 40)
    red, green, blue = opened(taken).convert("RGB").getpixel((8, 4))  # type: ignore[misc]
    assert red > 200
    assert green < 80
    assert blue < 80


def test_a_large_photo_is_bounded_and_has_a_small_one(tmp_path: Path) -> None:
    path = tmp_path / "IMG.JPG"
    path.write_bytes(encoded(drawing(4000, 3000), "JPEG"))
    taken = take_file(path)
    assert max(taken.width, taken.height) == LONGEST
    assert opened(taken).size == (taken.width, taken.height)
    assert max(Image.open(io.BytesIO(taken.small)).size) == LONGEST_SMALL
    kind = by_media_type(taken.media_type)
    assert kind is not None
    assert small_of(bytes(taken.content), kind)[:3] == b"\xff\xd8\xff"


def test_a_line_drawing_keeps_its_sharp_edges_and_a_photo_becomes_a_jpeg() -> None:
    assert take_in(encoded(drawing(400, 300), "PNG")).media_type == "image/png"
    noise = Image.merge("RGB", [Image.effect_noise((300, 200), spread) for spread in (40, 60, 80)])
    assert take_in(encoded(noise, "PNG")).media_type == "image/jpeg"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "I;16"])
def test_every_way_of_writing_dots_is_read(mode: str) -> None:
    image = Image.new("L", (50, 40), 200)
    made = Image.new(mode, image.size, 51_200) if mode == "I;16" else image.convert(mode, dither=Image.Dither.NONE)
    taken = take_in(encoded(made, "JPEG" if mode == "CMYK" else "PNG" if mode != "PA" else "WEBP"))
    assert opened(taken).mode in ("L", "RGB")
    shade = opened(taken).convert("L").getpixel((25, 20))
    assert isinstance(shade, int)
    assert shade == 255 if mode == "1" else abs(shade - 200) < 12


def test_what_is_see_through_stands_on_white() -> None:
    taken = take_in(encoded(Image.new("RGBA", (20, 20), (0, 0, 0, 0)), "PNG"))
    assert opened(taken).convert("RGB").getpixel((3, 3)) == (255, 255, 255)


# ---- what is told by its bytes ----

KNOWN = {
    "a.exe": (photo(), "image/jpeg"),
    "photo.pdf": (encoded(drawing(), "PNG"), "image/png"),
    "x.jpg": (encoded(drawing(), "WEBP"), "image/jpeg"),
    "b.txt": (sound(), "audio/wav"),
    "page.jpg": (PDF, "application/pdf"),
    "s.doc": (film(brand=b"M4A "), "audio/mp4"),
    "f": (film(), "video/mp4"),
    "m.jpg": (b"ID3\x04\x00\x00\x00\x00\x00\x02ab\xff\xfb\x90\x64" + bytes(400), "audio/mpeg"),
    "o": (b"OggS" + bytes(60), "audio/ogg"),
    "fl": (b"fLaC" + bytes(60), "audio/flac"),
    "w": (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm" + bytes(60), "video/webm"),
    "mp": (b"\xff\xfb\x90\x64" + bytes(400), "audio/mpeg"),
}


@pytest.mark.parametrize("name", KNOWN)
def test_a_file_is_what_its_bytes_say_whatever_its_name(name: str, tmp_path: Path) -> None:
    data, media_type = KNOWN[name]
    (tmp_path / name).write_bytes(data)
    taken = take_file(tmp_path / name)
    assert taken.media_type in (media_type, "image/png" if media_type.startswith("image") else media_type)
    assert len(taken.blob_id) == 64
    assert by_media_type(taken.media_type) is not None


REFUSED = {
    "a program": (b"MZ" + bytes(200), "kind of file"),
    "a page of the web": (b"<html><script>alert(1)</script>", "kind of file"),
    "a picture that is a program": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "kind of file"),
    "an archive": (b"PK\x03\x04" + bytes(60), "kind of file"),
    "an old photo of a new telephone": (b"\x00\x00\x00\x18ftypheic" + bytes(60), "HEIC"),
    "a film of a Mac": (b"\x00\x00\x00\x18ftypqt  " + bytes(60), "kind of film"),
    "a Matroska film": (b"\x1aE\xdf\xa3" + b"matroska" + bytes(60), "kind of file"),
    "a RIFF of another kind": (b"RIFF\x00\x00\x00\x00AVI " + bytes(60), "kind of file"),
    "nothing": (b"", "empty"),
    "one byte": (b"\xff", "kind of file"),
    "three bytes": (b"\xff\xd8\xff", "cannot be read"),
    "a PDF behind something else": (b"GIF89a" + PDF, "kind of file"),
    "a tag and no sound": (b"ID3\x04\x00\x00\x00\x00\x00\x00", ""),
    "a JPEG with a broken length": (b"\xff\xd8\xff\xe1\xff\xff" + bytes(300), "cannot be read"),
    "a PNG without an end": (encoded(drawing(), "PNG")[:-40], "cannot be read"),
    "a JPEG cut in two": (photo()[:700], "cannot be read"),
    "a JPEG of another size than it says": (photo()[:200] + photo()[400:], ""),
    "a WebP cut short": (encoded(drawing(), "WEBP")[:80], "cannot be read"),
    "a bomb of one and a half thousand million dots": (png_of(40_000, 40_000), "cannot be read"),
    "a picture of more dots than is allowed": (png_of(8_000, 5_001), "too large"),
    "a picture a million dots wide": (png_of(1_000_000, 41), "too large"),
    "a PNG of no dots": (png_of(0, 0), "cannot be read"),
    "a TIFF in a JPEG's clothes": (b"\xff\xd8\xff" + b"II*\x00" + bytes(200), "cannot be read"),
}


def refusal_of(data: bytes) -> Trouble | None:
    """What is said of a file that is not taken in; None where it is."""
    try:
        assert take_in(data).content
    except Trouble as trouble:
        return trouble
    return None


@pytest.mark.parametrize("what", REFUSED)
def test_what_means_harm_or_is_damaged_is_told_kindly_and_nothing_else_happens(what: str) -> None:
    data, words = REFUSED[what]
    told = refusal_of(data)
    if words:
        assert told is not None
        assert words in told.title
    if told is not None:
        assert told.message
        assert told.help


def test_a_film_that_plays_too_long_is_told_so() -> None:
    with pytest.raises(Trouble, match="too long"):
        take_in(film(seconds=301))
    assert take_in(film(seconds=299)).kind == "clip"
    assert seconds_of(film(seconds=12.5), kind_of(film()) or PNG) == 12.5


def test_the_length_of_a_web_film_is_read_where_it_says_so() -> None:
    import struct

    head = b"\x1aE\xdf\xa3\x9fB\x82\x84webm" + b"\x2a\xd7\xb1\x83\x0f\x42\x40"
    webm = kind_of(head)
    assert webm is not None
    long = head + b"\x44\x89\x88" + struct.pack(">d", 400_000.0) + bytes(40)
    assert seconds_of(long, webm) == 400.0
    assert seconds_of(head + b"\x44\x89\x84" + struct.pack(">f", 1_000.0) + bytes(40), webm) == 1.0
    assert seconds_of(head + bytes(40), webm) is None
    assert seconds_of(head + b"\x44\x89\x99" + bytes(20), webm) is None
    assert seconds_of(head + b"\x44\x89\x88" + struct.pack(">d", float("nan")) + bytes(9), webm) is None
    with pytest.raises(Trouble, match="too long"):
        take_in(long)


def test_a_file_too_large_to_keep_is_told_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    with path.open("wb") as file:
        file.write(sound())
        file.truncate(MOST_BYTES + 1)  # a sparse file: only its length is large
    with pytest.raises(Trouble, match="too large"):
        take_file(path)


def test_what_is_no_file_is_never_opened_for_good(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "not there", Path("/dev/zero"), tmp_path / "a\0b"):
        with pytest.raises(Trouble):
            take_file(path)


# ---- names ----

NAMES = [
    "CON", "con.jpg", "NUL", "aux.png", "COM1.jpg", "a" * 250 + ".jpg", "\u202egpj.exe", "..", "....", " .jpg ", "-rf",
    "a\nb.jpg", "'; DROP TABLE record; --.jpg", "%00.jpg", "~root", "$(id).jpg", "`id`.png", "é" * 120, "a:b", "a|b",
]  # fmt: skip


def test_five_thousand_names_leave_nothing_of_themselves_behind(tmp_path: Path) -> None:
    dice = random.Random(11)
    data = photo(size=(30, 20))
    first = take_in(data)
    for number in range(5_000):
        letters = "".join(chr(dice.choice((*range(32, 127), 0x202E, 0x2066, 0xE9, 0x5D0))) for _ in range(40))
        name = NAMES[number] if number < len(NAMES) else letters.replace("/", "\\") + dice.choice((".jpg", "", ".exe"))
        if number % 100 == 0 and name not in ("..", "....") and len(name.encode()) < 255:
            path = tmp_path / name
            path.write_bytes(data)
            assert take_file(path) == first
        with pytest.raises(Trouble) as trouble:
            take_file(tmp_path / "none" / name)
        assert name not in str(trouble.value) or len(name) < 4


# ---- what is wiped beside sound and film ----


@pytest.mark.parametrize("data", [film(), film(brand=b"M4A "), sound()], ids=["film", "sound of a telephone", "wav"])
def test_the_place_a_film_or_sound_was_made_at_is_wiped_and_nothing_moves(data: bytes) -> None:
    assert SECRET.encode() in data
    taken = take_in(data)
    assert SECRET.encode() not in taken.content
    assert len(taken.content) == len(data)
    assert b"mdat" + b"s" * 64 in taken.content or data.startswith(b"RIFF")


def test_the_tags_of_an_mp3_are_left_out() -> None:
    frame = b"\xff\xfb\x90\x64" + bytes(300)
    tag = b"ID3\x04\x00\x00\x00\x00\x00" + bytes([len(SECRET)]) + SECRET.encode()
    assert take_in(tag + tag + frame + b"TAG" + SECRET.encode().ljust(125)).content == frame


@pytest.mark.parametrize(
    "data",
    [
        film(extra=b"\x00\x00\x00\x00free"),
        film(extra=b"\x00\x00\x00\x01mdat" + (99).to_bytes(8, "big")),
        film(extra=b"\xff\xff\xff\xffudta"),
        film(extra=b"\x00\x00\x00\x01"),
        film() + b"".join(box(b"free") for _ in range(30_000)),
        box(b"ftyp", b"isom", bytes(8)) + box(b"moov", box(b"mvhd", bytes(3))),
        box(b"ftyp", b"isom", bytes(8)) + box(b"moov", box(b"mvhd", b"\x01" + bytes(40))),
        sound()[:50],
        b"RIFF\x00\x00\x00\x00WAVELIST\xff\xff\xff\x7f" + bytes(20),
        b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + bytes(30),
    ],
)
def test_boxes_that_make_no_sense_end_the_looking_and_not_the_app(data: bytes) -> None:
    assert take_in(data).content


def test_a_thousand_damaged_files_are_refused_or_kept_and_never_bring_anything_down() -> None:
    dice = random.Random(7)
    seeds = [photo(), photo(1, "PNG"), photo(2, "WEBP"), film(), sound(), PDF]
    for number in range(1_000):
        data = bytearray(seeds[number % len(seeds)])
        for _ in range(dice.randrange(1, 12)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        del data[dice.randrange(len(data) // 2, len(data)) :]
        told = refusal_of(bytes(data))
        assert told is None or told.help


def test_a_picture_with_an_archive_behind_it_is_only_the_picture_afterwards() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("run.exe", SECRET)
    taken = take_in(photo() + archive.getvalue())
    assert b"PK" not in taken.content
    assert not zipfile.is_zipfile(io.BytesIO(bytes(taken.content)))


_MAKE = """
import sys
from PIL import Image
kind = sys.argv[1]
side = 6300 if kind == "PNG" else 3600
made = Image.linear_gradient("L").resize((side, side)).convert("RGBA")
if kind == "WEBP":
    made.putalpha(made.getchannel("R"))
made.save(sys.argv[2], kind, **({"compress_level": 1} if kind == "PNG" else {"method": 0}))
"""
_TAKE = """
import pathlib, sys
from models.attachments.intake import take_in
width = take_in(open(sys.argv[1], "rb").read()).width
# Not getrusage: its greatest size is also that of the program which started this one.
kilobytes = pathlib.Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]
print(width, int(kilobytes) // 1024)
"""


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_the_largest_picture_of_each_kind_takes_less_than_300_megabytes(kind: str, tmp_path: Path) -> None:
    path = str(tmp_path / "large")
    subprocess.run([sys.executable, "-c", _MAKE, kind, path], check=True)
    told = subprocess.run([sys.executable, "-c", _TAKE, path], check=True, capture_output=True, text=True).stdout
    width, megabytes = map(int, told.split())
    assert width == LONGEST
    assert megabytes < 300


def test_a_small_picture_is_judged_as_strictly_as_one_taken_in() -> None:
    for data, kind in ((png_of(40_000, 40_000), PNG), (b"RIFF\x00\x00\x00\x00WEBP" + bytes(20), WEBP)):
        with pytest.raises(Trouble):
            small_of(data, kind)
    with pytest.raises(Trouble, match="too large"):
        small_of(png_of(8_000, 6_000), PNG)
