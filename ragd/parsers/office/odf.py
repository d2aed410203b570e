"""OpenDocument files: texts, presentations and drawings as a reader goes through them, spreadsheets by their rows."""

from collections.abc import Callable, Iterator
from typing import Any

from ragd.parsers.office import properties
from ragd.parsers.office.beside import Beside, comment_by
from ragd.parsers.office.docx import PAGE_NUMBER
from ragd.parsers.office.numbering import Clauses
from ragd.parsers.office.odf_numbering import numbers
from ragd.parsers.office.odf_sheets import read_sheets
from ragd.parsers.office.properties import Facts
from ragd.parsers.office.rows import Sheets
from ragd.parsers.office.xlsx import members
from ragd.parsers.packed.zipped import Zipped
from ragd.parsers.reading import Reading, clean, fact
from ragd.parsers.source import Parsed, Source, Unreadable
from ragd.parsers.texts.xml_tree import attribute, local, tree
from ragd.records import Kind, Member

WHAT = "OpenDocument file"
# What is no running text: what changes took away, the fields' declarations, a drawing's description for those who
# cannot see it is read; the numbers of notes in the text are not.
LEFT_OUT = frozenset((
    "tracked-changes", "sequence-decls", "variable-decls", "user-field-decls", "forms", "note-citation",
    "bookmark-ref-end", "annotation-end", "soft-page-break", "script", "event-listeners", "settings",
    "shapes-declarations", "binary-data", "creator-initials", "sender-initials",
))  # fmt: skip
BREAKS = {"tab": "\t", "line-break": "\n", "s": " "}
KINDS: dict[str, Kind] = {"text": "office", "spreadsheet": "table", "presentation": "slides", "drawing": "slides"}
LONGEST_HEADING = 300


def parse(source: Source) -> Parsed:
    content, facts, styles = _parts(source)
    body = next((one for one in content.iter() if local(one) == "body"), None)
    inside = next((one for one in body if local(one) in KINDS), None) if body is not None else None
    if inside is None:
        raise Unreadable(f"is not an {WHAT} that can be read (a chart, a formula, a database)")
    if local(inside) == "spreadsheet":
        sheets = Sheets()
        read_sheets(inside, sheets, content)
        yield from members(source, sheets, facts, kind="table")
        return
    walk = _Walk(numbers(inside, styles, content) if local(inside) == "text" else {})
    if local(inside) == "text":
        walk.blocks(inside)
        walk.clauses.end()
        walk.ends()
        _running(walk, styles)
    else:
        _slides(walk, inside)
    yield from _document(source, walk, facts, KINDS[local(inside)])


def _document(source: Source, walk: "_Walk", facts: Facts, kind: Kind) -> Iterator[Member]:
    first = next((mark.label for mark in walk.reading.marks if mark.kind == "heading" and mark.offset == 0), None)
    yield Member(source.part, properties.document(source, walk.reading, facts, kind=kind, title=walk.title or first))


def _parts(source: Source) -> tuple[Any, Facts, Any]:
    """The content, the facts and the styles: parts of an archive, or all in one XML file (.fodt)."""
    if not source.data.startswith(b"PK"):
        whole = tree(source.data, WHAT)
        return whole, _facts(whole), whole
    archive = Zipped(source.data, WHAT)
    manifest = archive.find("META-INF/manifest.xml") or b""
    if b"encryption-data" in manifest:
        raise Unreadable("is protected by a password")
    meta, styles = archive.find("meta.xml"), archive.find("styles.xml")
    facts = _facts(tree(meta, WHAT)) if meta else Facts()
    return tree(archive.read("content.xml"), WHAT), facts, tree(styles, WHAT) if styles else None


