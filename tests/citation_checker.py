"""Whether a quote stands verbatim at the place that is stated for it, read without any of ragd's parsers.

Text and Markdown are read as plain files with their lines, mail with `mailbox` and `email`, HTML with `html.parser`,
PDF pages with pypdfium2, what people put into a PDF's forms and margins with pypdf, Word with python-docx. Quote and
source are compared in NFC without white space, format and control characters and line-end hyphens; in text files the
offsets and lines must be exact as well.
"""

import email
import io
import mailbox
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.policy import compat32, default
from functools import cache, lru_cache
from html.parser import HTMLParser
from pathlib import Path, PurePath
from typing import Any

from ragd.records import Citation, Hit

INLINE = re.compile(
    "a|abbr|acronym|b|bdi|bdo|big|cite|code|del|em|font|i|img|ins|kbd|label|mark|nobr|q|s|samp|small|span|strike|strong"
    "|sub|sup|tt|u|var|wbr"
)
UNSEEN = frozenset(("script", "style", "head", "title", "template", "noscript", "select"))
WRITTEN = frozenset(("/Text", "/FreeText", "/Highlight", "/Underline", "/Squiggly", "/StrikeOut", "/Caret", "/Stamp"))
PAGED = frozenset((".pdf",))
SINGLE_BYTE = ("utf-8-sig", "cp1252", "latin-1")


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


# what a file or a part holds


@dataclass(frozen=True)
class Source:
    """One whole file or one part of it: its name tells how to read it."""

    name: str
    data: bytes = field(default=b"", repr=False)
    message: Message | None = field(default=None, repr=False)
    pages: tuple[str, ...] = ()

    @property
    def suffix(self) -> str:
        return PurePath(self.name).suffix.lower()


def _complaint(claim: Stated, source: Source) -> str | None:
    pages = source.pages or (_pdf_pages(source.data) if source.suffix in PAGED else ())
    if pages:
        return _in_pages(claim, pages)
    if claim.page is not None:
        return "it has no pages"
    if source.message is not None:
        return _in_one_of(claim, _message_readings(source.message))
    if source.suffix in (".html", ".htm", ".xhtml"):
        return _in_one_of(claim, [read(text) for text in _decoded(source.data) for read in (_html, _as_browsers_order)])
    if source.suffix in (".docx", ".docm"):
        return _in_one_of(claim, [_docx(source.data)])
    return _in_lines(claim, source.data)


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
    wrong = [_at_lines(claim, text) for text in _decoded(data)]
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


def _decoded(data: bytes) -> Iterator[str]:
    r"""The possible texts of a file that does not state its encoding, with \n line ends."""
    bom = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if bom else SINGLE_BYTE:
        try:
            text = data.decode(encoding)
        except UnicodeError:
            continue
        yield text.replace("\r\n", "\n").replace("\r", "\n")


@lru_cache(maxsize=2000)
def _squeezed(reading: str) -> str:
    return squeeze(reading)


# the parts of a file


@lru_cache(maxsize=500)
def parts_of(path: Path) -> dict[str | None, list[Source]]:
    """Every part of a file under its name; messages without a Message-ID under each name that they may have."""
    data = path.read_bytes()
    found = _Parts()
    if path.suffix == ".mbox":
        box = mailbox.mbox(path, create=False)
        try:
            for key in box.iterkeys():
                raw = re.sub(rb"(?m)^>(>*From )", rb"\1", box.get_bytes(key))
                found.message(_parsed(raw), None)
        finally:
            box.close()
    elif path.suffix == ".eml":
        found.inside(None, Source(path.name, message=_parsed(data)))
    else:
        found.inside(None, Source(path.name, data))
    return found.named


class _Parts:
    """Names parts as the contract says: `<message-id>`, nested with " > ", a repeated one " #2"."""

    def __init__(self) -> None:
        self.named: dict[str | None, list[Source]] = {}
        self._times: Counter[str] = Counter()

    def message(self, message: Message, above: str | None) -> None:
        identity = _identity(message)
        self.inside(self._unique(f"{above} > {identity}" if above else identity), Source("", message=message))

    def inside(self, part: str | None, source: Source) -> None:
        self.named.setdefault(part, []).append(source)
        if source.message is not None:
            for name, child in _attachments(source.message):
                self.inside(self._unique(f"{part} > {name}" if part else name), child)
        elif source.suffix == ".pdf":
            for name, child in _beside_the_pages(source.data):
                self.named.setdefault(f"{part} > {name}" if part else name, []).append(child)

    def _unique(self, part: str) -> str:
        self._times[part] += 1
        return part if self._times[part] == 1 else f"{part} #{self._times[part]}"


def _parsed(raw: bytes) -> Message:
    raw = re.sub(rb"\A(?:>?From [^\r\n]*\r?\n)+", b"", raw.lstrip(b"\r\n"))
    return email.message_from_bytes(raw, policy=compat32)


