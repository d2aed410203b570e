"""What people wrote on the pages of a PDF: notes, and the words that they marked."""

import ctypes
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from ragd.parsers.reading import clean, fact

NOTES = 2000  # on one page
QUADS = 200  # lines of one marked passage
LETTERS = 50_000  # on one page
BLANKS = 2  # between two letters of a marked line that pdfium put in


@dataclass(frozen=True, slots=True)
class Note:
    """One note, or the words that one marks; `label` says who wrote it, or that it was marked."""

    label: str
    text: str


def notes(page: Any, text_page: Any) -> Iterator[Note]:
    """The notes of a page in the order of the file; not links, and not the fields of a form."""
    from pypdfium2 import raw  # type: ignore[import-untyped]

    count = raw.FPDFPage_GetAnnotCount(page)
    if not count:
        return
    marking = {raw.FPDF_ANNOT_HIGHLIGHT, raw.FPDF_ANNOT_UNDERLINE, raw.FPDF_ANNOT_SQUIGGLY, raw.FPDF_ANNOT_STRIKEOUT}
    writing = {raw.FPDF_ANNOT_TEXT, raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_STAMP, raw.FPDF_ANNOT_CARET, *marking}
    middles = cache(lambda: list(_middles(text_page)))
    for index in range(min(count, NOTES)):
        note = raw.FPDFPage_GetAnnot(page, index)
        if not note:
            continue
        kind = raw.FPDFAnnot_GetSubtype(note)
        if kind in writing:
            author = fact(_string(note, b"T"))
            marked = _marked(note, text_page, middles) if kind in marking else ""
            if marked:
                yield Note(f"marked by {author}" if author else "marked", marked)
            written = clean(_string(note, b"Contents"))
            if written and written != marked:
                yield Note(author or "note", written)
        raw.FPDFPage_CloseAnnot(note)


def _string(note: Any, key: bytes) -> str:
    from pypdfium2 import raw

    size = raw.FPDFAnnot_GetStringValue(note, key, None, 0)  # bytes of UTF-16, with a zero at the end
    room = (raw.FPDF_WCHAR * (size // 2 + 1))()
    raw.FPDFAnnot_GetStringValue(note, key, room, size)
    return bytes(room)[: max(size - 2, 0)].decode("utf-16-le", "replace")


def _marked(note: Any, text_page: Any, middles: Callable[[], list[tuple[int, float, float]]]) -> str:
    """The words under a highlight, a line for each of its rectangles."""
    from pypdfium2 import raw

    lines, quad = [], raw.FS_QUADPOINTSF()
    for index in range(min(raw.FPDFAnnot_CountAttachmentPoints(note), QUADS)):
        if raw.FPDFAnnot_GetAttachmentPoints(note, index, ctypes.byref(quad)):
            across, up = (quad.x1, quad.x2, quad.x3, quad.x4), (quad.y1, quad.y2, quad.y3, quad.y4)
            left, bottom, right, top = min(across), min(up), max(across), max(up)
            inside = (at for at, x, y in middles() if left <= x <= right and bottom <= y <= top)
            lines += [text_page.get_text_range(first, end - first) for first, end in _runs(inside)]
    return clean("\n".join(line.strip() for line in lines))


def _middles(text_page: Any) -> Iterator[tuple[int, float, float]]:
    """Each letter's number and the middle of its line's height there: its own edges reach into the lines beside it."""
    for index in range(min(text_page.count_chars(), LETTERS)):
        left, bottom, right, top = text_page.get_charbox(index, loose=True)
        if right > left:  # no line end or blank that pdfium put in
            yield index, (left + right) / 2, (bottom + top) / 2


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Ranges of letters that follow each other, with the blanks between them."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number - runs[-1][1] <= BLANKS:
            runs[-1] = runs[-1][0], number + 1
        else:
            runs.append((number, number + 1))
    return runs