def _facts(root: Any) -> Facts:
    meta = next((one for one in root.iter() if local(one) == "meta"), None)
    stated: dict[str, str] = {}
    tags: list[str] = []
    for one in meta if meta is not None else ():
        words = (one.text or "").strip()
        if local(one) == "keyword":
            tags += properties.keywords(words)
        else:
            stated.setdefault(local(one), words)
    return Facts(
        properties.title(stated.get("title")),
        properties.author(stated.get("initial-creator")) or properties.author(stated.get("creator")),
        properties.date(stated.get("creation-date"), stated.get("date")),
        properties.language(stated.get("language")),
        tuple(dict.fromkeys(tags)),
    )


def _slides(walk: "_Walk", inside: Any) -> None:
    """Each page with its title first, then what stands on it from top to bottom, then the speaker's notes."""
    pages = [one for one in inside if local(one) == "page"]
    for number, page in enumerate(pages, start=1):
        notes = [one for one in page if local(one) == "notes"]
        shapes = [one for one in page if one not in notes]
        titles = [one for one in shapes if attribute(one, "class") == "title" and _words(one).strip()]
        if not any(_words(one).strip() for one in page):
            continue
        walk.reading.turn()
        walk.reading.mark("slide", str(number), number)
        for one in titles:
            walk.reading.heading(_words(one), 1)
        for one in sorted((one for one in shapes if one not in titles), key=_from_the_top):
            walk.block(one)
        for note in notes:
            for shape in note:
                if attribute(shape, "class") not in ("page-number", "header", "footer", "date-time", "page"):
                    walk.block(shape)
        walk.ends()


def _from_the_top(shape: Any) -> tuple[float, float]:
    return _length(attribute(shape, "y")), _length(attribute(shape, "x"))


def _length(written: str) -> float:
    """Centimetres of a length; what says none stands where it is."""
    for unit, factor in (("cm", 1.0), ("mm", 0.1), ("in", 2.54), ("pt", 0.0353)):
        if written.endswith(unit):
            try:
                return float(written.removesuffix(unit)) * factor
            except ValueError:
                return 0.0
    return 0.0


def _running(walk: "_Walk", styles: Any) -> None:
    """Headers and footers, each once: what stands on every page."""
    said: set[str] = set()
    for one in styles.iter() if styles is not None else ():
        if local(one) in ("header", "footer", "header-left", "footer-left", "header-first", "footer-first"):
            words = "\n".join(filter(None, (_words(line).strip() for line in one)))
            if words and words not in said and not PAGE_NUMBER.fullmatch(words):
                said.add(words)
                walk.beside.begin(local(one).partition("-")[0])
                walk.reading.block(words)


HANGING = frozenset(("frame", "text-box", "custom-shape", "note", "annotation", "g", "rect", "control"))