def _identity(message: Message) -> str:
    found = re.search(r"<([^<>]+)>", str(message["Message-ID"] or ""))
    return f"<{found[1].strip()}>" if found else "#"


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that hold something, with attached messages as one part each."""
    if message.get_content_maintype() == "message" or not message.is_multipart():
        yield message
        return
    for inner in message.get_payload():
        if isinstance(inner, Message):
            yield from _leaves(inner)


def _attachments(message: Message) -> Iterator[tuple[str, Source]]:
    for leaf in _leaves(message):
        name = _filename(leaf)
        if leaf.get_content_type() == "message/rfc822" and leaf.is_multipart():
            inner = leaf.get_payload(0)
            assert isinstance(inner, Message)
            identity = _identity(inner)
            yield name or (identity if identity != "#" else "message"), Source(name or "", message=inner)
        elif name or leaf.get_content_disposition() == "attachment":
            data = leaf.get_payload(decode=True)
            if isinstance(data, bytes):
                yield name or "attachment", Source(name or "attachment", data)


def _filename(leaf: Message) -> str | None:
    raw = leaf.get_filename()
    if not raw:
        return None
    shown = str(default.header_factory("Subject", raw))
    return PurePath(shown.replace("\\", "/")).name or None


def _message_readings(message: Message) -> list[str]:
    """The body as plain text, as HTML, and both in their order: which of two forms is read is not our matter."""
    plain, page, both, browser = [], [], [], []
    for leaf in _leaves(message):
        if leaf.get_content_maintype() not in ("text", "multipart") or _filename(leaf):
            continue
        data = leaf.get_payload(decode=True)
        if not isinstance(data, bytes):
            continue
        charset = leaf.get_content_charset()
        text = _by_charset(data, charset)
        if leaf.get_content_subtype() == "html":
            page.append(_html(text))
            browser.append(_as_browsers_order(text))
        else:
            plain.append(text)
        both.append(_html(text) if leaf.get_content_subtype() == "html" else text)
    return ["\n\n".join(texts) for texts in (plain, page, both, browser)]


def _by_charset(data: bytes, charset: str | None) -> str:
    for encoding in (charset, *SINGLE_BYTE):
        try:
            return data.decode("cp1252" if encoding in ("iso-8859-1", "us-ascii") else encoding or "utf-8")
        except (LookupError, UnicodeError):
            continue
    return data.decode("latin-1")


# formats


class _Html(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "body":
            self._unseen = 0  # a head that was never closed
        self._unseen += tag in UNSEEN
        if not INLINE.fullmatch(tag):
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in UNSEEN))
        if not INLINE.fullmatch(tag):
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.pieces.append(data)


@lru_cache(maxsize=200)
def _html(markup: str) -> str:
    reader = _Html()
    reader.feed(markup)
    reader.close()
    return "".join(reader.pieces)


@lru_cache(maxsize=200)
def _as_browsers_order(markup: str) -> str:
    """The page's text nodes in an HTML5 tree: what stands in an unclosed table, but in no cell, is shown before it."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(markup)
    tree.strip_tags([*UNSEEN - {"head", "title"}])
    return tree.body.text(separator=" ") if tree.body else ""


@lru_cache(maxsize=50)
def _docx(data: bytes) -> str:
    import docx
    from docx.table import Table

    def block(one: Any) -> Iterator[str]:
        if not isinstance(one, Table):
            yield one.text
            return
        seen = set()
        for row in one.rows:
            for cell in row.cells:
                if cell._tc not in seen:
                    seen.add(cell._tc)
                    yield cell.text

    return "\n".join(text for one in docx.Document(io.BytesIO(data)).iter_inner_content() for text in block(one))


@lru_cache(maxsize=20)
def _pdf_pages(data: bytes) -> tuple[str, ...]:
    import pypdfium2

    with pypdfium2.PdfDocument(data) as pdf:
        return tuple(_page_text(pdf, index) for index in range(len(pdf)))


def _page_text(pdf: Any, index: int) -> str:
    from pypdfium2 import PdfiumError

    try:
        return str(pdf[index].get_textpage().get_text_range())
    except PdfiumError:
        return ""


@cache
def _beside_the_pages(data: bytes) -> list[tuple[str, Source]]:
    """What people wrote on the pages and into the fields, by pypdf; the "form values" as name and value."""
    import logging

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        pdf = PdfReader(io.BytesIO(data))
        # A highlight's words are those of its page.
        words = [*_pdf_pages(data), *[""] * len(pdf.pages)]
        notes = tuple("\n".join([*_notes(page), words[at]]) for at, page in enumerate(pdf.pages))
        fields = pdf.get_fields() or {}
        attached = [(name, Source(name, data)) for name, many in pdf.attachments.items() for data in many]
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, OSError, NotImplementedError):
        return []
    values = "\n".join(f"{name}: {field.get('/V')}" for name, field in fields.items())
    form = Source("form values.html", values.encode())
    shown = Source("fields and stamps", pages=_flattened(data))
    return [
        ("comments", Source("comments", pages=notes)),
        ("form values", form),
        ("fields and stamps", shown),
        *attached,
    ]


def _flattened(data: bytes) -> tuple[str, ...]:
    """The text of the pages with all that is shown on them."""
    import pypdfium2
    from pypdfium2 import raw

    with pypdfium2.PdfDocument(data) as pdf:
        for page in pdf:
            raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
            page.close()
        return tuple(_page_text(pdf, index) for index in range(len(pdf)))


def _notes(page: Any) -> Iterator[str]:
    for reference in page.get("/Annots") or ():
        note = reference.get_object()
        if note and note.get("/Subtype") in WRITTEN and note.get("/Contents"):
            yield str(note["/Contents"])
