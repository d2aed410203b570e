"""Word documents: paragraphs, lists and tables in their order, headings as marks, notes and comments at the end.

Read with lxml: python-docx gives paragraphs without text boxes, insertions, notes or comments, and unpacks without
bounds.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from ragd.parsers.office import properties
from ragd.parsers.office.beside import Beside, comment_by
from ragd.parsers.office.numbering import Clauses, Numbering
from ragd.parsers.office.ooxml import Package, chart_rows
from ragd.parsers.reading import Reading, clean, fact
from ragd.parsers.source import Source, Unreadable
from ragd.parsers.texts.xml_tree import attribute, local
from ragd.records import Member

WHAT = "Word document"
HEADING = re.compile(r"(?:heading|überschrift|kop|titre|título|titolo|заголовок)\s*(\d)", re.IGNORECASE)
# what is no running text: deleted words, fields' codes, the older form of a drawing whose newer form is read
LEFT_OUT = frozenset(
    (*("del", "moveFrom", "instrText", "delText", "delInstrText", "pPr", "rPr", "sectPr", "Fallback"), "rt", "tblPr")
)
BREAKS = {"br": "\n", "cr": "\n", "tab": "\t", "ptab": "\t", "noBreakHyphen": "-", "softHyphen": "\xad"}
LONGEST_HEADING = 300  # characters; more is a paragraph in large letters
PAGE_NUMBER = re.compile(
    r"[\W\d_]*|(?:page|seite|pagina|página|p)\W*\d*(?:\W*(?:of|von|van|de|sur|di|/)\W*\d*)?\W*", re.IGNORECASE
)
DIGITS = re.compile(r"\d+")
RUNNING = ("header", "footer")
NOTES = ("footnote", "endnote")


def parse(source: Source) -> Iterator[Member]:
    package = Package(source.data, WHAT)
    main = package.main
    body = next((one for one in package.read(main) if local(one) == "body"), None)
    if body is None:
        raise Unreadable("is not a Word document (another kind of Office file)")
    walk = _Walk(package, main)
    walk.blocks(body)
    walk.clauses.end()
    walk.notes()
    walk.comments()
    walk.running()
    facts = properties.office(package.archive)
    titled = walk.title or walk.first
    yield Member(source.part, properties.document(source, walk.reading, facts, kind=source.kind, title=titled))


def _heading_levels(package: Package, main: str) -> dict[str, int]:
    """Heading levels by style id: from the style's name or its outline level, or from what it is based on. Title: 0."""
    levels: dict[str, int] = {}
    based: dict[str, str] = {}
    for style in (one for root in package.trees(main, "styles") for one in root if local(one) == "style"):
        identity, name = attribute(style, "styleId"), _value(style, "name")
        outline = _outline(style)
        if found := HEADING.match(name):
            levels[identity] = int(found[1])
        elif name.lower() == "title":
            levels[identity] = 0
        elif outline is not None:
            levels[identity] = outline
        else:
            based[identity] = _value(style, "basedOn")
    for _ in range(5):  # a style that is based on one that is based on a heading ...
        levels |= {
            identity: levels[other] for identity, other in based.items() if other in levels and identity not in levels
        }
    return {identity: level for identity, level in levels.items() if level <= 9}


def _value(element: Any, name: str) -> str:
    """The value of a property among an element's children."""
    return next((attribute(one, "val") for one in element if local(one) == name), "")


def _properties(element: Any) -> Any:
    return next((one for one in element if local(one) == "pPr"), ())


def _outline(element: Any) -> int | None:
    """The level that an outline gives a paragraph or a style: 10 is the body's, None where it says nothing."""
    stated = _value(_properties(element), "outlineLvl")
    return int(stated) + 1 if stated.isdigit() else None


def _is_indented(paragraph: Any) -> bool:
    indent = next((one for one in _properties(paragraph) if local(one) == "ind"), None)
    return indent is not None and any(attribute(indent, side) not in ("", "0") for side in ("left", "start"))


