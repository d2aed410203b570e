"""Whether a quote stands verbatim at the place that is stated for it, read without any of ragd's parsers.

Quote and source are compared in NFC without white space, format and control characters and line-end hyphens; in text
files the offsets and lines must be exact as well.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from citation_sources import Source, decoded, pages_of, parts_of, readings_of

from ragd.records import Citation, Hit


@dataclass(frozen=True, slots=True)
class Stated:
    """A quote and where it is said to stand. `crosses` says that it may run on over a page's end (a hit may)."""

    path: str
    part: str | None
    page: int | None
    lines: tuple[int, int] | None
    start: int
    end: int
    quote: str
    crosses: bool


def stated(one: Hit | Citation) -> Stated:
    quote = one.text if isinstance(one, Hit) else one.quote
    where = one.document.path, one.document.part, one.page, one.lines
    return Stated(*where, one.start, one.end, quote, isinstance(one, Hit))


def complaint(one: Hit | Citation) -> str | None:
    """What is wrong with a hit or a citation; None where its words stand exactly where it says."""
    claim = stated(one)
    if not squeeze(claim.quote):
        return "the quote is empty"
    try:
        sources = parts_of(Path(claim.path))[claim.part]
    except KeyError:
        return f"the file has no part {claim.part}"
    wrong = [_complaint(claim, source) for source in sources]
    return None if None in wrong else wrong[0]


def squeeze(text: str) -> str:
    """What is compared: the characters that are seen, apart from hyphens at a line's end."""
    text = unicodedata.normalize("NFC", text.replace("\ufffe", "-\n"))  # pdfium writes U+FFFE for a line-end hyphen
    text = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in ("Cf", "Cc", "Cn"))
    text = re.sub("[-\u2010][^\\S\n\r]*(?:[\n\r]\\s*|\\Z)", "", text)
    return unicodedata.normalize("NFC", "".join(text.split()))


def _complaint(claim: Stated, source: Source) -> str | None:
    if pages := pages_of(source):
        return _in_pages(claim, pages)
    if claim.page is not None:
        return "it has no pages"
    readings = readings_of(source)
    return _in_lines(claim, source.data) if readings is None else _in_one_of(claim, readings)


def _in_one_of(claim: Stated, readings: list[str]) -> str | None:
    if claim.lines is not None:
        return "it has no lines of its own"
    quote = squeeze(claim.quote)
    return None if any(quote in _squeezed(reading) for reading in readings) else "the quote does not stand there"


def _in_pages(claim: Stated, pages: tuple[str, ...]) -> str | None:
    if claim.lines is not None:
        return "it has no lines of its own"
    if claim.page is None or not 1 <= claim.page <= len(pages):
        return f"there is no page {claim.page}"
    page = _squeezed(pages[claim.page - 1])
    quote = squeeze(claim.quote)
    if not claim.crosses:
        return None if quote in page else f"the quote does not stand on page {claim.page}"
    following = "".join(_squeezed(text) for text in pages[claim.page : claim.page + 20])
    found = (page + following).find(quote)
    if 0 <= found < len(page) or _by_lines(claim.quote, page, following):
        return None
    return f"the passage does not begin on page {claim.page}"


def _by_lines(passage: str, page: str, following: str) -> bool:
    """Whether a passage's first line is on its page and each other there or after it: running heads are left out."""
    first, *others = [squeezed for line in passage.split("\n") if (squeezed := squeeze(line))]
    return first in page and all(line in page + following for line in others)


def _in_lines(claim: Stated, data: bytes) -> str | None:
    wrong = [_at_lines(claim, text) for text in decoded(data)]
    return None if None in wrong else wrong[0]


def _at_lines(claim: Stated, text: str) -> str | None:
    if text[claim.start : claim.end] != claim.quote:
        return f"the text from {claim.start} to {claim.end} is not the quote"
    if claim.lines is None:
        return "its lines are not stated"
    lines = text.split("\n")
    quote = claim.quote.strip("\n")
    first = text.count("\n", 0, text.index(quote, claim.start)) + 1
    last = first + quote.count("\n")
    if claim.lines != (first, last):
        return f"it stands on lines {first}-{last}, not {claim.lines[0]}-{claim.lines[1]}"
    return None if quote in "\n".join(lines[first - 1 : last]) else "the quote does not stand on its lines"


@lru_cache(maxsize=2000)
def _squeezed(reading: str) -> str:
    return squeeze(reading)
