"""PDF: the text of every page by pdfium, with page labels, outline and facts; what lies beside the pages as parts."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from ragd.parsers.pdf_structure import Structure, structure_of
from ragd.parsers.reading import Reading, clean, fact
from ragd.parsers.source import NothingInIt, Parsed, Source, Unreadable
from ragd.records import Document, Mark, Member

BROKEN = "\ufffe"  # what pdfium writes for a hyphen at a line's end, and the end with it
BROKEN_WORD = re.compile(r"([^\W\d_]+)\ufffe[ \r\n]*(\w+)")
WORDS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
COMMENTS = 2000  # on one page
OUTLINE = 2000  # entries; more is no table of contents


@dataclass(frozen=True, slots=True)
class _Page:
    text: str
    comments: tuple[str, ...]


def parse(source: Source) -> Parsed:
    with closing(_open(source.data)) as pdf:
        structure = structure_of(source.data, pdf)
        reading = Reading()
        comments = _read_pages(pdf, structure.labels, reading)
        if reading.text:
            yield Member(source.part, _document(source, reading, structure, _outline(pdf, reading)))
        yield from _aside(source, "comments", comments, structure)
        yield from _aside(source, "form values", _form(structure), structure)
        for name, data in _attachments(pdf):
            yield from source.child(name, data)
        if not reading.text:
            raise NothingInIt("no text in it (scanned pages; reading pictures comes with OCR)")


def _aside(source: Source, name: str, aside: Reading, structure: Structure) -> Iterator[Member]:
    """What stands beside the running text is a document of its own, so that no quote of the pages runs into it."""
    if aside.text:
        document = Document(
            id=source.identity(name),
            text=aside.text,
            kind=source.kind,
            family=source.family,
            marks=tuple(aside.marks),
            title=structure.title,
            date=structure.date,
        )
        yield Member(source.unique(f"{source.part} > {name}" if source.part else name), document)


def _form(structure: Structure) -> Reading:
    form = Reading()
    for name, value in structure.fields:
        form.block(f"{name}: {value}", gap="\n")
    return form


def _open(data: bytes) -> Any:
    """The PDF, opened with the empty password if it has one; says what is wrong in a person's words."""
    import pypdfium2  # type: ignore[import-untyped]
    from pypdfium2 import PdfiumError

    try:
        pdf = pypdfium2.PdfDocument(data)
        if len(pdf) == 0:
            raise Unreadable("damaged PDF (it has no pages)")
        return pdf
    except PdfiumError as error:
        said = str(error).lower()
    if "password" in said:
        raise Unreadable("encrypted, needs a password")
    if "security" in said:
        raise Unreadable("encrypted in a way that cannot be opened")
    cut = b"%%EOF" not in data[-2048:]
    raise Unreadable("damaged PDF (cut off in the middle)" if cut else "damaged PDF")


def _document(source: Source, reading: Reading, structure: Structure, outline: list[Mark]) -> Document:
    marks = sorted([*reading.marks, *outline], key=lambda mark: (mark.offset, mark.kind != "page"))
    return Document(
        id=source.identity(),
        text=reading.text,
        kind=source.kind,
        family=source.family,
        marks=tuple(marks),
        title=structure.title,
        author=structure.author,
        date=structure.date,
        language=structure.language,
    )


def _read_pages(pdf: Any, labels: tuple[str, ...], reading: Reading) -> Reading:
    """Read every page into `reading`; what people have written on the pages is returned."""
    pages = [_page(pdf, index) for index in range(len(pdf))]
    if not any(page is not None for page in pages):
        raise Unreadable("damaged PDF (none of its pages can be read)")
    mended = _Mending([page.text if page else "" for page in pages])
    comments = Reading()
    for number, page in enumerate(pages, start=1):
        label = labels[number - 1] if number <= len(labels) else str(number)
        if page:
            _add_page(reading, label, number, mended.mend(page.text))
            _add_page(comments, label, number, "\n\n".join(page.comments))
    return comments


def _add_page(reading: Reading, label: str, number: int, text: str) -> None:
    seen = clean(text)
    if seen:
        reading.turn()
        reading.mark("page", label, number)
        reading.block(seen, gap="")


