"""A document as an accessible page: real headings, the language named, the same words in the same order as the PDF.

Nothing in it is fetched and nothing runs: no script, no link, no address; its letters are part of it. It prints.
"""

from __future__ import annotations

import base64
from functools import cache
from html import escape

import resources
from models.dates_typed import say_day
from models.documents.colours import colour
from models.documents.document import (
    CHILD,
    Block,
    Boxes,
    Document,
    Drawing,
    Facts,
    Heading,
    IconRow,
    Items,
    Notice,
    Picture,
    Quote,
    Text,
    clean,
)
from models.documents.paper import Paper, sized
from models.documents.strokes import source
from models.drawing import INKS, TALL, WIDE, Stroke

_FILES = {
    "plain": ("Atkinson Hyperlegible Next", "AtkinsonHyperlegibleNext-400.ttf", "AtkinsonHyperlegibleNext-700.ttf"),
    "lexend": ("Lexend", "Lexend-400.ttf", "Lexend-700.ttf"),
    "opendyslexic": ("OpenDyslexic", "OpenDyslexic-400.otf", "OpenDyslexic-700.otf"),
}
_STYLE = """
@page{{size:A4;margin:8mm}}
*{{box-sizing:border-box}}
html{{font:{size}rem/1.5 "{family}",Verdana,sans-serif;color:{text};background:{paper};
-webkit-print-color-adjust:exact;print-color-adjust:exact}}
body{{max-width:46rem;margin:2rem auto;padding:0 1.25rem}}
h1{{font-size:{h1}em;line-height:1.2;margin:0 0 .3em}}
h2{{font-size:{h2}em;line-height:1.3;margin:1.6em 0 .4em}}
h3{{font-size:{h3}em;line-height:1.35;margin:1.2em 0 .3em}}
h1,h2,h3,dt{{break-after:avoid}}
p,dd,li,blockquote{{white-space:pre-wrap;overflow-wrap:anywhere;margin:0 0 .6em}}
.over{{font-weight:700;font-size:{small}em;color:{quiet};margin:0}}
.quiet,figcaption{{font-size:{small}em;color:{quiet}}}
.lead{{font-size:{lead}em}}.strong{{font-weight:700}}
.voice{{color:{voice}}}
figure{{margin:.8em 0;padding:.1em 0 .1em 1em;border-left:.25rem solid {control}}}
figure.voice{{border-color:{voice};background:{voice_soft};padding:.7em 1em}}
figure.picture{{border:0;padding:0}}img{{max-width:min(100%,30rem);max-height:26rem}}
.small img{{max-height:11rem}}
.drawn svg{{display:block;width:min(100%,26rem);background:#fff;border:1px solid {line};border-radius:.4rem;fill:none;
stroke-linecap:round;stroke-linejoin:round}}.drawn.small svg{{width:min(100%,15rem)}}
figure blockquote{{font-size:{lead}em;margin:0}}
dt{{font-size:{small}em;color:{quiet}}}dd{{margin:0 0 .5em}}
ul{{padding-left:1.2em}}
.notice{{border-left:.25rem solid {warn};background:{warn_soft};padding:.7em 1em;margin:1em 0}}
.notice h2{{color:{warn};margin-top:0;font-size:1.05em}}
.boxes{{display:grid;grid-template-columns:repeat(auto-fit,minmax(17em,1fr));gap:1rem;margin:1em 0}}
.box{{background:{surface};border:1px solid {line};border-radius:.5rem;padding:.8em 1em}}
.box h2{{margin-top:0;font-size:1.1em}}
.box blockquote{{margin:0}}
.pictured{{display:flex;gap:1.4em;align-items:center;margin:1.1em 0;break-inside:avoid}}
.pictured svg{{flex:none;width:4.5em;height:4.5em;color:{primary}}}
.pictured h2{{margin:0;font-size:.95em;color:{quiet}}}
.pictured p,.pictured blockquote{{font-size:1.4em;line-height:1.4;margin:0}}
footer{{border-top:1px solid {line};margin-top:2em;padding-top:.6em;font-size:{small}em;color:{quiet}}}
@media print{{html{{font-size:{points}pt}}body{{max-width:none;margin:0;padding:9mm 10mm;
-webkit-box-decoration-break:clone;box-decoration-break:clone}}
figure,.box,.notice{{break-inside:avoid}}.sheet{{break-before:page}}}}
"""


def write(document: Document, paper: Paper) -> bytes:
    """The page as UTF-8, with nothing left out: it can show every letter that somebody can write."""
    names = ("text", "voice", "voice_soft", "control", "line", "surface", "warn", "warn_soft", "primary")
    family = _FILES[paper.letters][0]
    sizes = {"h1": 1.9, "h2": 1.28, "h3": 1.06, "lead": 1.18, "small": 0.88}
    style = _STYLE.format(
        **{name: round(sized(paper.points, times) / paper.points, 3) for name, times in sizes.items()},
        size=round(paper.points / 11.5, 3),
        points=paper.points,
        family=family,
        paper=paper.colour,
        quiet=colour("text2"),
        **{name: colour(name) for name in names},
    )
    title = document.title if document.title == document.overline else f"{document.overline}: {document.title}"
    foot = " · ".join(filter(None, (document.known_as, document.overline, say_day(document.made_on))))
    over = f'<p class="over">{_safe(document.overline)}</p>' if document.overline != document.title else ""
    parts = [
        '<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8">',
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; font-src data:; img-src data:; style-src 'unsafe-inline'\">",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{_safe(title)}</title><style>{_faces(paper.letters)}{style}</style></head>",
        f'<body><main><header>{over}<h1 dir="auto">{_safe(document.title)}</h1>',
        f'<p class="quiet">{_safe(document.under)}</p>' if document.under else "",
        "</header>",
        *(_block(block) for block in document.blocks),
        f"</main><footer>{_safe(foot)}</footer></body></html>\n",
    ]
    return "\n".join(filter(None, parts)).encode("utf-8")