class _Walk:
    """A walk through the body in document order; content controls and text boxes are walked into."""

    def __init__(self, package: Package, main: str) -> None:
        self.reading = Reading()
        self.title: str | None = None
        self.clauses = Clauses(self.reading)
        self.first: str | None = None  # the heading that the text begins with
        self._beside = Beside(self.reading, self.clauses)
        self._package = package
        self._main = main
        self._levels = _heading_levels(package, main)
        self._numbering = Numbering(package, main)
        self._charts = package.relations(main)

    def blocks(self, parent: Any) -> None:
        for child in parent:
            name = local(child)
            if not name or name in LEFT_OUT:
                continue
            if name == "p":
                self._paragraph(child)
            elif name == "tbl":
                self._table(child)
            else:  # a content control, a custom XML element, a note
                self.blocks(child)

    def notes(self) -> None:
        """Footnotes and endnotes, which stand apart from the text."""
        for root in self._package.trees(self._main, "footnotes", "endnotes"):
            for note in (one for one in root if local(one) in NOTES and _all_words(one).strip()):
                self._beside.begin(local(note), self._beside.met(local(note), attribute(note, "id")))
                self.blocks(note)

    def comments(self) -> None:
        for comment in (one for root in self._package.trees(self._main, "comments") for one in root):
            words, who = _all_words(comment), attribute(comment, "author")
            who = who if properties.author(who) else ""
            if words.strip():
                self._beside.begin(comment_by(who), self._beside.met("comment", attribute(comment, "id")))
                self.reading.block(f"Comment by {who}: {words}" if who else f"Comment: {words}")

    def running(self) -> None:
        """What stands at the head and foot of pages, once, however many sections say it."""
        said: set[str] = set()
        for root in self._package.trees(self._main, *RUNNING):
            begun = False
            for line in (one for one in root.iter() if local(one) == "p"):
                words = " ".join(_words(line).split())
                counted = any(local(one) in ("fldSimple", "instrText") for one in line.iter())
                known = DIGITS.sub("", words) if counted else words  # each section's, with another page's number
                if words and known not in said and not PAGE_NUMBER.fullmatch(words):
                    said.add(known)
                    if not begun:
                        self._beside.begin("header" if local(root) == "hdr" else "footer")
                    begun = True
                    self.reading.block(words)

    def _paragraph(self, paragraph: Any) -> None:
        text = _words(paragraph)
        level = self._level(paragraph)
        number = self._number(paragraph, text)
        if level is not None and 0 < len(text.strip()) <= LONGEST_HEADING:
            self.title = self.title or (fact(text) if level == 0 else None)
            self.first = self.first or (None if self.reading else fact(text))
            self.reading.heading(text, max(level, 1), number=number or "")
            self.clauses.headed()
        elif text.strip():
            goes_on = number == "" or (number is None and _is_indented(paragraph))
            if clean(text) and not goes_on:
                self.clauses.begin(number)
            self.reading.block(text)
        self._beside.meet(paragraph.iter(), text)
        self._drawings(paragraph)

    def _number(self, paragraph: Any, text: str) -> str | None:
        """The number that Word writes before a paragraph; one that was taken out, on record, has none."""
        stated = _properties(paragraph)
        taken_out = any(local(one) == "del" for part in stated if local(part) == "rPr" for one in part)
        return None if taken_out and not text.strip() else self._numbering.number(stated)

    def _numbers(self, cells: Iterable[Any]) -> list[str | None]:
        """The numbers of the paragraphs in a row; of a row without words none."""
        lines = [(line, _words(line)) for cell in cells for line in _lines(cell)] if self._numbering else []
        numbers = [self._number(line, text) for line, text in lines]
        return numbers if any(clean(text) for _, text in lines) else []

    def _drawings(self, paragraph: Any) -> None:
        """Text boxes and charts that hang on a paragraph."""
        for one in paragraph.iter():
            if local(one) == "txbxContent" and not _in_older_form(one):
                self.blocks(one)
            elif local(one) == "chart" and attribute(one, "id"):
                chart = self._package.tree(self._charts.get(attribute(one, "id"), ("", ""))[0])
                for number, row in enumerate(chart_rows(chart) if chart is not None else ()):
                    self.reading.row(row, gap="\n" if number else "\n\n")

    def _level(self, paragraph: Any) -> int | None:
        own = _outline(paragraph)
        if own is not None:
            return own if own <= 9 else None
        return self._levels.get(_value(_properties(paragraph), "pStyle"))

    def _table(self, table: Any) -> None:
        """A row a line, cells parted by a tab; a cell that spans several is said once."""
        gap = "\n\n"
        for row in (one for one in table.iter() if local(one) == "tr" and _table_of(one) is table):
            if any(local(one) == "del" for part in row if local(part) == "trPr" for one in part):
                continue  # a row that was taken out, with the change still on record
            cells = [one for one in row if local(one) in ("tc", "sdt")]
            self.clauses.begin(next(filter(None, self._numbers(cells)), None), gap=gap)
            if self.reading.row(map(_cell, cells), gap=gap):
                gap = "\n"
            self._beside.meet(row.iter())
        self._drawings(table)


def _all_words(note: Any) -> str:
    """The paragraphs of a note or a comment."""
    return "\n".join(_words(one) for one in note.iter() if local(one) == "p")


def _in_older_form(element: Any) -> bool:
    return any(local(above) == "Fallback" for above in element.iterancestors())


def _table_of(row: Any) -> Any:
    """The table that a row is of: those in a cell are read with the cell."""
    return next((above for above in row.iterancestors() if local(above) == "tbl"), None)


def _cell(cell: Any) -> str:
    return "\n".join(map(_words, _lines(cell)))


def _lines(cell: Any) -> Iterator[Any]:
    return (one for one in cell.iter() if local(one) == "p" and not _boxed(one, cell))


def _boxed(paragraph: Any, cell: Any) -> bool:
    for above in paragraph.iterancestors():
        if above is cell:
            return False
        if local(above) == "txbxContent":
            return True
    return False


def _words(element: Any) -> str:
    """The words of a paragraph: hyperlinks and inserted text too, deleted text and text boxes not."""
    pieces: list[str] = []
    for child in element:
        name = local(child)
        if name == "t":
            pieces.append(child.text or "")
        elif name in BREAKS:
            pieces.append(BREAKS[name])
        elif name == "sym":
            pieces.append(_symbol(child))
        elif name and name not in LEFT_OUT and name != "txbxContent" and not _hidden(child):
            pieces.append(_words(child))
    return "".join(pieces)


def _hidden(run: Any) -> bool:
    """Whether a run is hidden text: index entries and the like, which no reader sees."""
    if local(run) != "r":
        return False
    for part in run:
        if local(part) == "rPr":
            return any(local(one) == "vanish" and attribute(one, "val") not in ("0", "false") for one in part)
    return False


def _symbol(element: Any) -> str:
    """A letter of a symbol font; those of Wingdings and its kind are pictures, a tick and a box among them."""
    code = attribute(element, "char").lower()
    known = {"f0fe": "☒", "f0a8": "☐", "f06f": "☐", "f0fc": "✓", "f0b7": "•", "f0e0": "→", "f0df": "←"}
    if code in known:
        return known[code]
    try:
        letter = chr(int(code, 16))
    except (ValueError, OverflowError):
        return ""
    return "" if "\ue000" <= letter <= "\uf8ff" else letter
