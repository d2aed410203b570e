"""PowerPoint presentations: slide by slide its title, what stands on it from top to bottom, and the speaker's notes.

Read with lxml: python-pptx gives neither charts nor diagrams, comments nor what stands in alternate content.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from ragd.parsers.office import properties
from ragd.parsers.office.beside import comment_by
from ragd.parsers.office.ooxml import Package, chart_rows
from ragd.parsers.reading import Reading, clean
from ragd.parsers.source import NothingInIt, Source
from ragd.parsers.texts.xml_tree import attribute, local
from ragd.records import Member

WHAT = "PowerPoint presentation"
TITLES = frozenset(("title", "ctrTitle"))
ON_EVERY = frozenset(("sldNum", "dt", "hdr", "sldImg"))  # placeholders that say nothing of their own
ROW = 230_000  # a quarter of an inch, in the units of the format: boxes that begin within it stand side by side
LONGEST_TITLE = 300
Place = tuple[float, float]  # x, y


@dataclass(frozen=True, slots=True)
class _Frame:
    """How the inside of a group is placed on the slide."""

    x: float = 0
    y: float = 0
    scale_x: float = 1
    scale_y: float = 1

    def place(self, x: float, y: float) -> Place:
        return self.x + x * self.scale_x, self.y + y * self.scale_y


class _Shape(NamedTuple):
    element: Any
    role: str  # of a placeholder: title, body, ftr ...
    place: Place


def parse(source: Source) -> Iterator[Member]:
    package = Package(source.data, WHAT)
    main = package.main
    relations = package.relations(main)
    order = _relation_ids(package, main)
    slides = _Slides(package)
    for number, relation in enumerate(order, start=1):
        slides.add(number, relations.get(relation, ("", ""))[0])
    if not order:
        raise NothingInIt("no slides in it")
    facts = properties.office(package.archive)
    first = next((mark.label for mark in slides.reading.marks if mark.kind == "heading"), None)
    yield Member(source.part, properties.document(source, slides.reading, facts, kind=source.kind, title=first))


def _relation_ids(package: Package, main: str) -> list[str]:
    """The relation ids of the slides in the order in which they are shown."""
    found = []
    for one in package.read(main).iter():
        if local(one) == "sldId":
            found += [value for key, value in one.attrib.items() if key.startswith("{") and key.endswith("}id")]
    return found


class _Slides:
    """The presentation's text as it grows."""

    def __init__(self, package: Package) -> None:
        self.reading = Reading()
        self._package = package
        self._feet: set[str] = set()
        self._writers = {
            attribute(one, "id"): attribute(one, "name")
            for kind in ("commentAuthors", "authors")
            for root in package.trees(package.main, kind)
            for one in root.iter()
            if local(one) in ("cmAuthor", "author")
        }

    def add(self, number: int, part: str) -> None:
        slide = self._package.tree(part)
        if slide is None:
            return
        relations = self._package.relations(part)
        shapes = list(_shapes(slide, _placeholders(self._package, part)))
        blocks = [block for shape in _in_order(shapes) for block in self._blocks(shape, relations)]
        blocks += [("", text) for text in self._notes(part)]
        comments = [(who, words) for who, words in self._comments(part) if clean(words)]
        if not comments and not any(clean(words) for _, words in blocks):
            return
        self.reading.turn()
        hidden = " (hidden)" if attribute(slide, "show") in ("0", "false") else ""
        self.reading.mark("slide", f"{number}{hidden}", number)
        for role, words in blocks:
            if role in TITLES and len(words) <= LONGEST_TITLE:
                self.reading.heading(words, 1)
            elif role in ("table", "row"):
                self.reading.row(words.split("\t"), gap="\n" if role == "row" else "\n\n")
            else:
                self.reading.block(words)
        for who, words in comments:
            self.reading.turn()
            self.reading.mark("beside", comment_by(who), 2)  # the slide's title is above it
            self.reading.block(f"Comment by {who}: {words}" if who else f"Comment: {words}")

    def _blocks(self, shape: _Shape, relations: dict[str, tuple[str, str]]) -> Iterator[tuple[str, str]]:
        """What a shape says: its role and its words; of a table's or chart's rows the role is "table", then "row"."""
        if shape.role in ON_EVERY:
            return
        if local(shape.element) == "graphicFrame":
            yield from self._graphic(shape.element, relations)
            return
        words = "\n".join(_paragraphs(shape.element))
        if shape.role == "ftr":  # stands on every slide, and is said once
            if words in self._feet:
                return
            self._feet.add(words)
        yield shape.role, words

    def _graphic(self, frame: Any, relations: dict[str, tuple[str, str]]) -> Iterator[tuple[str, str]]:
        for table in (one for one in frame.iter() if local(one) == "tbl"):
            for number, row in enumerate(one for one in table if local(one) == "tr"):
                cells = [" ".join(_paragraphs(one)) for one in row if local(one) == "tc"]
                yield ("row" if number else "table"), "\t".join(cells)
        for one in frame.iter():
            if local(one) == "chart":
                chart = self._package.tree(relations.get(attribute(one, "id"), ("", ""))[0])
                for number, cells in enumerate(chart_rows(chart) if chart is not None else ()):
                    yield ("row" if number else "table"), "\t".join(cells)
            elif local(one) == "relIds":  # a diagram: its words lie in a part of their own
                data = self._package.tree(relations.get(attribute(one, "dm"), ("", ""))[0])
                yield "", "\n".join(_paragraphs(data)) if data is not None else ""

    def _notes(self, part: str) -> Iterator[str]:
        """The speaker's notes."""
        for notes in self._package.trees(part, "notesSlide"):
            for shape in _shapes(notes, {}):
                if shape.role not in ON_EVERY | {"ftr"}:
                    yield "\n".join(_paragraphs(shape.element))

    def _comments(self, part: str) -> Iterator[tuple[str, str]]:
        """Who wrote what on a slide."""
        for comments in self._package.trees(part, "comments"):
            for one in (one for one in comments.iter() if local(one) in ("cm", "reply")):
                words = " ".join(part.text or "" for part in one if local(part) == "text")
                body = next((part for part in one if local(part) == "txBody"), None)
                words = words or (" ".join(_paragraphs(body)) if body is not None else "")
                yield self._writers.get(attribute(one, "authorId"), ""), words