class _Walk:
    """A walk through the content in document order; notes and comments follow when the text is at its end."""

    def __init__(self, numbered: dict[Any, str]) -> None:
        self.reading = Reading()
        self.clauses = Clauses(self.reading)
        self.title: str | None = None
        self._numbered = numbered  # what stands before paragraphs, in no text
        self.beside = Beside(self.reading, self.clauses)
        self._later: list[tuple[Any, str]] = []  # with where they were met
        self._handlers: dict[str, Callable[[Any], None]] = {
            "p": self._paragraph,
            "h": self._heading,
            "table": self._table,
        }

    def blocks(self, parent: Any) -> None:
        for child in parent:
            self.block(child)

    def block(self, element: Any) -> None:
        name = local(element)
        if name in LEFT_OUT or not name:
            return
        if name in ("annotation", "note"):
            self._later.append((element, self.beside.where(_words(element.getparent()))))
        elif name in ("title", "desc") and element.text:
            self.reading.block(element.text)
        elif name in self._handlers:
            self._handlers[name](element)
        else:  # a list, a section, a frame, a text box, a group
            self.blocks(element)

    def ends(self) -> None:
        """Read what was met on the way and stands at the foot of a page, or beside it."""
        while self._later:
            later, self._later = self._later, []
            for one, where in later:
                if local(one) == "note" and _words(one).strip():
                    self.beside.begin(attribute(one, "note-class") or "note", where)
                    self.blocks(one)
                elif local(one) == "annotation":
                    self._comment(one, where)
        self.beside.end()

    def _comment(self, annotation: Any, where: str) -> None:
        who = next((one.text for one in annotation if local(one) == "creator" and one.text), "")
        words = "\n".join(_words(one) for one in annotation if local(one) in ("p", "list"))
        if words.strip():
            self.beside.begin(comment_by(who), where)
            self.reading.block(f"Comment by {who}: {words}" if who else f"Comment: {words}")

    def _heading(self, element: Any) -> None:
        text, level = _words(element), attribute(element, "outline-level")
        if 0 < len(text.strip()) <= LONGEST_HEADING:
            number = self._numbered.get(element, "")
            self.reading.heading(text, int(level) if level.isdigit() else 1, number=number)
            self.clauses.headed()
            self._inside(element)
        else:
            self._paragraph(element)

    def _paragraph(self, element: Any) -> None:
        text = _words(element)
        if attribute(element, "style-name") == "Title" and fact(text) and len(text) <= LONGEST_HEADING:
            self.title = self.title or fact(text)
            self.reading.heading(text, 1)
            self.clauses.headed()
        elif text.strip():
            number = self._numbered.get(element)
            if number != "" and clean(text):  # "": it goes on in its item, or has a bullet
                self.clauses.begin(number)
            self.reading.block(text)
        self._inside(element)

    def _inside(self, element: Any) -> None:
        """What hangs on a paragraph and is not of its line: notes, comments, frames with text of their own."""
        for one in _hanging(element):
            self.block(one)

    def _table(self, table: Any) -> None:
        gap = "\n\n"
        for row in (one for one in table.iter() if local(one) == "table-row" and _table_of(one) is table):
            cells = [one for one in row if local(one) == "table-cell"]
            if any(_words(one).strip() for one in cells):
                self.clauses.begin(self._first_number(cells), gap=gap)
            if self.reading.row((_cell(one) for one in cells), gap=gap):
                gap = "\n"
            for cell in cells:
                hanging = (one for one in cell.iter() if local(one) in ("note", "annotation"))
                self._later += [(one, self.beside.where()) for one in hanging]

    def _first_number(self, cells: list[Any]) -> str | None:
        lines = (one for cell in cells for one in cell.iter() if local(one) in ("p", "h")) if self._numbered else ()
        return next(filter(None, map(self._numbered.get, lines)), None)


def _table_of(row: Any) -> Any:
    return next((one for one in row.iterancestors() if local(one) == "table"), None)


def _cell(cell: Any) -> str:
    return "\n".join(_words(one) for one in cell.iter() if local(one) in ("p", "h") and not _in_note(one, cell))


def _in_note(element: Any, top: Any) -> bool:
    for above in element.iterancestors():
        if above is top:
            return False
        if local(above) in ("note", "annotation", *LEFT_OUT):
            return True
    return False


def _hanging(element: Any) -> Iterator[Any]:
    for child in element:
        if local(child) in HANGING:
            yield child
        elif isinstance(child.tag, str) and local(child) not in LEFT_OUT:
            yield from _hanging(child)


def _words(element: Any) -> str:
    """The words of a paragraph's own line, or, of a frame, the lines of what is in it."""
    if local(element) in ("p", "h", "span", "a"):
        return _line(element)
    return "\n".join(_line(one) for one in element.iter() if local(one) in ("p", "h"))


def _line(element: Any) -> str:
    pieces = [element.text or ""]
    for child in element:
        name = local(child)
        if name in BREAKS:
            pieces.append(BREAKS[name])
        elif name and name not in HANGING and name not in LEFT_OUT:
            pieces.append(_line(child))
        pieces.append(child.tail or "")
    return "".join(pieces)
