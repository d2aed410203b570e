"""PDF: the text of every page by pdfium, with page labels, outline and facts; what lies beside the pages as parts."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from ragd import rules
from ragd.parsers.alive import busy
from ragd.parsers.extras import engine
from ragd.parsers.pdf.fields import page_has_fields, shown_lines
from ragd.parsers.pdf.layout import Line, Sheet, sheet
from ragd.parsers.pdf.notes import Note, notes
from ragd.parsers.pdf.outline import outline, with_outline
from ragd.parsers.pdf.pages import add_page, label, running_text
from ragd.parsers.pdf.pictures import is_unread, read_picture, without_garbage
from ragd.parsers.pdf.structure import Structure, structure_of, unlocked
from ragd.parsers.pdf.titles import title_of
from ragd.parsers.reading import Reading, fact
from ragd.parsers.source import NothingInIt, Parsed, Source, Unreadable
from ragd.records import Document, Mark, Member, Outcome

PAGES = 20_000  # that are read
AT_ONCE = 200  # pages between two words that work goes on
SECONDS = 60.0  # of the processor, for the OCR of a page
ATTACHMENTS = 1000
NAMED = 12  # pages that are named
INDEX = re.compile(r"\[\d+\]")
LONGEST_NAME = 80  # characters of a field's name, where its place is told


@dataclass(frozen=True, slots=True)
class _Page:
    """A page as it was read. `unread`: there are words on it that only OCR can read."""

    sheet: Sheet
    notes: tuple[Note, ...]
    shown: tuple[str, ...]  # lines of fields and stamps, which the page's text does not hold
    unread: bool


def parse(source: Source) -> Parsed:
    with closing(_open(source.data)) as pdf:
        structure = structure_of(source.data, pdf)
        pages = _pages(pdf, source.budget.alive)
        if engine("ocr"):
            pages = _with_pictures(pdf, pages, source.budget.alive)
        sheets = [page.sheet if page else None for page in pages]
        structure = replace(structure, title=structure.title or title_of(sheets))
        reading = running_text(sheets, structure.labels)
        if reading.text:
            yield Member(source.part, _document(source, reading, structure, outline(pdf, reading)))
        aside = [
            *_aside(source, "comments", _comments(pages, structure.labels), structure),
            *_aside(source, "form values", _form(structure), structure),
            *_aside(source, "fields and stamps", _shown(pages, structure), structure),
        ]
        yield from aside
        for name, data in _attachments(pdf):
            yield from source.child(name, data)
        yield from _left_out(source, pdf, pages, read=bool(reading.text or aside))


def _left_out(source: Source, pdf: Any, pages: Sequence[_Page | None], *, read: bool) -> Iterator[Outcome]:
    """What was not read: pages that are pictures, pages that are damaged, and those beyond all measure."""
    unread = [number for number, page in enumerate(pages, start=1) if page and page.unread]
    damaged = [number for number, page in enumerate(pages, start=1) if page is None]
    if not read:
        raise NothingInIt(_picture_note(len(unread)) if unread else "no words on its pages")
    if unread:
        yield source.left_out(_named(source, unread), _picture_note(len(unread)))
    if damaged:
        yield source.failed(_named(source, damaged), "damaged")
    if len(pdf) > len(pages):
        yield source.left_out(_named(source, [len(pages) + 1, len(pdf)]), f"only {PAGES:,} pages are read")


def _picture_note(count: int) -> str:
    pages = f"{count:,} {'page' if count == 1 else 'pages'}"
    if engine("ocr"):
        return f"{pages} on which no words were found"
    return f"{pages} without letters that can be read, as of a scan; {rules.OCR}"


def _named(source: Source, numbers: Sequence[int]) -> str:
    """The name of a part: "pages 3, 5 and 9"."""
    shown = ", ".join(map(str, numbers[:NAMED])) + (" ..." if len(numbers) > NAMED else "")
    name = f"{'page' if len(numbers) == 1 else 'pages'} {shown}"
    return source.unique(f"{source.part} > {name}" if source.part else name)


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
    """What a form was filled in with, each field a line and a turn of its own: quoted alone, found with the others."""
    form = Reading()
    for name, value in structure.fields:
        form.turn("\n")
        form.mark("turn", f"form > {_spoken(name)}", 2)
        form.block(f"{name}: {value}", gap="")
    return form


def _comments(pages: Sequence[_Page | None], labels: tuple[str, ...]) -> Reading:
    """What people wrote on the pages, and the words that they marked; each a turn of its own."""
    comments = Reading()
    for number, page in enumerate(pages, start=1):
        if page and page.notes:
            comments.turn()
            comments.mark("page", label(labels, number), number)
            for note in page.notes:
                comments.turn()
                comments.mark("turn", note.label, 0)
                comments.block(note.text, gap="")
    return comments


def _shown(pages: Sequence[_Page | None], structure: Structure) -> Reading:
    """What fields and stamps show, without the values and notes that are told already."""
    told = "\n".join(value for _, value in structure.fields)
    shown = Reading()
    for number, page in enumerate(pages, start=1):
        noted = told + "\n".join(note.text for note in page.notes) if page else told
        lines = [line for line in page.shown if line not in noted and not _all_told(line, structure)] if page else []
        pieces = [[Line(line, "", 0, 0, 0, 0)] for line in lines]
        add_page(shown, pieces, str, (label(structure.labels, number), number))
    return shown


def _spoken(name: str) -> str:
    """A field's name as people say it: "Field of study" of "form1[0].field_of_study[0]"."""
    if " " not in name:
        name = INDEX.sub("", name).rpartition(".")[2].replace("_", " ").strip() or name
    return (name[:1].upper() + name[1:])[:LONGEST_NAME]


