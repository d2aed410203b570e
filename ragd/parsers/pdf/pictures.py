"""Pages of a PDF that are pictures, or whose letters mean nothing: which they are, and what OCR reads on them."""

from contextlib import closing
from dataclasses import replace
from typing import Any

from ragd.parsers.pdf.layout import Line, Sheet
from ragd.parsers.pdf.text import is_garbage

FEW = 100  # letters; a page with fewer may be a scan with a stamp
MOST_OF_A_PAGE, SOME_OF_A_PAGE = 0.4, 0.03  # that a picture covers, beside few words and beside none
DRAWN = 50  # paths on a page without words: letters drawn as lines
LOOKED_AT = 2000  # things on a page


def is_unread(page: Any, sheet: Sheet) -> bool:
    """Whether there are words on a page that its text does not give."""
    text = "".join([line.text for line in sheet.lines])
    words = text.split()
    letters = len(words) if len(words) >= FEW else sum(map(len, words))
    return _is_picture(page, sheet, letters) if letters < FEW else is_garbage(text)


def _is_picture(page: Any, sheet: Sheet, letters: int) -> bool:
    from pypdfium2 import raw  # type: ignore[import-untyped]

    least = (MOST_OF_A_PAGE if letters else SOME_OF_A_PAGE) * sheet.width * sheet.height
    paths = 0
    for count, thing in enumerate(
        page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_PATH), max_depth=4)
    ):
        if count > LOOKED_AT:
            break
        if thing.type == raw.FPDF_PAGEOBJ_PATH:
            paths += 1
        else:
            left, bottom, right, top = thing.get_bounds()
            if thing.level > 0 or (right - left) * (top - bottom) >= least:
                return True
    return paths > DRAWN and not letters


def without_garbage(sheet: Sheet) -> Sheet:
    """A sheet without its text where that means nothing."""
    return replace(sheet, lines=()) if is_garbage("".join(line.text for line in sheet.lines)) else sheet


def read_picture(pdf: Any, index: int, sheet: Sheet) -> Sheet:
    """The sheet with what OCR reads on the page; the words of its own text stay first, and are not said twice."""
    from ragd.parsers.media import ocr

    with closing(pdf[index]) as page:
        scale = min(ocr.DOTS / 72, ocr.LONGEST / max(sheet.width, sheet.height, 1.0))
        picture = page.render(scale=scale, rev_byteorder=True).to_numpy()[:, :, :3]
    known = _letters("".join(line.text for line in sheet.lines))
    seen = [line for line in ocr.read(picture) if _letters(line.text) not in known]
    return replace(sheet, lines=(*sheet.lines, *(_in_points(line, scale) for line in seen)))


def _letters(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _in_points(line: Line, scale: float) -> Line:
    edges = (edge / scale for edge in (line.left, line.bottom, line.right, line.top))
    left, bottom, right, top = edges
    return Line(line.text, line.end, left, bottom, right, top)
