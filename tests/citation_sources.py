"""What a file and its parts say, read without any of ragd's parsers.

Text and Markdown are read as plain files, mail with `mailbox` and `email`, HTML with `html.parser`, PDF pages with
pypdfium2, what people put into a PDF's forms and margins with pypdf, Word with python-docx.
"""

import email
import io
import mailbox
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.policy import compat32, default
from functools import cache, lru_cache
from html.parser import HTMLParser
from pathlib import Path, PurePath
from typing import Any

INLINE = re.compile(
    "a|abbr|acronym|b|bdi|bdo|big|cite|code|del|em|font|i|img|ins|kbd|label|mark|nobr|q|s|samp|small|span|strike|strong"
    "|sub|sup|tt|u|var|wbr"
)
UNSEEN = frozenset(("script", "style", "head", "title", "template", "noscript", "select"))
WRITTEN = frozenset(("/Text", "/FreeText", "/Highlight", "/Underline", "/Squiggly", "/StrikeOut", "/Caret", "/Stamp"))
SINGLE_BYTE = ("utf-8-sig", "cp1252", "latin-1")


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


def pages_of(source: Source) -> tuple[str, ...]:
    """The pages of what has pages; nothing otherwise."""
    return source.pages or (_pdf_pages(source.data) if source.suffix == ".pdf" else ())


def readings_of(source: Source) -> list[str] | None:
    """The possible texts of what has neither pages nor lines; None for a text file, which has lines."""
    if source.message is not None:
        return _message_readings(source.message)
    if source.suffix in (".html", ".htm", ".xhtml"):
        return [read(text) for text in decoded(source.data) for read in (_html, _as_browsers_order)]
    if source.suffix in (".docx", ".docm"):
        return [_docx(source.data)]
    return None


def decoded(data: bytes) -> Iterator[str]:
    r"""The possible texts of a file that does not state its encoding, with \n line ends."""
    bom = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if bom else SINGLE_BYTE:
        try:
            text = data.decode(encoding)
        except UnicodeError:
            continue
        yield text.replace("\r\n", "\n").replace("\r", "\n")


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