def _all_told(line: str, structure: Structure) -> bool:
    """Whether a line shows the values of several fields and nothing else."""
    for _, value in sorted(structure.fields, key=lambda field: -len(field[1])):
        line = line.replace(value, " ")
    return not any(map(str.isalnum, line))


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
        plain = unlocked(data)
        if plain is None:
            raise Unreadable("encrypted, needs a password")
        return _open(plain)
    if "security" in said:
        raise Unreadable("encrypted in a way that cannot be opened")
    cut = b"%%EOF" not in data[-2048:]
    raise Unreadable("damaged PDF (cut off in the middle)" if cut else "damaged PDF")


def _document(source: Source, reading: Reading, structure: Structure, outlined: list[Mark]) -> Document:
    marks = sorted(
        with_outline(reading.marks, outlined), key=lambda mark: (mark.offset, mark.kind != "page", mark.level)
    )
    return Document(
        id=source.identity(),
        text=reading.text,
        kind=source.kind,
        family=source.family,
        marks=tuple(marks),
        title=structure.title,
        author=structure.author,
        date=structure.date,
        tags=structure.keywords,
        language=structure.language,
    )


def _pages(pdf: Any, alive: Callable[[], None]) -> list[_Page | None]:
    pages: list[_Page | None] = []
    for index in range(min(len(pdf), PAGES)):
        pages.append(_page(pdf, index))
        if index % AT_ONCE == AT_ONCE - 1:
            alive()
    if not any(page is not None for page in pages):
        raise Unreadable("damaged PDF (none of its pages can be read)")
    return pages


def _page(pdf: Any, index: int) -> _Page | None:
    """One page, None where pdfium cannot load it: the others are still worth reading."""
    from pypdfium2 import PdfiumError

    try:
        with closing(pdf[index]) as page, closing(page.get_textpage()) as text:
            seen = sheet(page, text)
            written, unread = tuple(notes(page, text)), is_unread(page, seen)
            fielded = page_has_fields(page)
            whole = str(text.get_text_range()) if fielded else ""
        shown = shown_lines(pdf, index, whole) if fielded else []
        return _Page(without_garbage(seen) if unread else seen, written, tuple(shown), unread)
    except PdfiumError:
        return None


def _with_pictures(pdf: Any, pages: list[_Page | None], alive: Callable[[], None]) -> list[_Page | None]:
    """The pages, with what OCR reads on those that need it."""
    read: list[_Page | None] = []
    for index, page in enumerate(pages):
        if page is None or not page.unread:
            read.append(page)
            continue
        with busy(alive, SECONDS):
            seen = read_picture(pdf, index, page.sheet)
        read.append(_Page(seen, page.notes, page.shown, unread=not seen.lines))
    return read


def _attachments(pdf: Any) -> Iterator[tuple[str, bytes]]:
    from pypdfium2 import PdfiumError

    for index in range(min(pdf.count_attachments(), ATTACHMENTS)):
        try:
            attached = pdf.get_attachment(index)
            yield fact(attached.get_name()) or f"attachment {index + 1}", bytes(attached.get_data())
        except PdfiumError:
            continue