def _placeholders(package: Package, part: str) -> dict[tuple[str, str], Place]:
    """Where the layout and the master put placeholders that a slide leaves at their place, by type and index."""
    found: dict[tuple[str, str], Place] = {}
    for target, kind in package.relations(part).values():
        if kind != "slideLayout":
            continue
        masters = [one for one, what in package.relations(target).values() if what == "slideMaster"]
        for name in (*masters, target):
            root = package.tree(name)
            for shape in root.iter() if root is not None else ():
                place, placeholder = _own_place(shape, _Frame()), _placeholder(shape)
                if place and placeholder:
                    found[placeholder[0], ""] = found["", placeholder[1]] = place
    return found


def _placeholder(shape: Any) -> tuple[str, str] | None:
    """Type and index of a placeholder; None of what is none."""
    if local(shape) not in ("sp", "pic", "graphicFrame"):
        return None
    for outer in shape:
        if local(outer) in ("nvSpPr", "nvPicPr", "nvGraphicFramePr"):
            for one in outer.iter():
                if local(one) == "ph":
                    return attribute(one, "type") or "body", attribute(one, "idx")
    return None


def _shapes(root: Any, inherited: dict[tuple[str, str], Place], frame: _Frame | None = None) -> Iterator[_Shape]:
    """The shapes of a slide, those in groups too; of alternate content the first form that is there."""
    frame = frame or _Frame()
    for element in root:
        name = local(element)
        if name == "grpSp":
            yield from _shapes(element, inherited, _inside(element, frame))
        elif name == "AlternateContent":
            yield from _shapes(next(iter(element), ()), inherited, frame)
        elif name in ("sp", "graphicFrame", "cxnSp"):
            kind, index = _placeholder(element) or ("", "")
            place = _own_place(element, frame) or inherited.get(("", index)) if index else _own_place(element, frame)
            yield _Shape(element, kind, place or inherited.get((kind, "")) or (0, 0))
        elif name in ("cSld", "spTree", "Choice"):
            yield from _shapes(element, inherited, frame)


def _inside(group: Any, frame: _Frame) -> _Frame:
    """The frame of what is in a group."""
    numbers = {}
    for outer in group:
        if local(outer) == "grpSpPr":
            for one in outer.iter():
                if local(one) in ("off", "ext", "chOff", "chExt"):
                    numbers[local(one)] = [_number(value) for value in one.attrib.values()][:2]
    if any(len(numbers.get(name, ())) < 2 for name in ("off", "ext", "chOff", "chExt")):
        return frame
    (x, y), (width, height) = numbers["off"], numbers["ext"]
    (inner_x, inner_y), (inner_width, inner_height) = numbers["chOff"], numbers["chExt"]
    scale_x, scale_y = width / (inner_width or 1), height / (inner_height or 1)
    left, top = frame.place(x - inner_x * scale_x, y - inner_y * scale_y)
    return _Frame(left, top, frame.scale_x * scale_x, frame.scale_y * scale_y)


def _own_place(shape: Any, frame: _Frame) -> Place | None:
    for outer in shape:
        if local(outer) in ("spPr", "xfrm"):
            for one in outer.iter():
                if local(one) == "off":
                    return frame.place(_number(attribute(one, "x")), _number(attribute(one, "y")))
    return None


def _number(written: str) -> float:
    return float(written) if written.lstrip("-").isdigit() else 0.0


def _in_order(shapes: list[_Shape]) -> list[_Shape]:
    """The title first, then from top to bottom and, side by side, from left to right."""
    return sorted(
        shapes, key=lambda one: (one.role not in TITLES, one.role == "ftr", one.place[1] // ROW, one.place[0])
    )


def _paragraphs(element: Any) -> Iterator[str]:
    """The paragraphs of a shape, a cell or a diagram."""
    for paragraph in (one for one in element.iter() if local(one) == "p"):
        pieces = []
        for one in paragraph.iter():
            if local(one) == "t":
                pieces.append(one.text or "")
            elif local(one) in ("br", "tab"):
                pieces.append("\n" if local(one) == "br" else "\t")
        text = "".join(pieces)
        if text.strip():
            yield text
