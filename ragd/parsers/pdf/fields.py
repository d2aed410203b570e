"""Words that a page shows and its text does not hold: those of stamps, signatures, typed boxes and filled-in fields."""

from collections import Counter
from contextlib import closing
from typing import Any

from ragd.parsers.reading import clean

ANNOTATIONS = 5000  # on one page
LOST = 0.2  # of a page's lines: drawing may leave fonts without their letters


def shown_lines(pdf: Any, index: int, text: str) -> list[str]:
    """The lines that a page shows beyond its `text`. They are drawn into the page in memory to be read."""
    from pypdfium2 import raw  # type: ignore[import-untyped]

    with closing(pdf[index]) as page:
        if raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) != raw.FLATTEN_SUCCESS:
            return []
    with closing(pdf[index]) as page, closing(page.get_textpage()) as drawn:
        return _beyond(clean(text).splitlines(), clean(str(drawn.get_text_range())).splitlines())


def page_has_fields(page: Any) -> bool:
    """Whether there is anything on a page that shows words of its own."""
    from pypdfium2 import raw

    kinds = {raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_STAMP, raw.FPDF_ANNOT_FREETEXT}
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), ANNOTATIONS)):
        note = raw.FPDFPage_GetAnnot(page, index)
        if note:
            kind = raw.FPDFAnnot_GetSubtype(note)
            raw.FPDFPage_CloseAnnot(note)
            if kind in kinds:
                return True
    return False


def _beyond(lines: list[str], drawn: list[str]) -> list[str]:
    """The lines that are drawn and were not there; none where the page's own came out otherwise than before."""
    before, after = Counter(lines), Counter(drawn)
    if (before - after).total() > len(lines) * LOST:
        return []
    more = after - before
    return [line for line in dict.fromkeys(drawn) if more[line] and sum(map(str.isalnum, line)) > 1]
