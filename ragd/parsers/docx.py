"""Word documents: paragraphs, lists and tables in their order, headings as marks, footnotes at the end."""

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zipfile import BadZipFile

from ragd.parsers import dates
from ragd.parsers.reading import Reading, fact
from ragd.parsers.source import NothingInIt, Source, Unreadable
from ragd.records import Document, Member

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
NOTES = re.compile(r"/(?:foot|end)notes$")
HEADING = re.compile(r"heading\s*(\d)", re.IGNORECASE)
# what is no running text: deleted words, fields' codes, the older form of a drawing whose newer form is read
LEFT_OUT = frozenset(
    (*(f"{W}{name}" for name in ("del", "moveFrom", "instrText", "delText", "pPr", "rPr", "sectPr")), f"{MC}Fallback")
)
BREAKS = {f"{W}br": "\n", f"{W}cr": "\n", f"{W}tab": "\t", f"{W}noBreakHyphen": "-"}
TEMPLATE = datetime(2013, 12, 23, 23, 15, tzinfo=UTC)  # of python-docx: in all that is made with it, true of none
LONGEST_HEADING = 300  # characters; more is a paragraph in large letters
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


def parse(source: Source) -> Iterator[Member]:
    word = _open(source.data)
    walk = _Walk(_heading_levels(word))
    walk.blocks(word.element.body)
    for part in _notes(word):
        walk.blocks(part)
    if not walk.reading.text:
        raise NothingInIt("no text in it")
    marks = tuple(walk.reading.marks)
    facts = _facts(word)
    document = Document(
        id=source.identity(),
        text=walk.reading.text,
        kind=source.kind,
        family=source.family,
        marks=marks,
        title=facts.pop("title") or walk.title or next((mark.label for mark in marks if not mark.offset), None),
        **facts,
    )
    yield Member(source.part, document)


def _open(data: bytes) -> Any:
    from docx import Document as open_word
    from docx.opc.exceptions import OpcError
    from lxml.etree import XMLSyntaxError  # type: ignore[import-untyped]

    try:
        return open_word(io.BytesIO(data))
    except (BadZipFile, OpcError, KeyError, XMLSyntaxError, EOFError, AttributeError, IndexError) as error:
        cut = b"PK\x05\x06" not in data[-70000:]  # the end of every whole ZIP archive
        raise Unreadable("damaged Word document" + (" (cut off in the middle)" if cut else "")) from error
    except ValueError as error:  # python-docx: another kind of package
        raise Unreadable("is not a Word document (another kind of Office file)") from error


def _heading_levels(word: Any) -> dict[str, int]:
    """Heading levels by style id: from the style's name or its outline level, or from what it is based on. Title: 0."""
    levels: dict[str, int] = {}
    for style in word.styles.element.findall(f"{W}style"):
        identity, name = style.get(f"{W}styleId"), style.find(f"{W}name")
        shown = (name.get(f"{W}val") or "") if name is not None else ""
        outline = style.find(f"{W}pPr/{W}outlineLvl")
        found = HEADING.match(shown)
        if found:
            levels[identity] = int(found[1])
        elif shown.lower() == "title":
            levels[identity] = 0
        elif outline is not None and (outline.get(f"{W}val") or "").isdigit() and int(outline.get(f"{W}val")) < 9:
            levels[identity] = int(outline.get(f"{W}val")) + 1
    for style in word.styles.element.findall(f"{W}style"):
        based = style.find(f"{W}basedOn")
        if based is not None and based.get(f"{W}val") in levels:
            levels.setdefault(style.get(f"{W}styleId"), levels[based.get(f"{W}val")])
    return levels


def _notes(word: Any) -> Iterator[Any]:
    from docx.oxml import parse_xml
    from lxml.etree import XMLSyntaxError

    for relation in word.part.rels.values():
        if NOTES.search(relation.reltype) and not relation.is_external:
            try:
                yield parse_xml(relation.target_part.blob)
            except XMLSyntaxError:
                continue


def _facts(word: Any) -> dict[str, Any]:
    """Title, author, date and language as the core properties state them; a broken property is an absent one."""
    if not any(relation.reltype.endswith("/core-properties") for relation in word.part.package.rels.values()):
        return {"title": None, "author": None, "date": None, "language": None}  # python-docx would invent them
    properties = word.core_properties

    def stated(name: str) -> Any:
        try:
            return getattr(properties, name)
        except (ValueError, TypeError, AttributeError, OverflowError):
            return None

    moment = next(
        (when for when in map(stated, ("created", "modified")) if when and when.replace(tzinfo=UTC) != TEMPLATE), None
    )
    if moment is not None and moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)  # the file states UTC ("Z"); python-docx drops it
    title, language = fact(stated("title")), stated("language") or ""
    author = fact(stated("author"))
    return {
        "title": None if title and title.lower() in ("word document", "document") else title,
        "author": None if author == "python-docx" else author,
        "date": dates.iso(moment),
        "language": language if LANGUAGE.fullmatch(language) else None,
    }


class _Walk:
    """A walk through the body in document order; content controls and text boxes are walked into."""

    def __init__(self, levels: dict[str, int]) -> None:
        self.reading = Reading()
        self.title: str | None = None
        self._levels = levels

    def blocks(self, parent: Any) -> None:
        for child in parent:
            if child.tag in LEFT_OUT:
                continue
            if child.tag == f"{W}p":
                self._paragraph(child)
            elif child.tag == f"{W}tbl":
                self._table(child)
            elif isinstance(child.tag, str):  # a content control, a custom XML element, a note
                self.blocks(child)

    def _paragraph(self, paragraph: Any) -> None:
        text = _words(paragraph)
        level = self._level(paragraph)
        if level is not None and 0 < len(text.strip()) <= LONGEST_HEADING:
            self.title = self.title or (fact(text) if level == 0 else None)
            self.reading.heading(text, max(level, 1))
        elif text.strip():
            self.reading.block(text)
        for box in paragraph.iter(f"{W}txbxContent"):
            if not any(above.tag == f"{MC}Fallback" for above in box.iterancestors()):
                self.blocks(box)

    def _level(self, paragraph: Any) -> int | None:
        own = paragraph.find(f"{W}pPr/{W}outlineLvl")
        if own is not None and (own.get(f"{W}val") or "").isdigit():
            return int(own.get(f"{W}val")) + 1 if int(own.get(f"{W}val")) < 9 else None
        return self._levels.get(_style(paragraph))

    def _table(self, table: Any) -> None:
        """A row a line, cells parted by a tab; a cell that spans several is said once."""
        gap = "\n\n"
        for row in table.iter(f"{W}tr"):
            if next(row.iterancestors(f"{W}tbl")) is not table:
                continue  # of a table in a cell, whose words are read with the cell
            if self.reading.row(map(_cell, row.iterchildren(f"{W}tc", f"{W}sdt")), gap=gap):
                gap = "\n"


def _style(paragraph: Any) -> str:
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    return (style.get(f"{W}val") or "") if style is not None else ""


def _cell(cell: Any) -> str:
    return "\n".join(_words(paragraph) for paragraph in cell.iter(f"{W}p"))


def _words(element: Any) -> str:
    """The words of a paragraph: hyperlinks and inserted text too, deleted text and text boxes not."""
    pieces: list[str] = []
    for child in element:
        if child.tag == f"{W}t":
            pieces.append(child.text or "")
        elif child.tag in BREAKS:
            pieces.append(BREAKS[child.tag])
        elif isinstance(child.tag, str) and child.tag not in LEFT_OUT and child.tag != f"{W}txbxContent":
            pieces.append(_words(child))
    return "".join(pieces)