@cache
def _faces(letters: str) -> str:
    """The letters themselves, so that the page looks alike on a laptop that has never seen them."""
    family, *files = _FILES[letters]
    made = []
    for file, weight in zip(files, (400, 700), strict=True):
        held = base64.b64encode(resources.path("fonts", file).read_bytes()).decode()
        kind = "opentype" if file.endswith(".otf") else "truetype"
        made.append(
            f'@font-face{{font-family:"{family}";font-weight:{weight};'
            f'src:url(data:font/{file[-3:]};base64,{held}) format("{kind}")}}'
        )
    return "".join(made)


def _block(block: Block, *, is_inside: bool = False) -> str:
    match block:
        case Heading():
            names = " ".join(filter(None, ("voice" * block.is_voice, "sheet" * block.is_on_new_page)))
            marked = f' class="{names}"' if names else ""
            return f'<h{block.level}{marked} dir="auto">{_safe(block.words)}</h{block.level}>'
        case Text():
            return f'<p class="{block.tone}" dir="auto">{_safe(block.words)}</p>'
        case Quote():
            return _quote(block, is_inside=is_inside)
        case Facts():
            rows = "".join(
                f'<dt>{_safe(row.label)}</dt><dd dir="auto"{_voice(row.whose)}>{_safe(row.words)}</dd>'
                for row in block.rows
            )
            return f"<dl>{rows}</dl>"
        case Items():
            lines = "".join(f'<li dir="auto"{_voice(block.whose)}>{_safe(line)}</li>' for line in block.lines if line)
            return f"<ul>{lines}</ul>"
        case Picture():
            return _picture(block)
        case Drawing():
            return _drawing(block)
        case Notice():
            inside = "".join(_block(each, is_inside=True) for each in block.blocks)
            return f'<section class="notice"><h2>{_safe(block.title)}</h2>{inside}</section>'
        case IconRow():
            return _pictured(block)
        case Boxes():
            boxes = "".join(
                f'<section class="box"><h2>{_safe(box.title)}</h2>'
                + "".join(_block(each, is_inside=True) for each in box.blocks)
                + "</section>"
                for box in block.boxes
            )
            return f'<div class="boxes">{boxes}</div>'


def _picture(picture: Picture) -> str:
    held, words = base64.b64encode(picture.whole()).decode(), _safe(picture.words)
    small = " small" if picture.is_small else ""
    return (
        f'<figure class="picture{small}"><img src="data:{_safe(picture.media_type)};base64,{held}" alt="{words}">'
        f'<figcaption aria-hidden="true" dir="auto">{words}</figcaption></figure>'
    )


def _drawing(drawing: Drawing) -> str:
    """The lines themselves, as part of the page: sharp at any size, and nothing to fetch."""
    words, small = _safe(drawing.words), " small" if drawing.is_small else ""
    lines = "".join(
        f'<polyline points="{_points(one)}" stroke="{INKS.get(one.ink, INKS["ink"])}" stroke-width="{one.width}"/>'
        for one in drawing.strokes
    )
    return (
        f'<figure class="picture drawn{small}"><svg viewBox="0 0 {WIDE} {TALL}" role="img" aria-label="{words}">{lines}'
        f'</svg><figcaption aria-hidden="true" dir="auto">{words}</figcaption></figure>'
    )


def _points(stroke: Stroke) -> str:
    # A line of one point is a dot: told twice, so that its round ends are drawn.
    points = stroke.points if len(stroke.points) > 1 else stroke.points * 2
    return " ".join(f"{x},{y}" for x, y in points)


def _quote(quote: Quote, *, is_inside: bool) -> str:
    words = f'<blockquote dir="auto"{_voice(quote.whose) if is_inside else ""}>{_safe(quote.words)}</blockquote>'
    by = f"<figcaption>{_safe(quote.by)}</figcaption>" if quote.by else ""
    if is_inside:
        return words + (f'<p class="quiet">{_safe(quote.by)}</p>' if quote.by else "")
    return f"<figure{_voice(quote.whose)}>{words}{by}</figure>"


def _pictured(row: IconRow) -> str:
    # Our own drawing, held in this page; a screen reader hears what it shows in the words beside it.
    drawing = source(row.icon).split("-->", 1)[-1].strip().replace("<svg", '<svg aria-hidden="true"', 1)
    label = f"<h2>{_safe(row.label)}</h2>" if row.label else ""
    words = f'<{"blockquote" if row.whose else "p"} dir="auto"{_voice(row.whose)}>{_safe(row.words)}'
    words += "</blockquote>" if row.whose else "</p>"
    return f'<section class="pictured">{drawing}<div>{label}{words}</div></section>'


def _voice(whose: str) -> str:
    return ' class="voice"' if whose == CHILD else ""


def _safe(text: str) -> str:
    """Text that a browser shows letter by letter, and never as markup."""
    return escape(clean(text))