def _page(pdf: Any, index: int) -> _Page | None:
    """A page's text and comments, None where pdfium cannot load it: the others are still worth reading."""
    from pypdfium2 import PdfiumError

    try:
        with closing(pdf[index]) as page, closing(page.get_textpage()) as text:
            return _Page(str(text.get_text_range()), tuple(_comments(page)))
    except PdfiumError:
        return None


def _comments(page: Any) -> Iterator[str]:
    """Notes, and the words that belong to marked passages; not links, and not the fields of a form."""
    from pypdfium2 import raw

    written = {raw.FPDF_ANNOT_TEXT, raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_HIGHLIGHT, raw.FPDF_ANNOT_UNDERLINE}
    written |= {raw.FPDF_ANNOT_SQUIGGLY, raw.FPDF_ANNOT_STRIKEOUT, raw.FPDF_ANNOT_STAMP, raw.FPDF_ANNOT_CARET}
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), COMMENTS)):
        note = raw.FPDFPage_GetAnnot(page, index)
        if not note:
            continue
        if raw.FPDFAnnot_GetSubtype(note) in written:
            size = raw.FPDFAnnot_GetStringValue(note, b"Contents", None, 0)  # bytes of UTF-16, with a zero at the end
            room = (raw.FPDF_WCHAR * (size // 2 + 1))()
            raw.FPDFAnnot_GetStringValue(note, b"Contents", room, size)
            yield bytes(room)[: max(size - 2, 0)].decode("utf-16-le", "replace")
        raw.FPDFPage_CloseAnnot(note)


class _Mending:
    """Joins words broken at a line's end. The document's own words tell "activi-ties" from "non-GAAP"."""

    def __init__(self, pages: list[str]) -> None:
        self._words: set[str] = set()
        if any(BROKEN in page for page in pages):
            for page in pages:
                self._words.update(word.lower() for word in WORDS.findall(BROKEN_WORD.sub(" ", page)))

    def mend(self, text: str) -> str:
        return BROKEN_WORD.sub(self._join, text).replace(BROKEN, "-\n") if BROKEN in text else text

    def _join(self, found: re.Match[str]) -> str:
        first, second = found[1], found[2]
        # A hyphen that belongs to the word stays at its line's end, where whoever compares texts passes over it.
        return f"{first}-\n{second}" if self._compound(first.lower(), second) else first + second

    def _compound(self, first: str, second: str) -> bool:
        last = second.lower()
        if first + last in self._words:
            return False
        return f"{first}-{last}" in self._words or not second.islower() or {first, last} <= self._words


def _outline(pdf: Any, reading: Reading) -> list[Mark]:
    """The entries of the table of contents whose words stand on the page that they lead to."""
    starts = {mark.level: mark.offset for mark in reading.marks if mark.kind == "page"}
    ends = dict(zip(starts, [*list(starts.values())[1:], len(reading.text)], strict=True))
    marks: list[Mark] = []
    for count, entry in enumerate(pdf.get_toc(max_depth=6)):
        if count >= OUTLINE:
            break
        target = entry.get_dest()
        label, index = fact(entry.get_title()), target.get_index() if target else None
        if label and index is not None and index + 1 in starts:
            pattern = r"\s+".join(map(re.escape, label.split()))
            span = reading.text[starts[index + 1] : ends[index + 1]]
            found = re.search(rf"^{pattern}", span, re.MULTILINE | re.IGNORECASE) or re.search(pattern, span)
            if found:
                marks.append(Mark(starts[index + 1] + found.start(), "heading", label, entry.level + 1))
    return sorted(set(marks), key=lambda mark: (mark.offset, mark.level))


def _attachments(pdf: Any) -> Iterator[tuple[str, bytes]]:
    from pypdfium2 import PdfiumError

    for index in range(min(pdf.count_attachments(), 1000)):
        try:
            attached = pdf.get_attachment(index)
            yield fact(attached.get_name()) or f"attachment {index + 1}", bytes(attached.get_data())
        except PdfiumError:
            continue
